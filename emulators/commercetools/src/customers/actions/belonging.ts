/** Update actions on what a customer belongs to: customer groups and stores. */
import { object, objects, sameJson } from '../../model/json.ts'
import { withValue } from '../../model/rows.ts'
import { group, store } from '../../resources/references.ts'
import { assignments, uniqueStores } from '../create.ts'
import { checkEmailFree } from '../unique.ts'
import type { Actions } from './change.ts'

export const belonging: Actions = {
  setCustomerGroup(customer, action, { project }) {
    const id = action.customerGroup ? group(project, action.customerGroup).id : undefined
    if (customer.customerGroup?.id === id) return null
    const customerGroup = id === undefined ? undefined : ({ typeId: 'customer-group', id } as const)
    return {
      customer: withValue(customer, 'customerGroup', customerGroup),
      messages: [{ type: 'CustomerGroupSet', ...(customerGroup ? { customerGroup } : {}) }],
    }
  },

  addCustomerGroupAssignment(customer, action, { project }) {
    const [added] = assignments(project, [object(action.customerGroupAssignment, 'customerGroupAssignment')])
    const old = customer.customerGroupAssignments
    if (!added || old.some(each => each.customerGroup.id === added.customerGroup.id)) return null
    return {
      customer: { ...customer, customerGroupAssignments: [...old, added] },
      messages: [{ type: 'CustomerGroupAssignmentAdded', customerGroupAssignment: added }],
    }
  },

  removeCustomerGroupAssignment(customer, action, { project }) {
    const { id } = group(project, action.customerGroup)
    const removed = customer.customerGroupAssignments.find(each => each.customerGroup.id === id)
    if (!removed) return null
    return {
      customer: {
        ...customer,
        customerGroupAssignments: customer.customerGroupAssignments.filter(each => each !== removed),
      },
      messages: [{ type: 'CustomerGroupAssignmentRemoved', customerGroupAssignment: removed }],
    }
  },

  setCustomerGroupAssignments(customer, action, { project }) {
    const all = assignments(project, objects(action, 'customerGroupAssignments'))
    const old = customer.customerGroupAssignments
    if (sameJson(all, old)) return null
    return {
      customer: { ...customer, customerGroupAssignments: all },
      messages: [
        { type: 'CustomerGroupAssignmentsSet', customerGroupAssignments: all, oldCustomerGroupAssignments: old },
      ],
    }
  },

  setStores(customer, action, { project }) {
    const stores = uniqueStores(objects(action, 'stores').map(each => store(project, each).key))
    if (sameJson(stores, customer.stores)) return null
    checkEmailFree(project, customer.id, customer.email, stores)
    return {
      customer: { ...customer, stores },
      messages: [{ type: 'CustomerStoresSet', stores, oldStores: customer.stores }],
    }
  },

  addStore(customer, action, { project }) {
    const { key } = store(project, action.store)
    if (customer.stores.some(each => each.key === key)) return null
    const stores = uniqueStores([...customer.stores.map(each => each.key), key])
    checkEmailFree(project, customer.id, customer.email, stores)
    return { customer: { ...customer, stores } }
  },

  removeStore(customer, action, { project }) {
    const { key } = store(project, action.store)
    if (!customer.stores.some(each => each.key === key)) return null
    const stores = customer.stores.filter(each => each.key !== key)
    checkEmailFree(project, customer.id, customer.email, stores)
    return { customer: { ...customer, stores } }
  },
}
