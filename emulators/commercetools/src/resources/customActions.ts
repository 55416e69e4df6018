/** Setting a type and setting one Custom Field, wherever the fields lie, with the message that tells of it. */
import type { CustomFields, MessageBody } from '../model/entities.ts'
import { type JsonObject, optional, sameJson, text } from '../model/json.ts'
import type { Project } from '../store/project.ts'
import { customFrom, withField } from './custom.ts'

export type CustomOutcome = { custom: CustomFields | undefined; message: MessageBody } | null

const WORDS = { added: 'Added', changed: 'Changed', removed: 'Removed' } as const

export function setType(
  project: Project,
  old: CustomFields | undefined,
  action: JsonObject,
  resource: string,
  prefix: string,
): CustomOutcome {
  const previous = old ? { previousTypeId: old.type.id } : {}
  const type = optional(action, 'type')
  if (type === undefined) {
    return old ? { custom: undefined, message: { type: `${prefix}CustomTypeRemoved`, ...previous } } : null
  }
  const custom = customFrom(project, type, optional(action, 'fields'), resource)
  if (sameJson(custom, old)) return null
  return { custom, message: { type: `${prefix}CustomTypeSet`, customFields: custom, ...previous } }
}

export function setField(
  project: Project,
  old: CustomFields | undefined,
  action: JsonObject,
  prefix: string,
): CustomOutcome {
  const name = text(action, 'name')
  const value = optional(action, 'value')
  const change = withField(project, old, name, value)
  if (!change) return null
  const rest = change.was === 'removed' ? {} : { value }
  const previous = change.previousValue === undefined ? {} : { previousValue: change.previousValue }
  return {
    custom: change.custom,
    message: { type: `${prefix}CustomField${WORDS[change.was]}`, name, ...rest, ...previous },
  }
}
