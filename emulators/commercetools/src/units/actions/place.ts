/** Update actions on where a business unit stands in its tree, and on what it takes from above. */
import type { BusinessUnit } from '../../model/b2b.ts'
import { invalidOperation } from '../../model/errors.ts'
import { optional, optionalFlag, sameJson, text } from '../../model/json.ts'
import { given, withValue } from '../../model/rows.ts'
import { unit } from '../../resources/references.ts'
import type { Actions } from '../../resources/update.ts'
import type { Project } from '../../store/project.ts'
import { checkModes, mode, reference, STORES_FROM_PARENT, storeModeOf, storesOf, typeOf } from '../create.ts'
import { associatesFromAbove, checkPlace, effectiveStores, unitOf } from '../tree.ts'

export const place: Actions<BusinessUnit> = {
  changeParentUnit(row, action, { project }) {
    if (row.unitType !== 'Division') throw invalidOperation('The parent unit of a company can not be changed.')
    const parent = unit(project, action.parentUnit)
    if (row.parentUnit?.key === parent.key) return null
    checkPlace(project, row.key, parent)
    checkSameStores(project, row, parent)
    return {
      row: { ...row, parentUnit: reference(parent.key), topLevelUnit: parent.topLevelUnit },
      messages: [
        {
          type: 'BusinessUnitParentChanged',
          ...given('oldParentUnit', row.parentUnit),
          newParentUnit: reference(parent.key),
        },
      ],
    }
  },

  setUnitType(row, action, { project }) {
    const unitType = typeOf(text(action, 'unitType'))
    if (unitType === row.unitType) return null
    const old = { ...given('oldParentUnit', row.parentUnit), oldUnitType: row.unitType }
    if (unitType === 'Company') {
      if (optional(action, 'parentUnit') !== undefined) throw invalidOperation('A company can not have a parent unit.')
      const { storeMode, associateMode, approvalRuleMode } = row
      checkModes(unitType, { storeMode, associateMode, approvalRuleMode })
      return {
        row: { ...withValue(row, 'parentUnit', undefined), unitType, topLevelUnit: reference(row.key) },
        messages: [{ type: 'BusinessUnitTypeSet', unitType, ...old }],
      }
    }
    const parent = unit(project, action.parentUnit)
    checkPlace(project, row.key, parent)
    const parentUnit = reference(parent.key)
    return {
      row: { ...row, unitType, parentUnit, topLevelUnit: parent.topLevelUnit },
      messages: [{ type: 'BusinessUnitTypeSet', unitType, parentUnit, ...old }],
    }
  },

  setStoreMode(row, action, { project }) {
    const storeMode = storeModeOf(text(action, 'storeMode'))
    checkModes(row.unitType, { ...row, storeMode })
    const given = storesOf(project, action)
    if (storeMode === 'FromParent' && given.length > 0) throw invalidOperation(STORES_FROM_PARENT)
    const oldStores = row.stores ?? []
    if (storeMode === row.storeMode && (storeMode === 'FromParent' || sameJson(given, oldStores))) return null
    const { stores: _s, inheritedStores: _i, ...rest } = row
    const stores = storeMode === 'Explicit' ? { stores: given } : { inheritedStores: [] }
    return {
      row: { ...rest, storeMode, ...stores },
      messages: [
        { type: 'BusinessUnitStoreModeChanged', stores: given, storeMode, oldStores, oldStoreMode: row.storeMode },
      ],
    }
  },

  changeAssociateMode(row, action, { project }) {
    const associateMode = mode('associateMode', text(action, 'associateMode'), true)
    if (associateMode === row.associateMode) return null
    checkModes(row.unitType, { ...row, associateMode })
    const kept = optionalFlag(action, 'makeInheritedAssociatesExplicit') ? explicit(project, row) : row.associates
    const { inheritedAssociates: _, ...rest } = row
    return {
      row: {
        ...rest,
        associateMode,
        associates: associateMode === 'Explicit' ? kept : row.associates,
        ...(associateMode === 'ExplicitAndFromParent' ? { inheritedAssociates: [] } : {}),
      },
      messages: [{ type: 'BusinessUnitAssociateModeChanged', associateMode, oldAssociateMode: row.associateMode }],
    }
  },

  changeApprovalRuleMode(row, action) {
    const approvalRuleMode = mode('approvalRuleMode', text(action, 'approvalRuleMode'), true)
    if (approvalRuleMode === row.approvalRuleMode) return null
    checkModes(row.unitType, { ...row, approvalRuleMode })
    return {
      row: { ...row, approvalRuleMode },
      messages: [
        {
          type: 'BusinessUnitApprovalRuleModeChanged',
          approvalRuleMode,
          oldApprovalRuleMode: row.approvalRuleMode,
        },
      ],
    }
  },
}

/** Source: BusinessUnit Change Parent Unit: the new parent is associated with the same stores as the old one. */
function checkSameStores(project: Project, row: BusinessUnit, parent: BusinessUnit) {
  const old = unitOf(project, row.parentUnit?.key)
  const keys = (each: BusinessUnit | undefined) => (each ? effectiveStores(project, each).map(({ key }) => key) : [])
  if (!sameJson(keys(old).toSorted(), keys(parent).toSorted())) {
    throw invalidOperation('The new parent unit must be associated with the same stores as the old one.')
  }
}

/** What was inherited is held from now on in the unit's own name; it is not inherited further. */
function explicit(project: Project, row: BusinessUnit): BusinessUnit['associates'] {
  const all = new Map(row.associates.map(each => [each.customer.id, each]))
  for (const { customer, associateRoleAssignments } of associatesFromAbove(project, row)) {
    const own = all.get(customer.id)?.associateRoleAssignments ?? []
    const more = associateRoleAssignments
      .map(({ associateRole }) => ({ associateRole, inheritance: 'Disabled' as const }))
      .filter(
        (each, at, list) =>
          !own.some(mine => mine.associateRole.key === each.associateRole.key) &&
          list.findIndex(other => other.associateRole.key === each.associateRole.key) === at,
      )
    all.set(customer.id, { associateRoleAssignments: [...own, ...more], customer })
  }
  return [...all.values()]
}
