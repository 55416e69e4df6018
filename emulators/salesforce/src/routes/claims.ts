// What a request is about to hold, read from its body when it comes: accounts above the records that it writes, and
// external IDs that nobody has yet. Only asked for while requests take time.

import { type Entity, entityOf, type Field, fieldOf, type Row } from '../entities.ts'
import type { Claim } from '../org/in-flight.ts'
import { type Body, findByKey, isBody } from '../rules/body.ts'
import { Refusal } from '../rules/refusal.ts'
import { keyOf, raceKey } from '../rules/upsert.ts'
import type { World } from '../rules/world.ts'
import { normaliseId } from '../store/ids.ts'

/** Takes the url of a subrequest apart; given by the dispatcher. */
export type Split = (url: string) => { path: string[] } | undefined

export function claimsOf(world: World, method: string, path: readonly string[], body: unknown, split: Split): Claim {
  const claim: Claim = { parents: new Set(), keys: new Set() }
  collect(world, claim, method, path, body, split)
  return claim
}

function collect(
  world: World,
  claim: Claim,
  method: string,
  path: readonly string[],
  body: unknown,
  split: Split,
): void {
  if (method === 'GET' || !isBody(body)) return
  const [first, type, name, value] = path
  if (first === 'composite' && type === undefined) {
    const subs: unknown[] = Array.isArray(body.compositeRequest) ? body.compositeRequest : []
    for (const sub of subs) {
      if (!isBody(sub) || typeof sub.url !== 'string' || typeof sub.method !== 'string') continue
      const target = split(sub.url)
      if (target) collect(world, claim, sub.method.toUpperCase(), target.path, sub.body, split)
    }
  } else if (first === 'composite' && type === 'sobjects') {
    const records: unknown[] = Array.isArray(body.records) ? body.records : []
    for (const record of records) {
      if (!isBody(record)) continue
      const of = name ?? (isBody(record.attributes) ? record.attributes.type : undefined)
      if (typeof of === 'string') one(world, claim, of, path[3], record, undefined)
    }
  } else if (first === 'sobjects' && type !== undefined) {
    if (value !== undefined) one(world, claim, type, name, { ...body, [name ?? '']: value }, undefined)
    else one(world, claim, type, undefined, body, name)
  }
}

function one(
  world: World,
  claim: Claim,
  type: string,
  keyName: string | undefined,
  record: Body,
  id: string | undefined,
): void {
  const entity = entityOf(world.schema, type)
  if (!entity) return
  let row = rowOf(world, entity, id ?? record.Id ?? record.id)
  const field = keyName === undefined ? undefined : fieldOf(entity, keyName)
  const key = field ? keyOf(field, record) : null
  if (field && key !== null && !(key instanceof Refusal)) {
    row = findByKey(world, entity, field, key)[0]
    if (!row) claim.keys.add(raceKey(entity, field, key))
  }
  if (entity.name === 'Account' && row) claim.parents.add(row.id)
  for (const link of entity.fields) {
    if (!link.createable || !link.referenceTo.includes('Account')) continue
    const above = parentIn(world, link, record) ?? (row ? link.read(row) : null)
    if (typeof above === 'string') claim.parents.add(above)
  }
}

function rowOf(world: World, entity: Entity, id: unknown): Row | undefined {
  return typeof id === 'string' ? world.store.rows(entity).get(normaliseId(id) ?? '') : undefined
}

function parentIn(world: World, link: Field, record: Body): string | undefined {
  const given = record[link.name]
  if (typeof given === 'string') return normaliseId(given)
  const named = record[link.relationshipName ?? '']
  const account = entityOf(world.schema, 'Account')
  if (!isBody(named) || !account) return undefined
  for (const [name, value] of Object.entries(named)) {
    const field = fieldOf(account, name)
    if (field && typeof value === 'string') return findByKey(world, account, field, value)[0]?.id
  }
  return undefined
}
