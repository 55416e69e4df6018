/** Updating and deleting a customer: all actions of a request hold together, under one version. */
import type { Act, Customer, MessageBody } from '../model/entities.ts'
import { invalidInput, referenceExists } from '../model/errors.ts'
import { type JsonObject, text } from '../model/json.ts'
import type { Project } from '../store/project.ts'
import type { World } from '../store/world.ts'
import { addresses } from './actions/addresses.ts'
import { belonging } from './actions/belonging.ts'
import type { Actions } from './actions/change.ts'
import { custom } from './actions/custom.ts'
import { values } from './actions/values.ts'

export const CUSTOMER_ACTIONS: Actions = { ...values, ...addresses, ...belonging, ...custom }

/** Each effective action raises the version by one; a request without effect changes nothing at all. */
export function updateCustomer(
  world: World,
  project: Project,
  before: Customer,
  actions: JsonObject[],
  act: Act,
): Customer {
  let customer = before
  const messages: { body: MessageBody; version: number }[] = []
  for (const action of actions) {
    const name = text(action, 'action')
    const apply = Object.hasOwn(CUSTOMER_ACTIONS, name) ? CUSTOMER_ACTIONS[name] : undefined
    if (!apply) throw invalidInput(`Invalid update action: '${name}' is not an action of a customer.`)
    const change = apply(customer, action, { project, act })
    if (!change) continue
    const version = customer.version + 1
    customer = { ...change.customer, version }
    for (const body of change.messages ?? []) messages.push({ body, version })
  }
  if (customer.version === before.version) return before
  const after = { ...customer, lastModifiedAt: world.clock.iso(), lastModifiedBy: act.by }
  world.commit({
    project,
    typeId: 'customer',
    act: { ...act, actions: actions.map(each => String(each.action)) },
    before,
    after,
    messages,
  })
  return after
}

/** With data erasure, the deletion is told without the email, and older messages of the customer go too. */
export function deleteCustomer(world: World, project: Project, customer: Customer, dataErasure: boolean, act: Act) {
  if (world.units.deletedCustomers === 'refuse' && project.businessUnits.find('associate', customer.id).length > 0) {
    throw referenceExists('customer', 'business-unit')
  }
  world.commit({
    project,
    typeId: 'customer',
    act,
    before: customer,
    messages: [
      {
        body: { type: 'CustomerDeleted', ...(dataErasure ? {} : { email: customer.email }) },
        version: customer.version,
      },
    ],
    dataErasure,
  })
}
