/** Packs the plans of a pass into as few remote calls as fit, parents before children, each write exactly once. */
import type { Batch, BatchLimits, Call, WritePlan, WriteRow } from '../model/plan.ts'

type Levelled = { row: WriteRow; level: number }

const keyOf = (object: string, field: string, value: string): string => `${object}\n${field}\n${value}`

function rowOf(plan: WritePlan, index: number): WriteRow | null {
  const none = { ifUnmodifiedSince: null, key: null, id: null, fields: {}, links: [] }
  switch (plan.do) {
    case 'create':
      return {
        ...none,
        plan: index,
        do: 'create',
        object: plan.draft.object,
        key: { field: plan.draft.keyField, value: plan.draft.key },
        fields: plan.fields,
        links: plan.links,
      }
    case 'update':
      return {
        ...none,
        plan: index,
        do: 'update',
        object: plan.crm.type,
        id: plan.crm.id,
        fields: plan.fields,
        links: plan.links,
        ifUnmodifiedSince: plan.ifUnmodifiedSince,
      }
    case 'delete':
      return { ...none, plan: index, do: 'delete', object: plan.crm.type, id: plan.crm.id }
    default:
      return null
  }
}

/** A row's level is one above the highest of the rows it names by key, and above an earlier row on the same record. */
function levels(rows: readonly WriteRow[]): Levelled[] {
  // A relationship does not name its object, so parents are found by key alone: our keys are unique within an object.
  const byKey = new Map<string, WriteRow[]>()
  for (const row of rows) {
    if (row.key === null) continue
    const same = byKey.get(`${row.key.field}\n${row.key.value}`)
    if (same) same.push(row)
    else byKey.set(`${row.key.field}\n${row.key.value}`, [row])
  }
  const known = new Map<WriteRow, number>()
  const level = (row: WriteRow, path: readonly WriteRow[]): number => {
    const done = known.get(row)
    if (done !== undefined) return done
    const parents = row.links.flatMap(link =>
      link.by === 'key' ? (byKey.get(`${link.keyField}\n${link.key}`) ?? []) : [],
    )
    const real = parents.filter(parent => parent.object !== row.object || parent.key?.value !== row.key?.value)
    const mine = Math.max(
      0,
      ...real.filter(parent => !path.includes(parent)).map(parent => level(parent, [...path, row]) + 1),
    )
    known.set(row, mine)
    return mine
  }
  const taken = new Map<string, number>()
  return rows.map(row => {
    const target = row.key === null ? `${row.object}\n${row.id}` : keyOf(row.object, row.key.field, row.key.value)
    const before = taken.get(target)
    const mine = Math.max(level(row, []), before === undefined ? 0 : before + 1)
    taken.set(target, mine)
    return { row, level: mine }
  })
}

const groupKey = ({ row }: Levelled): string => (row.key === null ? row.do : `create ${row.object} ${row.key.field}`)

const chunks = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size))

function groups(rows: readonly Levelled[], size: number): WriteRow[][] {
  const byKey = new Map<string, WriteRow[]>()
  for (const one of rows) {
    const group = byKey.get(groupKey(one)) ?? []
    byKey.set(groupKey(one), group)
    group.push(one.row)
  }
  return [...byKey.values()].flatMap(group => chunks(group, size))
}

/**
 * The calls of a pass. When all groups fit one call they go in one, in order of level: Salesforce runs the groups of a
 * call in the order given. Else each level is a wave of its own, so that calls of one wave never depend on each other.
 */
export function batch(plans: readonly WritePlan[], limits: BatchLimits): Batch {
  const rows = plans.map(rowOf).filter(row => row !== null)
  const levelled = levels(rows)
  const highest = levelled.reduce((most, one) => Math.max(most, one.level), 0)
  const waves: WriteRow[][][] = []
  const alone: Call[][] = []
  for (let level = 0; level <= highest; level++) {
    const here = levelled.filter(one => one.level === level)
    waves.push(
      groups(
        here.filter(one => one.row.ifUnmodifiedSince === null),
        limits.rowsPerGroup,
      ),
    )
    alone.push(here.filter(one => one.row.ifUnmodifiedSince !== null).map(one => ({ groups: [[one.row]] })))
  }
  const guarded = alone.flat()
  const all = waves.flat()
  if (guarded.length === 0 && all.length > 0 && all.length <= limits.groupsPerCall)
    return { waves: [[{ groups: all }]] }
  return {
    waves: waves
      .map((wave, level) => [
        ...chunks(wave, limits.groupsPerCall).map(some => ({ groups: some })),
        ...(alone[level] ?? []),
      ])
      .filter(wave => wave.length > 0),
  }
}
