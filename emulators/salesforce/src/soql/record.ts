// A row as the API shows it: attributes, values in wire form, compound addresses.

import type { Entity, Field, Row, Value } from '../entities.ts'

export type WireRecord = Record<string, unknown>

export function attributes(entity: Entity, row: Row, version: string): { type: string; url: string } {
  return { type: entity.name, url: `/services/data/${version}/sobjects/${entity.name}/${row.id}` }
}

export const wireTime = (at: number): string => `${new Date(at - (at % 1000)).toISOString().slice(0, 19)}.000+0000`

export function wireValue(entity: Entity, field: Field, row: Row): unknown {
  if (field.type === 'address') return wireAddress(entity, field, row)
  const value = field.read(row)
  return field.type === 'datetime' && typeof value === 'number' ? wireTime(value) : value
}

const PARTS = [
  'City',
  'Country',
  'CountryCode',
  'GeocodeAccuracy',
  'Latitude',
  'Longitude',
  'PostalCode',
  'State',
  'StateCode',
  'Street',
]

function wireAddress(entity: Entity, field: Field, row: Row): WireRecord | null {
  const prefix = field.name.slice(0, -'Address'.length)
  const address: Record<string, Value | null> = {}
  let empty = true
  for (const part of PARTS) {
    const member = entity.byName.get(`${prefix}${part}`.toLowerCase())
    if (!member) continue
    const value = member.read(row)
    if (value !== null) empty = false
    address[part.charAt(0).toLowerCase() + part.slice(1)] = value
  }
  return empty ? null : address
}

/** All fields of a row, or those asked for: the body of a single retrieve. */
export function wireRecord(
  entity: Entity,
  row: Row,
  version: string,
  fields: readonly Field[] = entity.fields,
): WireRecord {
  const record: WireRecord = { attributes: attributes(entity, row, version) }
  for (const field of fields) record[field.name] = wireValue(entity, field, row)
  return record
}
