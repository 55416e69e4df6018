/** The resources of the API: path, type id, and what can be done to each. */
import { createCustomer } from '../customers/create.ts'
import { deleteCustomer, updateCustomer } from '../customers/update.ts'
import type { Customer, CustomerGroup, Store, Subscription, Type } from '../model/entities.ts'
import type { Project } from '../store/project.ts'
import type { World } from '../store/world.ts'
import { B2B } from './b2b.ts'
import { changeResource } from './change.ts'
import { createGroup, deleteGroup, groupActions } from './groups.ts'
import { kind, type ResourceKind, tellingKind } from './kind.ts'
import { createStore, deleteStore, storeActions } from './stores.ts'
import { createSubscription, probe, subscriptionActions, tryActions, tryDraft } from './subscriptions.ts'
import { TRADE } from './trade.ts'
import { createType, typeActions } from './types.ts'

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
  stores: tellingKind<Store>('store', 'stores', createStore, storeActions, {
    remove: (world, project, row, _, act) => deleteStore(world, project, row as Store, act),
  }),
  ...TRADE,
  ...B2B,
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
