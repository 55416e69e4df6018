/** The resources of the API: path, type id, and what can be done to each. */
import { createCustomer } from '../customers/create.ts'
import { deleteCustomer, updateCustomer } from '../customers/update.ts'
import type { Act, Customer, CustomerGroup, Resource, Store, Subscription, Type } from '../model/entities.ts'
import type { JsonObject } from '../model/json.ts'
import { type Project, type TypeId, tableOf } from '../store/project.ts'
import type { Table } from '../store/table.ts'
import type { World } from '../store/world.ts'
import { changeResource, type SmallActions } from './change.ts'
import { createGroup, deleteGroup, groupActions } from './groups.ts'
import { createStore, storeActions } from './stores.ts'
import { createSubscription, probe, subscriptionActions, tryActions, tryDraft } from './subscriptions.ts'
import { createType, typeActions } from './types.ts'
import type { Wire } from './wire.ts'

export type ResourceKind = {
  typeId: TypeId
  view: string[]
  manage: string[]
  table(project: Project): Table<Resource>
  create(world: World, project: Project, draft: JsonObject, act: Act): Resource
  update(world: World, project: Project, row: Resource, actions: JsonObject[], act: Act): Resource
  remove(world: World, project: Project, row: Resource, dataErasure: boolean, act: Act): void
  /** What must be known before a creation or an update, and takes time; refuses by throwing. */
  beforeCreate?(world: World, project: Project, draft: JsonObject, act: Act): Promise<Act>
  beforeUpdate?(world: World, project: Project, row: Resource, actions: JsonObject[]): Promise<void>
  /** The answer to a sign-up wraps the customer. */
  created?(row: Wire): Wire
}

/** Each kind handles rows of its own table only; that is what makes these casts true. */
function kind<T extends Resource>(
  typeId: TypeId,
  scope: string,
  create: (world: World, project: Project, draft: JsonObject, act: Act) => T,
  actions: SmallActions<T>,
  more: Partial<ResourceKind> = {},
): ResourceKind {
  return {
    typeId,
    view: [`view_${scope}`, `manage_${scope}`],
    manage: [`manage_${scope}`],
    table: project => tableOf(project, typeId),
    create,
    update: (world, project, row, given, act) => changeResource(world, project, typeId, row as T, given, actions, act),
    remove: (world, project, row, _, act) => world.commit({ project, typeId, act, before: row }),
    ...more,
  }
}

export const KINDS: Record<string, ResourceKind> = {
  customers: kind<Customer>(
    'customer',
    'customers',
    createCustomer,
    {},
    {
      update: (world, project, row, actions, act) => updateCustomer(world, project, row as Customer, actions, act),
      remove: (world, project, row, erasure, act) => deleteCustomer(world, project, row as Customer, erasure, act),
      created: customer => ({ customer }),
    },
  ),
  'customer-groups': kind<CustomerGroup>('customer-group', 'customer_groups', createGroup, groupActions, {
    remove: (world, project, row, _, act) => deleteGroup(world, project, row as CustomerGroup, act),
  }),
  stores: kind<Store>('store', 'stores', createStore, storeActions),
  types: kind<Type>('type', 'types', createType, typeActions),
  subscriptions: kind<Subscription>(
    'subscription',
    'subscriptions',
    withProbe(createSubscription),
    subscriptionActions,
    {
      view: ['manage_subscriptions'],
      update(world, project, row, actions, act) {
        const before = row as Subscription
        const after = changeResource(world, project, 'subscription', before, actions, subscriptionActions, act)
        if (after.destination !== before.destination) told(world, project, after)
        return after
      },
      beforeCreate: tryDraft,
      beforeUpdate: (world, project, row, actions) => tryActions(world, project, row as Subscription, actions),
    },
  ),
}

function withProbe(create: typeof createSubscription): typeof createSubscription {
  return (world, project, draft, act) => {
    const made = create(world, project, draft, act)
    told(world, project, made)
    return made
  }
}

/** A destination that can be asked directly has had its test notification before. */
function told(world: World, project: Project, row: Subscription) {
  if (!world.deliveries.isDirect(row)) world.tell(probe(world, project, row))
}
