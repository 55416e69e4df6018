// The rows of one object with their indexes: by id, by each looked-up value, by creation and by modification, so that
// no lookup of a client ever scans a million rows.

import type { Entity, Field, Row, Value } from '../entities.ts'

/** One id, or several; a set per value would cost a million sets. */
type Bucket = string | Set<string>

export type Rows = {
  readonly entity: Entity
  readonly size: number
  readonly deletedCount: number
  get(id: string): Row | undefined
  /** Puts a row where its id says and returns what was there. Rows are put in order of modification. */
  put(row: Row): Row | undefined
  /** Takes a put back: the row that was there before, or none. */
  restore(id: string, before: Row | undefined): void
  /** Ids of rows whose field equals the value without regard to case; undefined when the field has no index. */
  lookup(field: Field, value: Value): readonly string[] | undefined
  hasIndex(field: Field): boolean
  all(): IterableIterator<Row>
  /** Rows in order of id, those after `after` only. */
  afterId(after: string): Generator<Row>
  /** Rows in order of modification, from the given time on. */
  modifiedFrom(at: number): Generator<Row>
  newest(count: number): Row[]
  /** Sorts what a load from disk has put in file order. */
  settle(): void
  /** Forgets replaced rows once they outnumber the live ones; never while a put may still be taken back. */
  tidy(): void
}

const isIndexed = (field: Field): boolean =>
  field.unique || field.externalId || field.idLookup || (field.type === 'reference' && indexedReference(field))

/** Owners and record types have few values: an index would hold half the table in one bucket. */
const indexedReference = (field: Field): boolean =>
  !field.referenceTo.includes('User') && !field.referenceTo.includes('RecordType')

const keyOf = (value: Value): string => (typeof value === 'string' ? value.toLowerCase() : String(value))

export function rowsOf(entity: Entity): Rows {
  const byId = new Map<string, Row>()
  const indexes = new Map<string, { field: Field; buckets: Map<string, Bucket> }>()
  for (const field of entity.fields) {
    if (field.type !== 'id' && isIndexed(field)) indexes.set(field.name, { field, buckets: new Map() })
  }
  let created: string[] = []
  let modified: Row[] = []
  let deletedCount = 0

  const unindex = (buckets: Map<string, Bucket>, key: string, id: string): void => {
    const bucket = buckets.get(key)
    if (bucket === id) buckets.delete(key)
    else if (bucket instanceof Set) {
      bucket.delete(id)
      if (bucket.size === 0) buckets.delete(key)
    }
  }
  const index = (buckets: Map<string, Bucket>, key: string, id: string): void => {
    const bucket = buckets.get(key)
    if (bucket === undefined) buckets.set(key, id)
    else if (bucket instanceof Set) bucket.add(id)
    else if (bucket !== id) buckets.set(key, new Set([bucket, id]))
  }
  const replace = (id: string, row: Row | undefined): Row | undefined => {
    const before = byId.get(id)
    for (const { field, buckets } of indexes.values()) {
      const old = before ? field.read(before) : null
      const next = row ? field.read(row) : null
      if (old === next) continue
      if (old !== null) unindex(buckets, keyOf(old), id)
      if (next !== null) index(buckets, keyOf(next), id)
    }
    if (before?.deleted) deletedCount--
    if (row?.deleted) deletedCount++
    if (row) byId.set(id, row)
    else byId.delete(id)
    return before
  }

  return {
    entity,
    get size() {
      return byId.size
    },
    get deletedCount() {
      return deletedCount
    },
    get: id => byId.get(id),
    put(row) {
      const before = replace(row.id, row)
      if (!before) created.push(row.id)
      modified.push(row)
      return before
    },
    // The entry that `modified` holds for the older row is still where it was.
    restore(id, before) {
      replace(id, before)
    },
    lookup(field, value) {
      const found = indexes.get(field.name)?.buckets
      if (!found) return undefined
      const bucket = found.get(keyOf(value))
      return bucket === undefined ? [] : typeof bucket === 'string' ? [bucket] : [...bucket]
    },
    hasIndex: field => indexes.has(field.name),
    all: () => byId.values(),
    *afterId(after) {
      let low = 0
      let high = created.length
      while (low < high) {
        const middle = (low + high) >> 1
        if ((created[middle] ?? '') <= after) low = middle + 1
        else high = middle
      }
      for (let i = low; i < created.length; i++) {
        const row = byId.get(created[i] ?? '')
        if (row) yield row
      }
    },
    *modifiedFrom(at) {
      let low = 0
      let high = modified.length
      while (low < high) {
        const middle = (low + high) >> 1
        if ((modified[middle]?.modifiedAt ?? 0) < at) low = middle + 1
        else high = middle
      }
      for (let i = low; i < modified.length; i++) {
        const row = modified[i]
        if (row && byId.get(row.id) === row) yield row
      }
    },
    newest(count) {
      const rows: Row[] = []
      for (let i = modified.length - 1; i >= 0 && rows.length < count; i--) {
        const row = modified[i]
        if (row && byId.get(row.id) === row) rows.push(row)
      }
      return rows
    },
    settle() {
      created = [...byId.keys()].sort((a, b) => (a < b ? -1 : 1))
      modified = [...byId.values()].sort((a, b) => a.modifiedAt - b.modifiedAt || (a.id < b.id ? -1 : 1))
    },
    tidy() {
      if (modified.length > 2 * byId.size + 1000) modified = modified.filter(row => byId.get(row.id) === row)
      if (created.length > 2 * byId.size + 1000) created = created.filter(id => byId.has(id))
    },
  }
}
