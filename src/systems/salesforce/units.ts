/** Rows as the requests that carry them: one sObject Collection for rows of a kind, a request alone for a guarded row. */
import type { Value } from '../../model/mapping.ts'
import type { Call, WriteRow } from '../../model/plan.ts'
import { allowSave } from './duplicates.ts'

/** One request's worth of rows; `at` is each row's place in the call. */
export type Unit = {
  readonly shape: 'upsert' | 'update' | 'delete' | 'guarded' | 'single'
  readonly rows: readonly { readonly row: WriteRow; readonly at: number }[]
  readonly method: 'PATCH' | 'DELETE'
  readonly path: string
  readonly body: object | null
  readonly headers: Readonly<Record<string, string>>
}

export type Placed = { row: WriteRow; at: number }
type Made = Pick<Unit, 'shape' | 'method' | 'path' | 'body' | 'headers'>

/** The requests of a call, in the order of its groups. A row that could not be sent safely is in none. */
export function units(root: string, call: Call): Unit[] {
  let at = 0
  return call.groups.flatMap(group => {
    const kinds = new Map<string, Placed[]>()
    for (const row of group) {
      const placed = { row, at: at++ }
      const kind = kindOf(placed)
      if (kind === null) continue
      const same = kinds.get(kind)
      if (same) same.push(placed)
      else kinds.set(kind, [placed])
    }
    return [...kinds.values()].map(rows => unitOf(root, rows))
  })
}

/** The same rows in two requests: finds the one row that Salesforce cannot even parse. */
export function halves(root: string, { rows }: Unit): Unit[] {
  const middle = Math.ceil(rows.length / 2)
  return [unitOf(root, rows.slice(0, middle)), unitOf(root, rows.slice(middle))]
}

/** The same request with other rows of its kind. */
export const remade = (root: string, unit: Unit, rows: readonly Placed[]): Unit =>
  unit.shape === 'single' && rows[0] !== undefined ? (single(root, rows[0]) ?? unit) : unitOf(root, rows)

/** One row as a request of its own: what refuses it is then said in full. Null for a row that names no record. */
export function single(root: string, placed: Placed): Unit | null {
  const { row } = placed
  const { object, key, id } = row
  const where = id ?? (key === null ? null : `${key.field}/${encodeURIComponent(key.value)}`)
  if (where === null || row.do === 'delete') return null
  const path = `${root}/sobjects/${object}/${where}`
  return { shape: 'single', rows: [placed], method: 'PATCH', path, body: contents(row), headers: headersOf(row) }
}

function kindOf({ row, at }: Placed): string | null {
  const told = row.evenIfDuplicate ? ', even if duplicate' : ''
  if (row.do === 'create') return row.key === null ? null : `upsert ${row.object} ${row.key.field}${told}`
  if (row.id === null) return null
  return row.do === 'update' && row.ifUnmodifiedSince !== null ? `guarded ${at}` : `${row.do}${told}`
}

const headersOf = ({ evenIfDuplicate }: WriteRow): Unit['headers'] => (evenIfDuplicate ? allowSave : {})

function unitOf(root: string, rows: readonly Placed[]): Unit {
  // A collection of several objects is worked off in chunks of one object, of which there may be only ten.
  const sorted = rows.toSorted((a, b) => (a.row.object < b.row.object ? -1 : a.row.object > b.row.object ? 1 : 0))
  return { rows: sorted, ...request(root, sorted) }
}

function request(root: string, rows: readonly Placed[]): Made {
  const [first] = rows
  if (first === undefined) throw new RangeError('a unit holds at least one row')
  const { row } = first
  if (row.do === 'create')
    return {
      shape: 'upsert',
      method: 'PATCH',
      path: `${root}/composite/sobjects/${row.object}/${row.key?.field}`,
      body: { allOrNone: false, records: rows.map(one => record(one.row)) },
      headers: headersOf(row),
    }
  if (row.do === 'delete')
    return {
      shape: 'delete',
      method: 'DELETE',
      path: `${root}/composite/sobjects?ids=${rows.map(one => one.row.id).join(',')}&allOrNone=false`,
      body: null,
      headers: {},
    }
  if (row.ifUnmodifiedSince !== null)
    return {
      shape: 'guarded',
      method: 'PATCH',
      path: `${root}/sobjects/${row.object}/${row.id}`,
      body: contents(row),
      // An HTTP date has whole seconds: an edit within the same second is not seen.
      headers: { ...headersOf(row), 'if-unmodified-since': new Date(row.ifUnmodifiedSince).toUTCString() },
    }
  return {
    shape: 'update',
    method: 'PATCH',
    path: `${root}/composite/sobjects`,
    body: { allOrNone: false, records: rows.map(one => record(one.row)) },
    headers: headersOf(row),
  }
}

type Contents = Record<string, Value | object>

function record(row: WriteRow): Contents {
  const made: Contents = { attributes: { type: row.object }, ...contents(row) }
  if (row.key !== null) made[row.key.field] = row.key.value
  if (row.id !== null) made.id = row.id
  return made
}

function contents({ fields, links }: WriteRow): Contents {
  const made: Contents = { ...fields }
  for (const link of links) {
    if (link.by === 'id') made[link.field] = link.id
    else made[link.relationship] = { [link.keyField]: link.key }
  }
  return made
}
