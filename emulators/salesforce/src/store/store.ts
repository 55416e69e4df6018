// The org's memory: rows of all objects, transactions that can be taken back, and the journal that makes them last.

import { type Entity, entityOf, type Row, type Schema, type Value } from '../entities.ts'
import type { Clock } from '../org/clock.ts'
import type { Step } from '../pubsub/changes.ts'
import type { ChangeEvent } from '../pubsub/event.ts'
import { type History, history } from './history.ts'
import { counterOf, makeId } from './ids.ts'
import { type Entry, type Journal, rowFrom, rowLine } from './journal.ts'
import { type Rows, rowsOf } from './rows.ts'

export type NewRow = { createdBy: string; values: Record<string, Value> }
export type Change = {
  modifiedBy: string
  values?: Record<string, Value>
  deleted?: boolean
  mergedInto?: string | null
  /** What the platform keeps by itself: no change of the record as such, so that its times stay. */
  untold?: true
}

export type Store = {
  rows(entity: Entity): Rows
  /** The object and row of an id, whatever its object; deleted rows too. */
  find(id: string): { entity: Entity; row: Row } | undefined
  insert(entity: Entity, row: NewRow): Row
  change(entity: Entity, row: Row, change: Change): Row
  /** Removes a row for good, as a hard delete does. */
  erase(entity: Entity, row: Row): void
  /** A point that `rollback` can return to, as long as nothing was committed since. */
  mark(): number
  rollback(mark: number): void
  /**
   * Writes what happened since the last commit, together with any other facts, before returning. `origin` says through
   * which API it came, as change events show it.
   */
  commit(facts?: Entry, origin?: string): void
  /** The number of the row that `insert` would make now: what an auto-number field shows. */
  nextNumber(entity: Entity): number
  /** The next number of a series that is not an object's: jobs. */
  count(series: string): number
  clear(): void
  /** Takes over a line of the journal at the start. */
  take(entry: Entry): void
  settle(): void
  /** All rows as journal entries, a thousand a line. */
  snapshot(): Generator<Entry>
  readonly rowCount: number
  readonly history: History
}

/** Makes change events of the steps of a transaction; undefined when there is nothing to tell. */
type Capture = (steps: readonly Step[], origin: string) => ChangeEvent[] | undefined

export function store(schema: Schema, clock: Clock, journal: () => Journal, capture: Capture): Store {
  const tables = new Map<string, Rows>()
  const counters = new Map<string, number>()
  const undo: Step[] = []
  const past = history()
  let lastAt = 0

  const rows = (entity: Entity): Rows => {
    let table = tables.get(entity.name)
    if (!table) {
      // By the org's own fields, whoever asks: a user may see fewer of them.
      table = rowsOf(entityOf(schema, entity.name) ?? entity)
      tables.set(entity.name, table)
    }
    return table
  }
  const now = (): number => {
    lastAt = Math.max(lastAt, clock.now())
    return lastAt
  }
  const put = (entity: Entity, row: Row): Row => {
    const table = rows(entity)
    undo.push({ rows: table, id: row.id, before: table.put(row) })
    return row
  }
  const count = (name: string): number => {
    const next = (counters.get(name) ?? 0) + 1
    counters.set(name, next)
    return next
  }

  return {
    rows,
    find(id) {
      const entity = schema.byPrefix.get(id.slice(0, 3))
      const row = entity && rows(entity).get(id)
      return entity && row ? { entity, row } : undefined
    },
    insert(entity, { createdBy, values }) {
      const at = now()
      const id = makeId(entity.keyPrefix, count(entity.name))
      const base = { createdAt: at, createdBy, modifiedAt: at, modifiedBy: createdBy, deleted: false, mergedInto: null }
      return put(entity, { id, ...base, values })
    },
    change(entity, row, change) {
      return put(entity, {
        id: row.id,
        createdAt: row.createdAt,
        createdBy: row.createdBy,
        modifiedAt: change.untold ? row.modifiedAt : now(),
        modifiedBy: change.untold ? row.modifiedBy : change.modifiedBy,
        deleted: change.deleted ?? row.deleted,
        mergedInto: change.mergedInto === undefined ? row.mergedInto : change.mergedInto,
        values: change.values ?? row.values,
      })
    },
    erase(entity, row) {
      const table = rows(entity)
      table.restore(row.id, undefined)
      undo.push({ rows: table, id: row.id, before: row })
    },
    mark: () => undo.length,
    rollback(mark) {
      for (const step of undo.splice(mark).reverse()) step.rows.restore(step.id, step.before)
    },
    commit(given = {}, origin = '') {
      const events = undo.length > 0 ? capture(undo, origin) : undefined
      const facts = events ? { ...given, events } : given
      const changed = new Map<string, Rows>()
      for (const step of undo) {
        // The first of a transaction's steps has what was there before it.
        if (step.before && !changed.has(step.id)) past.note(step.before, step.rows.get(step.id))
        changed.set(step.id, step.rows)
      }
      undo.length = 0
      const lines: ReturnType<typeof rowLine>[] = []
      const erased: [object: string, id: string][] = []
      for (const [id, table] of changed) {
        const row = table.get(id)
        if (row) lines.push(rowLine(table.entity.name, row))
        else erased.push([table.entity.name, id])
      }
      for (const table of new Set(changed.values())) table.tidy()
      if (erased.length > 0) journal().append({ ...facts, rows: lines, erased })
      else if (lines.length > 0) journal().append({ ...facts, rows: lines })
      else if (Object.keys(facts).length > 0) journal().append(facts)
    },
    count,
    nextNumber: entity => (counters.get(entity.name) ?? 0) + 1,
    clear() {
      tables.clear()
      counters.clear()
      past.clear()
      undo.length = 0
      lastAt = 0
    },
    take(entry) {
      for (const [name, value] of Object.entries(entry.counters ?? {})) counters.set(name, value)
      for (const line of entry.rows ?? []) {
        const entity = entityOf(schema, line[0])
        if (!entity) continue
        const row = rowFrom(line)
        rows(entity).put(row)
        counters.set(entity.name, Math.max(counters.get(entity.name) ?? 0, counterOf(row.id)))
        lastAt = Math.max(lastAt, row.modifiedAt)
      }
      for (const [name, id] of entry.erased ?? []) {
        const entity = entityOf(schema, name)
        if (entity) rows(entity).restore(id, undefined)
      }
      if (entry.job) counters.set('Job', Math.max(counters.get('Job') ?? 0, counterOf(entry.job.id)))
    },
    settle() {
      for (const table of tables.values()) table.settle()
    },
    *snapshot() {
      yield { counters: Object.fromEntries(counters) }
      for (const table of tables.values()) {
        let lines: ReturnType<typeof rowLine>[] = []
        for (const row of table.all()) {
          lines.push(rowLine(table.entity.name, row))
          if (lines.length === 1000) {
            yield { rows: lines }
            lines = []
          }
        }
        if (lines.length > 0) yield { rows: lines }
      }
    },
    history: past,
    get rowCount() {
      let total = 0
      for (const table of tables.values()) total += table.size
      return total
    },
  }
}
