/** The one way in which a small resource is updated: its actions one after the other, one version for each effect. */
import type { Act, Resource } from '../model/entities.ts'
import { invalidInput } from '../model/errors.ts'
import { type JsonObject, text } from '../model/json.ts'
import type { Project, TypeId } from '../store/project.ts'
import type { World } from '../store/world.ts'

/** Null: the action changed nothing. */
export type SmallActions<T> = Record<string, (row: T, action: JsonObject, project: Project) => T | null>

export function changeResource<T extends Resource>(
  world: World,
  project: Project,
  typeId: TypeId,
  before: T,
  actions: JsonObject[],
  known: SmallActions<T>,
  act: Act,
): T {
  let row = before
  for (const action of actions) {
    const name = text(action, 'action')
    const apply = Object.hasOwn(known, name) ? known[name] : undefined
    if (!apply) throw invalidInput(`Invalid update action: '${name}' is not supported for '${typeId}'.`)
    const changed = apply(row, action, project)
    if (changed) row = { ...changed, version: row.version + 1 }
  }
  if (row.version === before.version) return before
  const after = { ...row, lastModifiedAt: world.clock.iso(), lastModifiedBy: act.by }
  world.commit({ project, typeId, act: { ...act, actions: actions.map(each => String(each.action)) }, before, after })
  return after
}

export function fresh(world: World, act: Act): Resource {
  const now = world.clock.iso()
  return {
    id: act.newId(),
    version: 1,
    createdAt: now,
    lastModifiedAt: now,
    createdBy: act.by,
    lastModifiedBy: act.by,
    sequence: 0,
  }
}

export function withKey<T extends Resource>(row: T, key: string | undefined): T | null {
  if (row.key === key) return null
  const { key: _, ...rest } = row
  return (key === undefined ? rest : { ...rest, key }) as T
}
