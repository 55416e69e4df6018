// Creating and changing one record: defaults, required fields, uniqueness, the org's validation rules, then the row.

import type { Entity, Field, Row, RowError, Value } from '../entities.ts'
import type { ValidationRule } from '../org/options.ts'
import { checkRight, whole } from './access.ts'
import { completeAddresses } from './addresses.ts'
import { type Body, badRecordType, type Changes, closedFields, findByKey, readBody } from './body.ts'
import { checkDuplicates } from './duplicates.ts'
import { runFlows } from './flows.ts'
import { OBJECT_RULES } from './object-rules.ts'
import { completePerson, mirrorPerson } from './person.ts'
import { isTrue } from './predicate.ts'
import { entityIsDeleted, Refusal, refuse } from './refusal.ts'
import type { Actor, World } from './world.ts'

/** Creates a record and returns it. `extra` sets fields whatever the body says: an upsert's key. */
export function createRow(seen: World, actor: Actor, shown: Entity, body: Body, extra?: [Field, Value]): Row {
  spoil(actor, null)
  checkRight(seen, shown, 'create')
  const skip = extra ? [extra[0].name.toLowerCase()] : []
  const changes = readBody(seen, shown, body, 'create', skip)
  if (extra && seen.access?.edits(shown, extra[0]) === false) throw closedFields([extra[0].name])
  const { world, entity } = whole(seen, shown)
  if (extra) changes.set(extra[0], extra[1])
  completePerson(world, entity, changes, null)
  if (world.countries) completeAddresses(world.countries, entity, changes, {})
  const values: Record<string, Value> = {}
  for (const field of entity.fields) {
    if (field.autoNumber !== null) {
      values[field.name] = numbered(field.autoNumber, world.store.nextNumber(entity))
      continue
    }
    const value = changes.get(field) ?? (changes.has(field) ? null : defaultOf(field, actor))
    if (value !== null && value !== undefined) values[field.name] = value
  }
  const missing = entity.fields.filter(field => field.required && field.createable && values[field.name] === undefined)
  const rule = OBJECT_RULES.get(entity.name)
  requirePresent(missing)
  lockParents(actor, entity, values, null)
  if (world.options.flows.length > 0) runFlows(world, entity, changes, values, null)
  rule?.before?.({ world, actor, entity, row: null, changes, values })
  check(world, entity, changes, values, null)
  if (world.options.duplicateRules.length > 0) checkDuplicates(world, actor, entity, changes, values, null)
  const row = mirrorPerson(world, actor, entity, world.store.insert(entity, { createdBy: actor.userId, values }))
  rule?.after?.(world, actor, row, null)
  return row
}

/** Changes a record and returns it. */
export function updateRow(seen: World, actor: Actor, shown: Entity, row: Row, body: Body, skip: string[] = []): Row {
  if (row.deleted) throw entityIsDeleted()
  spoil(actor, row.id)
  checkRight(seen, shown, 'edit')
  const changes = readBody(seen, shown, body, 'update', ['id', ...skip])
  const { world, entity } = whole(seen, shown)
  completePerson(world, entity, changes, row)
  if (world.countries) completeAddresses(world.countries, entity, changes, row.values)
  const values: Record<string, Value> = { ...row.values }
  let removed = false
  const missing: Field[] = []
  for (const [field, value] of changes) {
    if (value !== null) values[field.name] = value
    else if (field.required || field.name === 'OwnerId') missing.push(field)
    else removed ||= field.name in values
  }
  const after = removed ? without(values, changes) : values
  const rule = OBJECT_RULES.get(entity.name)
  requirePresent(missing)
  lockParents(actor, entity, after, row)
  if (world.options.flows.length > 0) runFlows(world, entity, changes, after, row)
  rule?.before?.({ world, actor, entity, row, changes, values: after })
  check(world, entity, changes, after, row)
  if (world.options.duplicateRules.length > 0) checkDuplicates(world, actor, entity, changes, after, row)
  const saved = world.store.change(entity, row, { modifiedBy: actor.userId, values: after })
  rule?.after?.(world, actor, saved, row)
  return mirrorPerson(world, actor, entity, saved)
}

/** Built anew rather than deleted from: a deleted property turns the object into a slow and large dictionary. */
function without(values: Record<string, Value>, changes: Changes): Record<string, Value> {
  const empty = new Set([...changes].filter(([, value]) => value === null).map(([field]) => field.name))
  return Object.fromEntries(Object.entries(values).filter(([name]) => !empty.has(name)))
}

function spoil(actor: Actor, id: string | null): void {
  const error = actor.spoil?.(id)
  if (error) throw new Refusal([error])
}

function defaultOf(field: Field, actor: Actor): Value | null {
  if (field.name === 'OwnerId') return actor.userId
  return field.type === 'boolean' ? null : field.defaultValue
}

function numbered(format: string, number: number): string {
  return format.replace(/\{(0+)\}/, (_, zeros: string) => String(number).padStart(zeros.length, '0'))
}

function requirePresent(missing: Field[]): void {
  if (missing.length === 0) return
  const names = missing.map(field => field.name)
  throw refuse('REQUIRED_FIELD_MISSING', `Required fields are missing: [${names.join(', ')}]`, names)
}

function check(world: World, entity: Entity, changes: Changes, values: Record<string, Value>, row: Row | null): void {
  for (const [field, value] of changes) {
    if (value === null) continue
    if (field.name === 'RecordTypeId' && !entity.recordTypes.some(type => type.id === value)) {
      throw badRecordType(field, String(value))
    }
    if (!field.unique) continue
    const other = findByKey(world, entity, field, value).find(found => found.id !== row?.id)
    if (other) throw duplicateValue(field, other)
  }
  const broken = brokenRules(world.options.validationRules, entity, values)
  if (broken.length > 0) throw new Refusal(broken)
}

export const duplicateValue = (field: Field, other: Row): Refusal =>
  refuse(
    'DUPLICATE_VALUE',
    `duplicate value found: ${field.name} duplicates value on record with id: ${other.id.slice(0, 15)}`,
  )

/** A write takes a lock on the accounts above the record, and on the account that it is. */
function lockParents(actor: Actor, entity: Entity, values: Record<string, Value>, row: Row | null): void {
  if (!actor.lock) return
  const held = (id: Value | undefined): boolean => typeof id === 'string' && actor.lock?.(id) === true
  const own = entity.name === 'Account' && row !== null && held(row.id) ? row.id : undefined
  const link = own
    ? undefined
    : entity.fields.find(field => field.createable && field.referenceTo.includes('Account') && held(values[field.name]))
  const id = own ?? (link ? values[link.name] : undefined)
  if (id === undefined) return
  throw refuse('UNABLE_TO_LOCK_ROW', `unable to obtain exclusive access to this record or 1 records: ${id}`)
}

/** The org's own rules, all at once, as Salesforce reports them. */
function brokenRules(rules: ValidationRule[], entity: Entity, values: Record<string, Value>): RowError[] {
  const broken: RowError[] = []
  for (const rule of rules) {
    if (rule.active === false || rule.object.toLowerCase() !== entity.name.toLowerCase()) continue
    const name = entity.byName.get(rule.field.toLowerCase())?.name ?? rule.field
    if (isTrue(rule, values[name] ?? null)) {
      broken.push({ statusCode: 'FIELD_CUSTOM_VALIDATION_EXCEPTION', message: rule.message, fields: [name] })
    }
  }
  return broken
}
