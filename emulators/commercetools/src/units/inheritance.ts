/**
 * What divisions inherit becomes visible later: the API calls `inheritedAssociates` and `inheritedStores` eventually
 * consistent and says no more. How late, and whether the unit's version rises with it, is therefore a setting.
 */
import type { BusinessUnit } from '../model/b2b.ts'
import { sameJson } from '../model/json.ts'
import { withValue } from '../model/rows.ts'
import type { Project } from '../store/project.ts'
import type { World } from '../store/world.ts'
import { associatesFromAbove, descendantsOf, storesFromAbove, unitOf } from './tree.ts'

const PLATFORM = { clientId: 'platform', isPlatformClient: false } as const

/** A unit changed: what it and all below it inherit will be looked at again. */
export function foresee(world: World, project: Project, key: string) {
  world.later.after(world.units.inheritanceDelayMs, () => inherit(world, project, key))
}

/** After a restart nobody remembers what was to come. */
export function foreseeAll(world: World) {
  for (const project of world.projects.values())
    for (const each of project.businessUnits.rows()) if (each.unitType === 'Company') foresee(world, project, each.key)
}

/** At once. */
export function inherit(world: World, project: Project, key: string) {
  const unit = unitOf(project, key)
  if (!unit) return
  for (const each of [unit, ...descendantsOf(project, key)]) {
    const next = inheriting(project, each)
    if (
      sameJson(next.inheritedStores, each.inheritedStores) &&
      sameJson(next.inheritedAssociates, each.inheritedAssociates)
    )
      continue
    if (world.units.inheritanceRaisesVersion) {
      const after = { ...next, version: each.version + 1, lastModifiedAt: world.clock.iso(), lastModifiedBy: PLATFORM }
      const act = { by: PLATFORM, newId: () => '', actions: ['inherited'] }
      world.commit({ project, typeId: 'business-unit', act, before: each, after })
    } else world.keep(project, 'business-unit', next)
  }
}

function inheriting(project: Project, unit: BusinessUnit): BusinessUnit {
  const stores = unit.storeMode === 'FromParent' ? storesFromAbove(project, unit) : undefined
  const associates = unit.associateMode === 'ExplicitAndFromParent' ? associatesFromAbove(project, unit) : undefined
  return withValue(withValue(unit, 'inheritedStores', stores), 'inheritedAssociates', associates)
}
