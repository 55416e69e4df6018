/** Sets the stage before anybody acts: the stores and customer groups that the people of the data files name. */
import type { Act } from '../model/entities.ts'
import { type JsonObject, list } from '../model/json.ts'
import { createGroup } from '../resources/groups.ts'
import { createStore } from '../resources/stores.ts'
import type { Project } from '../store/project.ts'
import type { World } from '../store/world.ts'
import type { Cast } from './people.ts'

export function setStage(world: World, project: Project, { stores, groups }: Cast, act: Act) {
  for (const draft of stores) {
    if (project.stores.find('key', String(draft.key)).length === 0)
      createStore(world, project, speaking(project, draft), act)
  }
  for (const draft of groups) {
    const taken =
      project.groups.find('key', String(draft.key)).length + project.groups.find('name', String(draft.groupName)).length
    if (taken === 0) createGroup(world, project, draft, act)
  }
}

/** A store of a project offers no language that the project does not have. */
function speaking(project: Project, draft: JsonObject): JsonObject {
  const { languages } = project.settings
  return { ...draft, languages: list(draft, 'languages').filter(each => languages.includes(String(each))) }
}

/** Leaves out what this project does not have: an unknown store, group, type or language would refuse the sign-up. */
export function fitting(project: Project, draft: JsonObject): JsonObject {
  const fit: JsonObject = { ...draft }
  const has = (rows: Project['stores'] | Project['groups'], given: unknown) => {
    const { id, key } = (given ?? {}) as { id?: unknown; key?: unknown }
    return typeof key === 'string'
      ? rows.find('key', key).length > 0
      : typeof id === 'string' && rows.get(id) !== undefined
  }
  if (Array.isArray(fit.stores)) fit.stores = fit.stores.filter(each => has(project.stores, each))
  if (!has(project.groups, fit.customerGroup)) delete fit.customerGroup
  if (Array.isArray(fit.customerGroupAssignments)) {
    fit.customerGroupAssignments = fit.customerGroupAssignments.filter(each =>
      has(project.groups, (each as { customerGroup?: unknown } | null)?.customerGroup),
    )
  }
  if (typeof fit.locale !== 'string' || !project.settings.languages.includes(fit.locale)) delete fit.locale
  const type = (fit.custom as { type?: { key?: unknown } } | undefined)?.type?.key
  if (typeof type !== 'string' || project.types.find('key', type).length === 0) delete fit.custom
  return fit
}
