/**
 * The tree of business units: a company on top, divisions below, five levels at most; and what a division inherits.
 * Source: Business Units and Associates overview; the learning pages on inheritance modes and on stores.
 */
import type { BusinessUnit, InheritedAssociate } from '../model/b2b.ts'
import type { KeyReference } from '../model/entities.ts'
import { invalidOperation } from '../model/errors.ts'
import type { Project } from '../store/project.ts'

export const MAX_LEVELS = 5

export const unitOf = (project: Project, key: string | undefined): BusinessUnit | undefined =>
  key === undefined ? undefined : project.businessUnits.find('key', key)[0]

export const childrenOf = (project: Project, key: string): BusinessUnit[] =>
  project.businessUnits.find('parentUnit.key', key)

/** From the parent up to the company. */
export function ancestorsOf(project: Project, unit: BusinessUnit): BusinessUnit[] {
  const above: BusinessUnit[] = []
  for (let next = unitOf(project, unit.parentUnit?.key); next; next = unitOf(project, next.parentUnit?.key)) {
    above.push(next)
  }
  return above
}

/** All below, each after its parent. */
export function descendantsOf(project: Project, key: string): BusinessUnit[] {
  const below: BusinessUnit[] = childrenOf(project, key)
  for (const each of below) below.push(...childrenOf(project, each.key))
  return below
}

const levelOf = (project: Project, unit: BusinessUnit) => ancestorsOf(project, unit).length + 1

function heightOf(project: Project, key: string): number {
  return 1 + Math.max(0, ...childrenOf(project, key).map(each => heightOf(project, each.key)))
}

/** Whether a unit, with all below it, may hang below a parent. */
export function checkPlace(project: Project, key: string, parent: BusinessUnit) {
  if (parent.key === key || ancestorsOf(project, parent).some(each => each.key === key)) {
    throw invalidOperation(`The business unit '${key}' can not be its own ancestor.`)
  }
  const height = unitOf(project, key) ? heightOf(project, key) : 1
  if (levelOf(project, parent) + height > MAX_LEVELS) {
    throw invalidOperation(`A hierarchy of business units can have at most ${MAX_LEVELS} levels.`)
  }
}

/** Of the nearest unit above that has stores. */
export function storesFromAbove(project: Project, unit: BusinessUnit): KeyReference<'store'>[] {
  const source = ancestorsOf(project, unit).find(
    each => each.storeMode === 'Explicit' && (each.stores ?? []).length > 0,
  )
  return source?.stores ?? []
}

export const effectiveStores = (project: Project, unit: BusinessUnit): KeyReference<'store'>[] =>
  unit.storeMode === 'Explicit' ? (unit.stores ?? []) : storesFromAbove(project, unit)

/** Roles that are meant to be inherited, from all units above up to the first that inherits nothing itself. */
export function associatesFromAbove(project: Project, unit: BusinessUnit): InheritedAssociate[] {
  const found = new Map<string, InheritedAssociate>()
  let below = unit
  for (const above of ancestorsOf(project, unit)) {
    if (below.associateMode === 'Explicit') break
    for (const { customer, associateRoleAssignments } of above.associates) {
      for (const { associateRole, inheritance } of associateRoleAssignments) {
        if (inheritance !== 'Enabled') continue
        const inherited = found.get(customer.id) ?? { associateRoleAssignments: [], customer }
        inherited.associateRoleAssignments.push({ associateRole, source: { typeId: 'business-unit', key: above.key } })
        found.set(customer.id, inherited)
      }
    }
    below = above
  }
  return [...found.values()]
}
