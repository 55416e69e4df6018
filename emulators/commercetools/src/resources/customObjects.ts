/** Custom objects: any JSON under a container and a key; the same POST makes one or replaces its value. */
import type { Act } from '../model/entities.ts'
import { concurrentModification, invalidField, requiredField } from '../model/errors.ts'
import { isObject, type Json, type JsonObject, optionalInteger, text } from '../model/json.ts'
import type { CustomObject } from '../model/trade.ts'
import type { Project } from '../store/project.ts'
import type { World } from '../store/world.ts'
import { fresh } from './change.ts'

const NAME = /^[-_~.a-zA-Z0-9]+$/

/** Without a version the value is replaced whatever it was; with one, only if nobody else changed it. */
export function putCustomObject(world: World, project: Project, draft: JsonObject, act: Act): CustomObject {
  const container = name(draft, 'container')
  const key = name(draft, 'key')
  if (draft.value === undefined) throw requiredField('value')
  const value = withoutNulls(draft.value)
  const version = optionalInteger(draft, 'version')
  const before = customObject(project, container, key)
  if (before && version !== undefined && version !== before.version) {
    throw concurrentModification(before.id, version, before.version)
  }
  const after: CustomObject = before
    ? { ...before, value, version: before.version + 1, lastModifiedAt: world.clock.iso(), lastModifiedBy: act.by }
    : { ...fresh(world, act), container, key, value }
  world.commit({ project, typeId: 'key-value-document', act, before, after })
  return after
}

export const customObject = (project: Project, container: string, key: string): CustomObject | undefined =>
  project.customObjects.find('containerAndKey', `${container}/${key}`)[0]

function name(draft: JsonObject, field: string): string {
  const value = text(draft, field)
  if (!NAME.test(value) || value.length > 256) throw invalidField(field, value)
  return value
}

/** Fields that hold null are not kept. */
function withoutNulls(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (!isObject(value)) return value
  const kept: JsonObject = {}
  for (const [field, each] of Object.entries(value)) {
    if (each !== null && each !== undefined) kept[field] = withoutNulls(each)
  }
  return kept
}
