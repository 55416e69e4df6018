/** Update actions on who and what belongs to a business unit: associates, stores, customer groups. */
import { assignments } from '../../customers/create.ts'
import type { Associate, BusinessUnit } from '../../model/b2b.ts'
import { invalidOperation } from '../../model/errors.ts'
import { type JsonObject, object, objects, sameJson } from '../../model/json.ts'
import { given, withValue } from '../../model/rows.ts'
import { customer, group, store } from '../../resources/references.ts'
import type { Actions } from '../../resources/update.ts'
import { associate, associates, checkAssociates } from '../associates.ts'
import { STORES_FROM_PARENT, storesOf } from '../create.ts'

export const belonging: Actions<BusinessUnit> = {
  addAssociate(row, action, { project }) {
    const added = associate(project, object(action.associate, 'associate'))
    const all = checkAssociates([...row.associates, added])
    return { row: { ...row, associates: all }, messages: [{ type: 'BusinessUnitAssociateAdded', associate: added }] }
  },
  changeAssociate(row, action, { project }) {
    const changed = associate(project, object(action.associate, 'associate'))
    if (sameJson(present(row, changed.customer.id), changed)) return null
    const all = row.associates.map(each => (each.customer.id === changed.customer.id ? changed : each))
    return {
      row: { ...row, associates: all },
      messages: [{ type: 'BusinessUnitAssociateChanged', associate: changed }],
    }
  },
  removeAssociate(row, action, { project }) {
    const gone = present(row, customerId(project, action))
    return {
      row: { ...row, associates: row.associates.filter(each => each !== gone) },
      messages: [{ type: 'BusinessUnitAssociateRemoved', associate: gone }],
    }
  },
  setAssociates(row, action, { project }) {
    const all = associates(project, action)
    if (sameJson(all, row.associates)) return null
    return { row: { ...row, associates: all }, messages: [{ type: 'BusinessUnitAssociatesSet', associates: all }] }
  },

  addStore(row, action, { project }) {
    const { key } = store(project, action.store)
    const old = explicitStores(row)
    if (old.some(each => each.key === key)) return null
    const added = { typeId: 'store', key } as const
    return { row: { ...row, stores: [...old, added] }, messages: [{ type: 'BusinessUnitStoreAdded', store: added }] }
  },
  removeStore(row, action, { project }) {
    const { key } = store(project, action.store)
    const old = explicitStores(row)
    const gone = old.find(each => each.key === key)
    if (!gone) return null
    return {
      row: { ...row, stores: old.filter(each => each !== gone) },
      messages: [{ type: 'BusinessUnitStoreRemoved', store: gone }],
    }
  },
  setStores(row, action, { project }) {
    const stores = storesOf(project, action)
    if (sameJson(stores, explicitStores(row))) return null
    return { row: { ...row, stores }, messages: [{ type: 'BusinessUnitStoresSet', stores }] }
  },

  addCustomerGroupAssignment(row, action, { project }) {
    const [added] = assignments(project, [object(action.customerGroupAssignment, 'customerGroupAssignment')])
    const old = row.customerGroupAssignments ?? []
    if (!added || old.some(each => each.customerGroup.id === added.customerGroup.id)) return null
    return {
      row: { ...row, customerGroupAssignments: [...old, added] },
      messages: [{ type: 'BusinessUnitCustomerGroupAssignmentAdded', customerGroupAssignment: added }],
    }
  },
  removeCustomerGroupAssignment(row, action, { project }) {
    const { id } = group(project, action.customerGroup)
    const gone = row.customerGroupAssignments?.find(each => each.customerGroup.id === id)
    if (!gone) return null
    const left = row.customerGroupAssignments?.filter(each => each !== gone)
    return {
      row: withValue(row, 'customerGroupAssignments', left?.length === 0 ? undefined : left),
      messages: [{ type: 'BusinessUnitCustomerGroupAssignmentRemoved', customerGroupAssignment: gone }],
    }
  },
  setCustomerGroupAssignments(row, action, { project }) {
    const all = assignments(project, objects(action, 'customerGroupAssignments'))
    const old = row.customerGroupAssignments
    if (sameJson(all, old ?? [])) return null
    const next = all.length > 0 ? all : undefined
    return {
      row: withValue(row, 'customerGroupAssignments', next),
      messages: [
        {
          type: 'BusinessUnitCustomerGroupAssignmentsSet',
          ...given('customerGroupAssignments', next),
          ...given('oldCustomerGroupAssignments', old),
        },
      ],
    }
  },
}

function present(row: BusinessUnit, id: string): Associate {
  const found = row.associates.find(each => each.customer.id === id)
  if (!found) throw invalidOperation(`The customer '${id}' is not an associate of the business unit '${row.key}'.`)
  return found
}

/** An associate can be removed by id after the customer is gone. */
function customerId(project: Parameters<typeof customer>[0], action: JsonObject): string {
  const { id } = object(action.customer, 'customer')
  return typeof id === 'string' ? id : customer(project, action.customer).id
}

function explicitStores(row: BusinessUnit): NonNullable<BusinessUnit['stores']> {
  if (row.storeMode !== 'Explicit') throw invalidOperation(STORES_FROM_PARENT)
  return row.stores ?? []
}
