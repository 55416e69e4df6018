// Values of fields as Avro writes them: dates and times are epoch milliseconds, unions name their branch.

import type { Field, Value } from '../entities.ts'

export type Json = string | null | Json[] | { [name: string]: Json }

export const NAMESPACE = 'com.sforce.eventbus'

export function avroType({ type }: Field): 'string' | 'boolean' | 'int' | 'long' | 'double' {
  switch (type) {
    case 'boolean':
    case 'int':
    case 'double':
      return type
    case 'currency':
    case 'percent':
      return 'double'
    case 'date':
    case 'datetime':
      return 'long'
    default:
      return 'string'
  }
}

/** As a union of null and the field's type wants it. */
export function wrap(field: Field, value: Value | null): unknown {
  if (value === null) return null
  return { [avroType(field)]: field.type === 'date' ? Date.parse(String(value)) : value }
}
