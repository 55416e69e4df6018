/** Changes of addresses: whole addresses are what commercetools changes, and one address may have two roles. */
import { isDeepStrictEqual } from 'node:util'
import { isObject, type Json, type JsonObject } from '../../../model/resource.ts'
import { type Action, type Change, held, type Made, notText, type Refusal } from './change.ts'
import type { Role } from './paths.ts'

/** What one role's address is to become. */
type Wanted = {
  readonly role: Role
  /** Null where the record has no such address. */
  readonly id: Json
  readonly paths: readonly string[]
  readonly address: JsonObject
}

/**
 * Several changes of one address become one action. An address that serves two roles is changed in place only when both
 * change; else the changed role gets an address of its own, and what was not to be changed stays as it is.
 */
export function addressActions(body: JsonObject, changes: readonly Change[]): Made {
  const refusals: Refusal[] = []
  const keys = new Set(addressesOf(body).map(each => held(each, 'key')))
  const wanted = byRole(changes).flatMap(each => {
    const made = target(body, each, refusals)
    return made ? [made] : []
  })
  const changed = new Map<Json, JsonObject>()
  const actions = wanted.flatMap(({ role, id, address, paths }): readonly Action[] => {
    if (held(address, 'country') === null) {
      const path = paths.find(each => each.endsWith('.country')) ?? paths[0] ?? ''
      refusals.push({ code: 'NO_COUNTRY', path, why: `${path}: an address in commercetools must have a country.` })
      return []
    }
    if (isDeepStrictEqual(changed.get(id), address)) return []
    const isFree = wanted.filter(other => other.id === id).length === rolesOf(body, id)
    if (id !== null && isFree && !changed.has(id)) {
      changed.set(id, address)
      return [{ action: 'changeAddress', addressId: id, address }]
    }
    const key = freeKey(role.key, keys)
    return [
      { action: 'addAddress', address: { ...address, key } },
      { action: role.action, addressKey: key },
    ]
  })
  return { actions, refusals }
}

type Group = { readonly of: string; readonly role: Role; readonly changes: Change[] }

function byRole(changes: readonly Change[]): readonly Group[] {
  const groups = new Map<string, Group>()
  for (const change of changes) {
    if (change.place.at !== 'address') continue
    const { of, role } = change.place
    const group = groups.get(of) ?? { of, role, changes: [] }
    group.changes.push(change)
    groups.set(of, group)
  }
  return [...groups.values()]
}

/** Null where nothing differs. */
function target(body: JsonObject, { of, role, changes }: Group, refusals: Refusal[]): Wanted | null {
  const given = held(body, of)
  const old = given === null ? undefined : addressesOf(body).find(each => held(each, 'id') === given)
  const address = new Map<string, Json>(Object.entries(old ? draft(old) : {}))
  for (const { place, value } of changes) {
    if (value === null) address.delete(place.name)
    else if (typeof value === 'string') address.set(place.name, value)
    else refusals.push(notText(place.path))
  }
  const differs = changes.filter(({ place, value }) => !isDeepStrictEqual(held(old ?? null, place.name), value))
  if (differs.length === 0) return null
  const paths = differs.map(each => each.place.path)
  return { role, id: old ? given : null, paths, address: Object.fromEntries(address) }
}

/** An address as a draft: without its id, and with the Type of its custom fields as a plain reference. */
function draft(address: JsonObject): JsonObject {
  const { id: _id, custom, ...rest } = address
  const kept = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== null))
  if (custom === undefined || custom === null) return kept
  const type = { typeId: 'type', id: held(held(custom, 'type'), 'id') }
  return { ...kept, custom: { type, fields: held(custom, 'fields') ?? {} } }
}

function addressesOf(body: JsonObject): readonly JsonObject[] {
  const list = held(body, 'addresses')
  return Array.isArray(list) ? list.filter(isObject) : []
}

const defaults = ['defaultBillingAddressId', 'defaultShippingAddressId'] as const
/** For how many defaults this address stands. */
const rolesOf = (body: JsonObject, id: Json): number => defaults.filter(each => held(body, each) === id).length

/** Deterministic, so that what is planned twice is the same; the key lets the next action name the new address. */
function freeKey(key: string, taken: Set<Json>): string {
  let free = key
  for (let at = 2; taken.has(free); at += 1) free = `${key}-${at}`
  taken.add(free)
  return free
}
