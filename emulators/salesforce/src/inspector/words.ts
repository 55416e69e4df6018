// How values, records and users read on a page.

import { type Entity, entityOf, type Field, type Row } from '../entities.ts'
import type { Org } from '../org/org.ts'
import { escapeHtml } from '../rules/values.ts'
import { wireTime, wireValue } from '../soql/record.ts'
import { query } from './frame.ts'

/** A value as text, not yet escaped. */
export function textOf(entity: Entity, field: Field, row: Row): string {
  const value = wireValue(entity, field, row)
  return value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value)
}

export const timeOf = (at: number): string => wireTime(at).slice(0, 19).replace('T', ' ')

export function nameOf(entity: Entity, row: Row): string {
  const field = entity.fields.find(({ nameField }) => nameField) ?? entity.byName.get('name')
  return (field && textOf(entity, field, row)) || row.id
}

/** The name behind an id, linked to its record; the id itself where there is none. */
export function linkTo(org: Org, id: string): string {
  const found = org.store.find(id)
  if (!found) return escapeHtml(id)
  const { entity, row } = found
  return `<a href="${query({ object: entity.name, id: row.id })}">${escapeHtml(nameOf(entity, row))}</a>`
}

export function cell(org: Org, entity: Entity, field: Field, row: Row): string {
  const text = textOf(entity, field, row)
  if (field.type === 'reference' && text !== '') return linkTo(org, text)
  return field.type === 'boolean' ? (text === 'true' ? 'yes' : 'no') : escapeHtml(text)
}

export function userName(org: Org, id: string): string {
  const users = entityOf(org.schema, 'User')
  const row = users && org.store.rows(users).get(id)
  return users && row ? nameOf(users, row) : id
}

/** What a person would look at in a list: fields in which records differ from nothing, the platform's own left out. */
const OWN = new Set([
  ...['Id', 'IsDeleted', 'CreatedById', 'CreatedDate', 'LastModifiedById', 'LastModifiedDate', 'SystemModstamp'],
  ...['MasterRecordId', 'OwnerId'],
])
const COLUMNS = 5

export function columnsOf(entity: Entity, rows: readonly Row[]): Field[] {
  const isTold = (field: Field): boolean =>
    rows.some(row => {
      const value = field.read(row)
      return value !== null && value !== false
    })
  const told = entity.fields.filter(field => !OWN.has(field.name) && field.type !== 'address' && isTold(field))
  // A record's name first; its parts, and long texts, say less than its keys.
  const rank = (field: Field): number =>
    field.nameField || field.name === 'Name' ? 0 : field.externalId ? 1 : field.length > 255 ? 3 : 2
  return told
    .map((field, at) => ({ field, at }))
    .sort((a, b) => rank(a.field) - rank(b.field) || a.at - b.at)
    .slice(0, COLUMNS)
    .map(({ field }) => field)
}
