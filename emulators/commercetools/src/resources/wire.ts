/** Rows as the API shows them: what is internal left out, references expanded on request. */
import type { Customer, Message, Resource } from '../model/entities.ts'
import type { Project } from '../store/project.ts'

export type Wire = Record<string, unknown>

export function wire(row: Resource): Wire {
  const { sequence: _, failingSince: _f, ...shown }: Resource & { failingSince?: unknown } = row
  return shown
}

export function wireMessage(message: Message): Wire {
  const shown = wire(message)
  if (message.customer) shown.customer = wire(message.customer as Customer)
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
  const find = {
    'customer-group': project.groups,
    store: project.stores,
    type: project.types,
    customer: project.customers,
  }[String(typeId)]
  const row = typeof id === 'string' ? find?.get(id) : typeof key === 'string' ? find?.find('key', key)[0] : undefined
  return row ? { ...reference, obj: wire(row) } : reference
}
