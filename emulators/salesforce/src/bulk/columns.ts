// The header of an ingest file: which column sets what, and how a row of text becomes a record for the rules.

import { type Entity, entityOf, type Field, fieldOf, type RowError } from '../entities.ts'
import { type Body, parentOf } from '../rules/body.ts'
import { Refusal, refuse } from '../rules/refusal.ts'
import { storedValue } from '../rules/values.ts'
import type { World } from '../rules/world.ts'
import { CsvProblem } from './csv.ts'
import type { Job } from './job.ts'

/** A column is the id, a field, or a parent named by one of the parent's external-ID fields. */
export type Column = { field: Field; parent: { name: string; type: string } | null }

const YES = new Set(['yes', 'y', 'true', 'on', '1'])
const NO = new Set(['no', 'n', 'false', 'off', '0'])
export const NULL_TEXT = '#N/A'

/** Throws a CsvProblem for a header that the org does not know: the whole job fails by it. */
export function readColumns(world: World, entity: Entity, job: Job, header: readonly string[]): Column[] {
  const seen = new Set<string>()
  const columns = header.map((text): Column => {
    // A byte order mark is no blank here, though it is one to trim().
    const name = text.replace(/^[ \t]+|[ \t]+$/g, '')
    if (seen.has(name.toLowerCase())) throw new CsvProblem(`InvalidBatch : Duplicate field name : ${name}`)
    seen.add(name.toLowerCase())
    const column = columnOf(world, entity, name)
    if (column) return column
    throw new CsvProblem(`InvalidBatch : Field name not found : ${name}`)
  })
  const has = (wanted: string): boolean => columns.some(({ field, parent }) => !parent && field.name === wanted)
  const key = job.operation === 'upsert' ? (job.externalIdFieldName ?? '') : job.operation === 'insert' ? '' : 'Id'
  const needed = key === '' ? undefined : fieldOf(entity, key)?.name
  if (needed !== undefined && !has(needed)) throw new CsvProblem(`InvalidBatch : Field name not found : ${needed}`)
  if (job.operation === 'delete' || job.operation === 'hardDelete') {
    if (columns.length > 1) throw new CsvProblem('InvalidBatch : Delete batches must only have one column: Id')
  }
  return columns
}

/** `Name`, `Account.CT_Id__c`, or `Account:Parent.CT_Id__c` where the lookup has several objects. */
function columnOf(world: World, entity: Entity, name: string): Column | undefined {
  const plain = fieldOf(entity, name)
  if (plain) return plain.type === 'address' ? undefined : { field: plain, parent: null }
  const [, type, relationship = '', key = ''] = /^(?:(\w+):)?(\w+)\.(\w+)$/.exec(name) ?? []
  const link = entity.byRelationship.get(relationship.toLowerCase())
  const target = type ?? link?.referenceTo[0]
  const parent = target === undefined ? undefined : entityOf(world.schema, target)
  const field = parent && fieldOf(parent, key)
  if (!link || !parent || !field || !link.referenceTo.includes(parent.name)) return undefined
  return { field: link, parent: { name: field.name, type: parent.name } }
}

/**
 * A row as a record. Empty cells leave a field as it is, #N/A clears it, and parents are looked up here, before any
 * row of the batch is written: a parent in the same batch is not found. A refusal stands for the row.
 */
export function rowBody(world: World, columns: readonly Column[], cells: readonly string[]): Body | RowError[] {
  const body: Body = {}
  if (cells.length !== columns.length) {
    const message = `The row has ${cells.length} values, the header ${columns.length} columns`
    return [{ statusCode: 'INVALID_FIELD', message, fields: [] }]
  }
  try {
    columns.forEach(({ field, parent }, at) => {
      const text = cells[at] ?? ''
      if (text === '') return
      if (parent === null) body[field.name] = text === NULL_TEXT && field.type !== 'boolean' ? null : typed(field, text)
      else if (text === NULL_TEXT) body[field.name] = null
      else {
        if (field.name in body) {
          const message = `cannot specify both an external ID reference ${field.relationshipName} and a salesforce id, ${field.name}`
          throw refuse('INVALID_FIELD', message)
        }
        body[field.name] = parentOf(world, field, { attributes: { type: parent.type }, [parent.name]: text })
      }
    })
    return body
  } catch (error) {
    if (error instanceof Refusal) return error.errors
    throw error
  }
}

/** Text has no types: what JSON would refuse as unreadable is here a value of the wrong type. */
function typed(field: Field, text: string): unknown {
  const wrong = (): Refusal =>
    refuse('INVALID_TYPE_ON_FIELD_IN_RECORD', `${field.label}: value not of required type: ${text}`, [field.name])
  switch (field.type) {
    case 'boolean': {
      const word = text.trim().toLowerCase()
      if (YES.has(word)) return true
      if (NO.has(word)) return false
      throw wrong()
    }
    case 'int':
    case 'double':
    case 'currency':
    case 'percent':
    case 'date':
    case 'datetime':
      try {
        storedValue(field, text)
        return text
      } catch (error) {
        if (error instanceof Refusal && error.errors[0]?.statusCode !== 'JSON_PARSER_ERROR') throw error
        throw wrong()
      }
    default:
      return text
  }
}
