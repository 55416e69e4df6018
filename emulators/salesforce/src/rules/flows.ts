// The org's before-save flows: where all conditions hold, fields are set in the same transaction, so that a client reads
// back something else than it wrote.

import type { Entity, Row, Value } from '../entities.ts'
import type { Flow } from '../org/options.ts'
import type { Changes } from './body.ts'
import { isTrue } from './predicate.ts'
import { storedValue } from './values.ts'
import type { World } from './world.ts'

/** Runs in the order of the org file; a flow sees what earlier ones set. `values` and `changes` are completed. */
export function runFlows(
  world: World,
  entity: Entity,
  changes: Changes,
  values: Record<string, Value>,
  row: Row | null,
): void {
  for (const flow of world.options.flows) {
    if (flow.active === false || flow.object.toLowerCase() !== entity.name.toLowerCase()) continue
    if (flow.on !== undefined && flow.on !== (row === null ? 'create' : 'update')) continue
    if (flow.whenChanged !== undefined && !isTouched(flow, changes, values, row)) continue
    const holds = (flow.when ?? []).every(condition => {
      const field = entity.byName.get(condition.field.toLowerCase())
      return isTrue(condition, (field && values[field.name]) ?? null)
    })
    if (holds) apply(flow, entity, changes, values)
  }
}

function isTouched(flow: Flow, changes: Changes, values: Record<string, Value>, row: Row | null): boolean {
  for (const { name } of changes.keys()) {
    const watched = flow.whenChanged?.some(wanted => wanted.toLowerCase() === name.toLowerCase())
    if (watched && values[name] !== row?.values[name]) return true
  }
  return false
}

function apply(flow: Flow, entity: Entity, changes: Changes, values: Record<string, Value>): void {
  for (const [name, given] of Object.entries(flow.set)) {
    const field = entity.byName.get(name.toLowerCase())
    if (!field) throw new Error(`the flow on ${flow.object} sets "${name}", which ${entity.name} does not have`)
    const value = storedValue(
      field,
      typeof given === 'object' && given !== null ? filled(given.text, entity, values) : given,
    )
    changes.set(field, value)
    if (value === null) delete values[field.name]
    else values[field.name] = value
  }
}

/** `{ "text": "{LastName}, {FirstName}" }`: values of the record put into a text. */
function filled(text: string, entity: Entity, values: Record<string, Value>): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => {
    const field = entity.byName.get(name.toLowerCase())
    return String((field && values[field.name]) ?? '')
  })
}
