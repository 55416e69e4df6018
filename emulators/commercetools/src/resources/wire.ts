/** Rows as the API shows them: what is internal left out, references expanded on request. */
import { HOLDS, type Message, type Resource } from '../model/entities.ts'
import { isObject } from '../model/json.ts'
import { type Project, TYPE_IDS, type TypeId, tableOf } from '../store/project.ts'

export type Wire = Record<string, unknown>

export function wire(row: Resource): Wire {
  const { sequence: _, failingSince: _f, ...shown }: Resource & { failingSince?: unknown } = row
  return shown
}

/** Where messages hold a whole resource. */
const HELD = [...new Set(Object.values(HOLDS)), 'edit']

export function wireMessage(message: Message): Wire {
  const shown = wire(message)
  for (const name of HELD) {
    const held = message[name]
    if (isObject(held) && 'sequence' in held) shown[name] = wire(message[name] as Resource)
  }
  return shown
}

/** Paths such as `customerGroup`, `custom.type`, `addresses[*].custom.type`; what cannot be expanded stays as it is. */
export function expanded(project: Project, shown: Wire, paths: readonly string[]): Wire {
  let result = shown
  for (const path of paths) result = expand(project, result, path.replaceAll('[*]', '').split('.')) as Wire
  return result
}

function expand(project: Project, value: unknown, path: string[]): unknown {
  if (Array.isArray(value)) return value.map(each => expand(project, each, path))
  if (typeof value !== 'object' || value === null) return value
  const [name, ...rest] = path
  if (name === undefined) return referred(project, value as Wire)
  const inner = name === 'obj' ? undefined : (value as Wire)[name]
  if (inner === undefined) return value
  return { ...value, [name]: expand(project, inner, rest) }
}

function referred(project: Project, reference: Wire): Wire {
  const { typeId, id, key } = reference
  if (!TYPE_IDS.includes(typeId as TypeId)) return reference
  const rows = tableOf(project, typeId as TypeId)
  const row = typeof id === 'string' ? rows.get(id) : typeof key === 'string' ? rows.find('key', key)[0] : undefined
  return row ? { ...reference, obj: wire(row) } : reference
}
