/** The rows of one resource type: by id, by named index, in order of id and in order of (lastModifiedAt, id). */
import type { Resource } from '../model/entities.ts'
import { type Sorted, sorted } from './sorted.ts'

/** Values under which a row is found; the function must depend on the row alone. */
export type Indexes<T> = Record<string, (row: T) => readonly (string | undefined)[]>

export type Table<T extends Resource> = {
  size(): number
  get(id: string): T | undefined
  put(row: T): void
  remove(id: string): void
  has(index: string): boolean
  /** Rows under a value of an index, in no particular order. */
  find(index: string, value: string): T[]
  byId: Sorted<T>
  byTime: Sorted<T>
  rows(): IterableIterator<T>
  clear(): void
}

export function table<T extends Resource>(indexes: Indexes<T>): Table<T> {
  const rows = new Map<string, T>()
  const byId = sorted<T>((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))
  const byTime = sorted<T>((a, b) => {
    if (a.lastModifiedAt !== b.lastModifiedAt) return a.lastModifiedAt < b.lastModifiedAt ? -1 : 1
    return a.id < b.id ? -1 : a.id > b.id ? 1 : 0
  })
  const maps = Object.entries(indexes).map(([name, values]) => ({ name, values, ids: new Map<string, Ids>() }))

  function unindex(row: T) {
    for (const { values, ids } of maps)
      for (const value of values(row)) if (value !== undefined) drop(ids, value, row.id)
  }
  return {
    size: () => rows.size,
    get: id => rows.get(id),
    put(row) {
      const old = rows.get(row.id)
      if (old) {
        unindex(old)
        byTime.remove(old)
        byId.remove(old)
      }
      rows.set(row.id, row)
      byId.insert(row)
      byTime.insert(row)
      for (const { values, ids } of maps)
        for (const value of values(row)) if (value !== undefined) add(ids, value, row.id)
    },
    remove(id) {
      const old = rows.get(id)
      if (!old) return
      unindex(old)
      byTime.remove(old)
      byId.remove(old)
      rows.delete(id)
    },
    has: index => maps.some(each => each.name === index),
    find(index, value) {
      const ids = maps.find(each => each.name === index)?.ids.get(value)
      const found: T[] = []
      for (const id of ids === undefined ? [] : typeof ids === 'string' ? [ids] : ids) {
        const row = rows.get(id)
        if (row) found.push(row)
      }
      return found
    },
    byId,
    byTime,
    rows: () => rows.values(),
    clear() {
      rows.clear()
      byId.clear()
      byTime.clear()
      for (const { ids } of maps) ids.clear()
    },
  }
}

/** One id as itself, several as a set: most values of most indexes have one. */
type Ids = string | Set<string>

function add(map: Map<string, Ids>, value: string, id: string) {
  const ids = map.get(value)
  if (ids === undefined) map.set(value, id)
  else if (typeof ids === 'string') {
    if (ids !== id) map.set(value, new Set([ids, id]))
  } else ids.add(id)
}

function drop(map: Map<string, Ids>, value: string, id: string) {
  const ids = map.get(value)
  if (ids === id) map.delete(value)
  else if (typeof ids === 'object') {
    ids.delete(id)
    if (ids.size === 0) map.delete(value)
  }
}
