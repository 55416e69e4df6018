/** Order edits: actions staged beside an order, previewed against it, and applied at once without a change being told. */
import type { Act, MessageBody } from '../model/entities.ts'
import { ApiError, concurrentModification, invalidOperation } from '../model/errors.ts'
import { integer, type JsonObject, object, objects, optionalFlag, optionalText } from '../model/json.ts'
import { given, withValue } from '../model/rows.ts'
import type { Order, OrderEdit } from '../model/trade.ts'
import { fresh } from '../resources/change.ts'
import { customOf } from '../resources/custom.ts'
import { setField, setType } from '../resources/customActions.ts'
import { freeKey } from '../resources/keys.ts'
import { resolve } from '../resources/references.ts'
import { type Actions, applied, type Context, updateRow } from '../resources/update.ts'
import { wire } from '../resources/wire.ts'
import type { Project } from '../store/project.ts'
import type { World } from '../store/world.ts'
import { itemActions } from '../trade/itemActions.ts'
import { priceActions, totalTax } from '../trade/priceActions.ts'
import { ORDER_ACTIONS } from './update.ts'

/** What can be staged: the actions of an order, and those on contents and prices that only a cart has otherwise. */
const STAGED: Actions<Order> = {
  ...itemActions<Order>(),
  ...priceActions<Order>(),
  ...ORDER_ACTIONS,
  setOrderTotalTax: totalTax,
}

export function createEdit(world: World, project: Project, draft: JsonObject, act: Act): OrderEdit {
  const order = resolve(project.orders, 'order', draft.resource)
  const edit: OrderEdit = {
    ...fresh(world, act),
    ...given('key', freeKey(project.orderEdits, '', optionalText(draft, 'key'))),
    resource: { typeId: 'order', id: order.id },
    stagedActions: objects(draft, 'stagedActions'),
    result: { type: 'NotProcessed' },
    ...given('comment', optionalText(draft, 'comment')),
    ...given('custom', customOf(project, draft.custom, 'order-edit')),
  }
  // A dry run is answered like an edit, and is none.
  const dry = optionalFlag(draft, 'dryRun') ?? false
  if (!dry) world.commit({ project, typeId: 'order-edit', act, after: edit })
  return edit
}

/** An edit shows what it would lead to; an applied one shows what it led to. */
export const shownEdit = (edit: OrderEdit, context: Context): OrderEdit =>
  edit.result.type === 'Applied' ? edit : { ...edit, result: preview(edit, context) }

function preview(edit: OrderEdit, context: Context): JsonObject {
  if (edit.stagedActions.length === 0) return { type: 'NotProcessed' }
  const order = context.project.orders.get(edit.resource.id)
  if (!order)
    return { type: 'PreviewFailure', errors: [{ code: 'ReferencedResourceNotFound', message: 'The order is gone.' }] }
  try {
    const { row, messages } = edited(order, edit, context)
    return {
      type: 'PreviewSuccess',
      preview: wire(row),
      messagePayloads: messages.map(each => each.body),
    } as JsonObject
  } catch (error) {
    if (error instanceof ApiError) return { type: 'PreviewFailure', errors: error.errors } as unknown as JsonObject
    throw error
  }
}

const edited = (order: Order, edit: OrderEdit, context: Context) =>
  applied('order', order, edit.stagedActions, STAGED, context)

const EDIT_ACTIONS: Actions<OrderEdit> = {
  setKey: (edit, action, { project }) => ({
    row: withValue(edit, 'key', freeKey(project.orderEdits, edit.id, optionalText(action, 'key'))),
  }),
  setComment: (edit, action) => ({ row: withValue(edit, 'comment', optionalText(action, 'comment')) }),
  setStagedActions: (edit, action) => ({ row: { ...edit, stagedActions: objects(action, 'stagedActions') } }),
  addStagedAction: (edit, action) => ({
    row: { ...edit, stagedActions: [...edit.stagedActions, object(action.stagedAction, 'stagedAction')] },
  }),
  setCustomType(edit, action, { project }) {
    const done = setType(project, edit.custom, action, 'order-edit', '')
    return done && { row: withValue(edit, 'custom', done.custom) }
  },
  setCustomField(edit, action, { project }) {
    const done = setField(project, edit.custom, action, '')
    return done && { row: withValue(edit, 'custom', done.custom) }
  },
}

export function updateEdit(before: OrderEdit, actions: JsonObject[], context: Context): OrderEdit {
  if (before.result.type === 'Applied') throw invalidOperation('An edit that has been applied can not be changed.')
  return updateRow('order-edit', before, actions, EDIT_ACTIONS, context)
}

/** Both versions are checked; the order's change is told by messages alone (documentation of Subscriptions). */
export function applyEdit(edit: OrderEdit, body: JsonObject, context: Context): OrderEdit {
  const { world, project, act } = context
  const editVersion = integer(body, 'editVersion')
  const resourceVersion = integer(body, 'resourceVersion')
  const order = resolve(project.orders, 'order', edit.resource)
  if (editVersion !== edit.version) throw concurrentModification(edit.id, editVersion, edit.version)
  if (resourceVersion !== order.version) throw concurrentModification(order.id, resourceVersion, order.version)
  if (edit.result.type === 'Applied') throw invalidOperation('The edit has been applied already.')
  if (edit.stagedActions.length === 0) throw invalidOperation('The edit has no staged actions that could be applied.')
  const { row, messages } = edited(order, edit, context)
  const now = world.clock.iso()
  const after: Order = {
    ...row,
    version: row.version + 1,
    lastModifiedAt: now,
    lastModifiedBy: act.by,
  }
  const result = {
    type: 'Applied',
    appliedAt: now,
    excerptBeforeEdit: excerpt(order),
    excerptAfterEdit: excerpt(after),
  } as JsonObject
  const done: OrderEdit = { ...edit, result, version: edit.version + 1, lastModifiedAt: now, lastModifiedBy: act.by }
  const told: MessageBody = { type: 'OrderEditApplied', edit: done, result }
  const staged = edit.stagedActions.map(each => String(each.action))
  world.commit({
    project,
    typeId: 'order',
    act: { ...act, actions: staged },
    before: order,
    after,
    messages: [...messages, { body: told, version: after.version }],
    silent: true,
  })
  world.commit({ project, typeId: 'order-edit', act: { ...act, actions: ['apply'] }, before: edit, after: done })
  return done
}

const excerpt = ({ totalPrice, taxedPrice, version }: Order) => ({
  totalPrice,
  ...given('taxedPrice', taxedPrice),
  version,
})
