/** Associate roles: what an associate who holds one may do in a business unit. */
import type { AssociateRole } from '../model/b2b.ts'
import type { Act } from '../model/entities.ts'
import { invalidField, malformedJson, referenceExists } from '../model/errors.ts'
import { type Json, type JsonObject, list, optionalFlag, optionalText, sameJson, text } from '../model/json.ts'
import { given, withValue } from '../model/rows.ts'
import type { Project } from '../store/project.ts'
import type { World } from '../store/world.ts'
import { fresh } from './change.ts'
import { customOf } from './custom.ts'
import { setField, setType } from './customActions.ts'
import { freeKey } from './keys.ts'
import type { Actions } from './update.ts'

// biome-ignore format: a word list reads better in lines
const PERMISSIONS = [
  'AcceptMyQuotes', 'AcceptOthersQuotes', 'AddChildUnits', 'CreateApprovalRules', 'CreateMyCarts', 'CreateMyOrdersFromMyCarts',
  'CreateMyOrdersFromMyQuotes', 'CreateMyQuoteRequestsFromMyCarts', 'CreateMyShoppingLists', 'CreateOrdersFromOthersCarts',
  'CreateOrdersFromOthersQuotes', 'CreateOthersCarts', 'CreateOthersShoppingLists', 'CreateQuoteRequestsFromOthersCarts',
  'DeclineMyQuotes', 'DeclineOthersQuotes', 'DeleteMyCarts', 'DeleteMyShoppingLists', 'DeleteOthersCarts', 'DeleteOthersShoppingLists',
  'ReassignMyQuotes', 'ReassignOthersQuotes', 'RenegotiateMyQuotes', 'RenegotiateOthersQuotes', 'UpdateApprovalFlows',
  'UpdateApprovalRules', 'UpdateAssociates', 'UpdateBusinessUnitDetails', 'UpdateMyCarts', 'UpdateMyOrders', 'UpdateMyQuoteRequests',
  'UpdateMyShoppingLists', 'UpdateOthersCarts', 'UpdateOthersOrders', 'UpdateOthersQuoteRequests', 'UpdateOthersShoppingLists',
  'UpdateParentUnit', 'ViewMyCarts', 'ViewMyOrders', 'ViewMyQuoteRequests', 'ViewMyQuotes', 'ViewMyShoppingLists', 'ViewOthersCarts',
  'ViewOthersOrders', 'ViewOthersQuoteRequests', 'ViewOthersQuotes', 'ViewOthersShoppingLists',
]

/** A role can be assigned by associates themselves unless the draft says otherwise. */
export function createRole(world: World, project: Project, draft: JsonObject, act: Act): AssociateRole {
  const row: AssociateRole = {
    ...fresh(world, act),
    key: freeKey(project.associateRoles, '', text(draft, 'key')),
    buyerAssignable: optionalFlag(draft, 'buyerAssignable') ?? true,
    ...given('name', optionalText(draft, 'name')),
    permissions: permissions(draft),
    ...given('custom', customOf(project, draft.custom, 'associate-role')),
  }
  const messages = [{ body: { type: 'AssociateRoleCreated' }, version: 1 }]
  world.commit({ project, typeId: 'associate-role', act, after: row, messages })
  return row
}

/** Only when no associate holds it. Source: Associate Roles, Delete AssociateRole. */
export function deleteRole(world: World, project: Project, row: AssociateRole, act: Act) {
  if (project.businessUnits.find('role', row.key).length > 0) throw referenceExists('associate-role', 'business-unit')
  const messages = [{ body: { type: 'AssociateRoleDeleted' }, version: row.version }]
  world.commit({ project, typeId: 'associate-role', act, before: row, messages })
}

export const roleActions: Actions<AssociateRole> = {
  setName(row, action) {
    const name = optionalText(action, 'name')
    if (name === row.name) return null
    return { row: withValue(row, 'name', name), messages: [{ type: 'AssociateRoleNameSet', ...given('name', name) }] }
  },
  changeBuyerAssignable(row, action) {
    const buyerAssignable = optionalFlag(action, 'buyerAssignable')
    if (buyerAssignable === undefined) throw malformedJson('buyerAssignable: Missing required value')
    if (buyerAssignable === row.buyerAssignable) return null
    return {
      row: { ...row, buyerAssignable },
      messages: [{ type: 'AssociateRoleBuyerAssignableChanged', buyerAssignable }],
    }
  },
  addPermission(row, action) {
    const permission = known(action.permission)
    if (row.permissions.includes(permission)) return null
    return {
      row: { ...row, permissions: [...row.permissions, permission] },
      messages: [{ type: 'AssociateRolePermissionAdded', permission }],
    }
  },
  removePermission(row, action) {
    const permission = known(action.permission)
    if (!row.permissions.includes(permission)) return null
    return {
      row: { ...row, permissions: row.permissions.filter(each => each !== permission) },
      messages: [{ type: 'AssociateRolePermissionRemoved', permission }],
    }
  },
  setPermissions(row, action) {
    const next = permissions(action)
    if (sameJson(next, row.permissions)) return null
    return {
      row: { ...row, permissions: next },
      messages: [{ type: 'AssociateRolePermissionsSet', permissions: next }],
    }
  },
  setCustomType(row, action, { project }) {
    const done = setType(project, row.custom, action, 'associate-role', 'AssociateRole')
    return done && { row: withValue(row, 'custom', done.custom) }
  },
  setCustomField(row, action, { project }) {
    const done = setField(project, row.custom, action, 'AssociateRole')
    return done && { row: withValue(row, 'custom', done.custom) }
  },
}

const permissions = (body: JsonObject): string[] => [...new Set(list(body, 'permissions').map(known))]

function known(permission: Json | undefined): string {
  if (typeof permission !== 'string' || !PERMISSIONS.includes(permission)) {
    throw invalidField('permissions', permission ?? null, PERMISSIONS)
  }
  return permission
}
