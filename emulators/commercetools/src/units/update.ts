/** Updating and deleting a business unit, and what follows for the units below it. */
import type { BusinessUnit } from '../model/b2b.ts'
import type { Act, MessageBody } from '../model/entities.ts'
import { referenceExists } from '../model/errors.ts'
import { type JsonObject, sameJson, text } from '../model/json.ts'
import { given, withValue } from '../model/rows.ts'
import { addressActions } from '../resources/addressActions.ts'
import { setField, setType } from '../resources/customActions.ts'
import { type Actions, updateRow } from '../resources/update.ts'
import type { Project } from '../store/project.ts'
import type { World } from '../store/world.ts'
import { belonging } from './actions/belonging.ts'
import { place } from './actions/place.ts'
import { email, nameOf, statusOf } from './create.ts'
import { foresee } from './inheritance.ts'
import { childrenOf, descendantsOf } from './tree.ts'

const words: Actions<BusinessUnit> = {
  changeName(row, action) {
    const name = nameOf(action)
    return name === row.name ? null : { row: { ...row, name }, messages: [{ type: 'BusinessUnitNameChanged', name }] }
  },
  /** The message calls the status `active`. Source: BusinessUnitStatusChanged Message. */
  changeStatus(row, action) {
    const status = statusOf(text(action, 'status'))
    if (status === row.status) return null
    return { row: { ...row, status }, messages: [{ type: 'BusinessUnitStatusChanged', active: status }] }
  },
  setContactEmail(row, action) {
    const contactEmail = email(action)
    if (contactEmail === row.contactEmail) return null
    return {
      row: withValue(row, 'contactEmail', contactEmail),
      messages: [{ type: 'BusinessUnitContactEmailSet', ...given('contactEmail', contactEmail) }],
    }
  },
  setCustomType(row, action, { project }) {
    const done = setType(project, row.custom, action, 'business-unit', 'BusinessUnit')
    return done && { row: withValue(row, 'custom', done.custom), messages: [done.message] }
  },
  setCustomField(row, action, { project }) {
    const done = setField(project, row.custom, action, 'BusinessUnit')
    return done && { row: withValue(row, 'custom', done.custom), messages: [done.message] }
  },
}

/** Messages of business units say `old…` where those of customers say `previous…`. */
const saysOld = (message: MessageBody): MessageBody => {
  const { previousValue, previousTypeId, ...rest } = message
  if (!/Custom(Field|Type)/.test(message.type)) return message
  return { ...rest, type: message.type, ...given('oldValue', previousValue), ...given('oldTypeId', previousTypeId) }
}

const plain: Actions<BusinessUnit> = { ...words, ...addressActions<BusinessUnit>('BusinessUnit') }

export const unitActions: Actions<BusinessUnit> = {
  ...belonging,
  ...place,
  ...Object.fromEntries(
    Object.entries(plain).map(([name, apply]): [string, Actions<BusinessUnit>[string]] => [
      name,
      (row, action, context) => {
        const change = apply(row, action, context)
        return change && { row: change.row, messages: (change.messages ?? []).map(saysOld) }
      },
    ]),
  ),
}

export function updateUnit(
  world: World,
  project: Project,
  before: BusinessUnit,
  actions: JsonObject[],
  act: Act,
): BusinessUnit {
  const after = updateRow('business-unit', before, actions, unitActions, { world, project, act })
  if (after === before) return before
  if (!sameJson(after.topLevelUnit, before.topLevelUnit)) moveBelow(world, project, after, act)
  if (!sameJson(passedOn(after), passedOn(before))) foresee(world, project, after.key)
  return after
}

/** What units below inherit, and what decides about what the unit itself does. */
const passedOn = ({ associates, stores, storeMode, associateMode, parentUnit }: BusinessUnit) => ({
  associates,
  stores,
  storeMode,
  associateMode,
  parentUnit,
})

/** Units below a moved one learn of their new company, and of nothing else. */
function moveBelow(world: World, project: Project, moved: BusinessUnit, act: Act) {
  const { topLevelUnit } = moved
  for (const before of descendantsOf(project, moved.key)) {
    const version = before.version + 1
    const message: MessageBody = {
      type: 'BusinessUnitTopLevelUnitSet',
      topLevelUnit,
      oldTopLevelUnit: before.topLevelUnit,
    }
    const after = { ...before, topLevelUnit, version, lastModifiedAt: world.clock.iso(), lastModifiedBy: act.by }
    const messages = [{ body: message, version }]
    world.commit({ project, typeId: 'business-unit', act, before, after, messages })
  }
}

/** Refused while divisions, carts, orders or quotes refer to the unit. */
export function deleteUnit(world: World, project: Project, row: BusinessUnit, act: Act) {
  const { carts, orders, quoteRequests, stagedQuotes, quotes } = project
  if (childrenOf(project, row.key).length > 0) throw referenceExists('business-unit', 'business-unit')
  const referring = {
    cart: carts,
    order: orders,
    'quote-request': quoteRequests,
    'staged-quote': stagedQuotes,
    quote: quotes,
  }
  for (const [typeId, rows] of Object.entries(referring)) {
    if (rows.find('businessUnit.key', row.key).length > 0) throw referenceExists('business-unit', typeId)
  }
  const messages = [{ body: { type: 'BusinessUnitDeleted' }, version: row.version }]
  world.commit({ project, typeId: 'business-unit', act, before: row, messages })
}
