// Duplicate rules with their matching rules: a record that looks like another is refused, or, where the rule only
// alerts, refused unless the client says that it means it.

import { type Entity, entityOf, type Field, type Row, type Value } from '../entities.ts'
import type { DuplicateRule } from '../org/options.ts'
import type { Changes } from './body.ts'
import { Refusal } from './refusal.ts'
import type { Actor, World } from './world.ts'

const ALERT = "You're creating a duplicate record. We recommend you use an existing record instead."
/** What a row of a collection is told, which carries no list of matches. */
const ROW_MESSAGE = 'Use one of these records?'
const SHOWN = 10

/** Does the client say that it means it? Source: REST API, Duplicate Rule Header. */
export const allowsDuplicates = (header: (name: string) => string | undefined): boolean =>
  /\ballowSave\s*=\s*true\b/i.test(header('sforce-duplicate-rule-header') ?? '')

/** Throws for the first rule that finds a match; `row` is the record itself where it exists. */
export function checkDuplicates(
  world: World,
  actor: Actor,
  entity: Entity,
  changes: Changes,
  values: Record<string, Value>,
  row: Row | null,
): void {
  for (const rule of world.options.duplicateRules) {
    if (rule.active === false || rule.object.toLowerCase() !== entity.name.toLowerCase()) continue
    const allowSave = (rule.action ?? 'alert') === 'alert'
    if (allowSave && actor.allowDuplicates) continue
    const target = entityOf(world.schema, rule.matchObject ?? rule.object)
    if (!target || (row !== null && !touches(changes, rule))) continue
    const found = matches(world, entity, target, rule.fields, values).filter(other => other.id !== row?.id)
    if (found.length > 0) throw refusal(rule, entity, target, found, allowSave, actor)
  }
}

function touches(changes: Changes, rule: DuplicateRule): boolean {
  for (const field of changes.keys()) {
    if (rule.fields.some(name => name.toLowerCase() === field.name.toLowerCase())) return true
  }
  return false
}

const normal = (value: Value | null | undefined): string =>
  String(value ?? '')
    .trim()
    .toLowerCase()

/** Exact matches, without regard to case, on all fields of the rule; a blank matches nothing. */
function matches(
  world: World,
  entity: Entity,
  target: Entity,
  names: readonly string[],
  values: Record<string, Value>,
): Row[] {
  const wanted: { field: Field; text: string; value: Value }[] = []
  for (const name of names) {
    const own = entity.byName.get(name.toLowerCase())
    const field = target.byName.get(name.toLowerCase())
    const value = own && values[own.name]
    if (!field || value === undefined) return []
    wanted.push({ field, text: normal(value), value })
  }
  const table = world.store.rows(target)
  const indexed = wanted.find(({ field }) => table.hasIndex(field))
  const candidates: Iterable<Row> = indexed
    ? (table.lookup(indexed.field, indexed.value) ?? []).flatMap(id => table.get(id) ?? [])
    : table.all()
  const found: Row[] = []
  for (const row of candidates) {
    if (row.deleted || !wanted.every(({ field, text }) => normal(field.read(row)) === text)) continue
    found.push(row)
    if (found.length > SHOWN) break
  }
  return found
}

function refusal(
  rule: DuplicateRule,
  entity: Entity,
  target: Entity,
  found: readonly Row[],
  allowSave: boolean,
  actor: Actor,
): Refusal {
  const errorMessage = rule.message ?? ALERT
  const url = (row: Row): string => `/services/data/${actor.version ?? 'v67.0'}/sobjects/${target.name}/${row.id}`
  const matchRecords = found.slice(0, SHOWN).map(row => ({
    additionalInformation: [],
    fieldDiffs: [],
    matchConfidence: 100,
    record: { attributes: { type: target.name, url: url(row) }, Id: row.id },
  }))
  // The API has always spelt this name wrong.
  const duplicateResut = {
    allowSave,
    duplicateRule: rule.name ?? `Standard_${entity.name}_Duplicate_Rule`,
    duplicateRuleEntityType: entity.name,
    errorMessage,
    matchResults: [
      {
        entityType: target.name,
        errors: [],
        matchEngine: 'ExactMatchEngine',
        matchRecords,
        rule: rule.matchingRule ?? `Standard_${target.name}_Match_Rule_v1_1`,
        size: matchRecords.length,
        success: true,
      },
    ],
  }
  const errors = [{ statusCode: 'DUPLICATES_DETECTED', message: ROW_MESSAGE, fields: [] }]
  return new Refusal(errors, 400, { duplicateResut, errorCode: 'DUPLICATES_DETECTED', message: errorMessage })
}
