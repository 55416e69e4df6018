/** The resources of business customers in the registry: roles, business units, quotes. */
import type { AssociateRole, BusinessUnit } from '../model/b2b.ts'
import { createUnit } from '../units/create.ts'
import { deleteUnit, unitActions, updateUnit } from '../units/update.ts'
import { createRole, deleteRole, roleActions } from './associateRoles.ts'
import { type ResourceKind, tellingKind } from './kind.ts'

export const B2B: Record<string, ResourceKind> = {
  'associate-roles': tellingKind<AssociateRole>('associate-role', 'associate_roles', createRole, roleActions, {
    remove: (world, project, row, _, act) => deleteRole(world, project, row as AssociateRole, act),
  }),
  'business-units': tellingKind<BusinessUnit>('business-unit', 'business_units', createUnit, unitActions, {
    update: (world, project, row, actions, act) => updateUnit(world, project, row as BusinessUnit, actions, act),
    remove: (world, project, row, _, act) => deleteUnit(world, project, row as BusinessUnit, act),
  }),
}
