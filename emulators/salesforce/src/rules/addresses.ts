// State and country picklists: the code fills the label and the label the code, and a state must be one of its country's.

import type { Entity, Field, Value } from '../entities.ts'
import type { Countries } from '../schema/countries.ts'
import type { Changes } from './body.ts'
import { type Refusal, refuse } from './refusal.ts'

type Values = Record<string, Value | null>

/** Completes the changes of each address that they touch; `before` is what the record holds now. */
export function completeAddresses(
  known: Countries,
  entity: Entity,
  changes: Changes,
  before: Record<string, Value>,
): void {
  const touched = new Set<string>()
  for (const field of changes.keys()) {
    if (field.compound && /(State|Country)(Code)?$/.test(field.name)) touched.add(field.compound)
  }
  for (const compound of touched) complete(known, entity, compound.slice(0, -'Address'.length), changes, before)
}

function complete(
  known: Countries,
  entity: Entity,
  prefix: string,
  changes: Changes,
  before: Record<string, Value>,
): void {
  const named = (name: string): Field | undefined => entity.byName.get(`${prefix}${name}`.toLowerCase())
  const [country, countryCode, state, stateCode] = [
    named('Country'),
    named('CountryCode'),
    named('State'),
    named('StateCode'),
  ]
  if (!country || !countryCode || !state || !stateCode) return

  const after: Values = {}
  for (const field of [country, countryCode, state, stateCode]) {
    const changed = changes.get(field)
    after[field.name] = changed === undefined ? (before[field.name] ?? null) : changed
  }
  if (changes.get(countryCode) !== undefined) {
    const code = changes.get(countryCode) ?? null
    changes.set(country, code === null ? null : (known.labels.get(String(code)) ?? null))
  } else if (changes.has(country)) {
    const label = changes.get(country) ?? null
    const code = label === null ? null : codeOf(known.labels, String(label))
    if (code === undefined) throw problem(country, 'country', 'country/territory from the list of valid countries')
    changes.set(countryCode, code)
  }
  const code = changes.get(countryCode) ?? (changes.has(countryCode) ? null : (before[countryCode.name] ?? null))
  const states = code === null ? undefined : known.states.get(String(code))

  const spoken = changes.has(stateCode) ? stateCode : state
  const value = after[spoken.name] ?? null
  if (value === null) {
    if (!changes.has(spoken)) return
    changes.set(state, null)
    changes.set(stateCode, null)
    return
  }
  if (code === null) {
    const message = `A country/territory must be specified before specifying a state value for field: ${spoken.label}`
    throw refuse('FIELD_INTEGRITY_EXCEPTION', message, [spoken.name])
  }
  const found = spoken === stateCode ? String(value) : codeOf(states ?? new Map(), String(value))
  const label = found === undefined ? undefined : states?.get(found)
  if (found === undefined || label === undefined) {
    if (spoken === state) throw problem(state, 'state', 'state from the list of valid states')
    const message = `The existing country/territory doesn't recognize the state value for field: ${spoken.label}`
    throw refuse('FIELD_INTEGRITY_EXCEPTION', message, [spoken.name])
  }
  changes.set(state, label)
  changes.set(stateCode, found)
}

function codeOf(labels: ReadonlyMap<string, string>, label: string): string | undefined {
  const wanted = label.toLowerCase()
  for (const [code, name] of labels) if (name.toLowerCase() === wanted) return code
  return undefined
}

function problem(field: Field, what: string, pick: string): Refusal {
  const message = `There's a problem with this ${what}, even though it may appear correct. Please select a ${pick}.: ${field.label}`
  return refuse('FIELD_INTEGRITY_EXCEPTION', message, [field.name])
}
