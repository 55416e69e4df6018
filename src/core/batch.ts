/** Packs the plans of a pass into as few remote calls as fit, parents before children, each write exactly once. */
import type { Batch, BatchLimits, Call, WritePlan, WriteRow } from '../model/plan.ts'
import { refKey } from '../model/resource.ts'

type Levelled = { row: WriteRow; level: number }

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
        ...meant(plan),
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
        ...meant(plan),
      }
    case 'delete':
      return { ...none, plan: index, do: 'delete', object: plan.crm.type, id: plan.crm.id }
    default:
      return null
  }
}

const meant = ({ evenIfDuplicate }: { readonly evenIfDuplicate?: true }) => (evenIfDuplicate ? { evenIfDuplicate } : {})

/** What is asked of such a row is asked of its whole call: a time it may not have changed since, a duplicate to be let in. */
export const goesAlone = (row: WriteRow): boolean => row.ifUnmodifiedSince !== null || row.evenIfDuplicate === true

const keyOf = (field: string, value: string): string => `${field}\n${value}`

function put<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key)
  if (list) list.push(value)
  else map.set(key, [value])
}

/** Which rows must come after which: children after the parents they name by key, a record's rows in their order. */
function followers(rows: readonly WriteRow[], plans: readonly WritePlan[]): number[][] {
  // A relationship does not name its object, so parents are found by key alone: our keys are unique within an object.
  const byKey = new Map<string, number[]>()
  rows.forEach((row, at) => {
    if (row.key !== null) put(byKey, keyOf(row.key.field, row.key.value), at)
  })
  const after: number[][] = rows.map(() => [])
  const latest = new Map<string, number>()
  rows.forEach((row, at) => {
    for (const link of row.links) {
      const parents = link.by === 'key' ? (byKey.get(keyOf(link.keyField, link.key)) ?? []) : []
      for (const parent of parents) {
        const same = rows[parent]?.object === row.object && rows[parent]?.key?.value === row.key?.value
        if (!same) after[parent]?.push(at)
      }
    }
    const target = `${row.object}\n${row.key === null ? row.id : keyOf(row.key.field, row.key.value)}`
    const before = latest.get(target)
    if (before !== undefined) after[before]?.push(at)
    latest.set(target, at)
  })
  deletions(rows, plans, after)
  return after
}

/** What is deleted goes in the opposite order of its making: a record's parts are planned parents first. */
function deletions(rows: readonly WriteRow[], plans: readonly WritePlan[], after: readonly number[][]): void {
  const latest = new Map<string, number>()
  rows.forEach((row, at) => {
    const draft = row.do === 'delete' ? plans[row.plan]?.draft : undefined
    if (draft === undefined) return
    const record = `${draft.mapping}\n${refKey(draft.source)}`
    const parent = latest.get(record)
    if (parent !== undefined) after[at]?.push(parent)
    latest.set(record, at)
  })
}

/** A row's level is one above the highest that it must follow. Rows that follow each other in a ring come last. */
function levels(rows: readonly WriteRow[], plans: readonly WritePlan[]): Levelled[] {
  const after = followers(rows, plans)
  const open = rows.map(() => 0)
  for (const next of after.flat()) open[next] = (open[next] ?? 0) + 1
  const level = rows.map(() => 0)
  const ready = rows.flatMap((_, at) => (open[at] === 0 ? [at] : []))
  const done = new Set<number>()
  for (const at of ready) {
    done.add(at)
    for (const next of after[at] ?? []) {
      level[next] = Math.max(level[next] ?? 0, (level[at] ?? 0) + 1)
      open[next] = (open[next] ?? 0) - 1
      if (open[next] === 0) ready.push(next)
    }
  }
  let last = level.reduce((most, one) => Math.max(most, one), 0)
  return rows.map((row, at) => ({ row, level: done.has(at) ? (level[at] ?? 0) : ++last }))
}

const groupKey = (row: WriteRow): string => (row.key === null ? row.do : `create ${row.object} ${row.key.field}`)

/**
 * Rows of one object together, as a mixed call is cut where the object changes; among them children of one parent, as
 * two calls that hold children of one Account lock each other out.
 */
function sorted(rows: readonly WriteRow[]): readonly WriteRow[] {
  const families = new Map<string, Map<string | WriteRow, WriteRow[]>>()
  for (const row of rows) {
    const [link] = row.links
    const parent = link === undefined ? row : link.by === 'id' ? link.id : keyOf(link.keyField, link.key)
    const object = families.get(row.object) ?? new Map<string | WriteRow, WriteRow[]>()
    families.set(row.object, object)
    put(object, parent, row)
  }
  return [...families.values()].flatMap(object => [...object.values()].flat())
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  const step = Math.max(1, Math.floor(size))
  return Array.from({ length: Math.ceil(items.length / step) }, (_, at) => items.slice(at * step, (at + 1) * step))
}

function groups(rows: readonly WriteRow[], size: number): WriteRow[][] {
  const byKey = new Map<string, WriteRow[]>()
  for (const row of rows) put(byKey, groupKey(row), row)
  return [...byKey.values()].flatMap(group => chunks(sorted(group), size))
}

type Wave = { readonly together: readonly WriteRow[][]; readonly alone: readonly Call[] }

const isLate = (row: WriteRow): boolean => row.links.some(link => link.by === 'key' && link.late === true)

/**
 * Waves whose groups fit one call are one, in order of level: Salesforce runs the groups of a call in the order given. Of
 * rows that must name their parents by id some may join the one call before: they name those by their places in its answer.
 */
function merged(waves: readonly Wave[], limit: number): readonly Wave[] {
  const all: Wave[] = []
  for (const { together, alone } of waves) {
    const last = all.at(-1)
    const room = last === undefined || last.alone.length + alone.length > 0 ? 0 : limit - last.together.length
    const some = together.length <= room || together.flat().some(isLate) ? Math.max(0, room) : 0
    const joining = together.slice(0, some)
    const rest = together.slice(some)
    if (last !== undefined && joining.length > 0)
      all.splice(-1, 1, { together: [...last.together, ...joining], alone: [] })
    if (rest.length + alone.length > 0) all.push({ together: rest, alone })
  }
  return all
}

/**
 * The calls of a pass. When all groups fit one call they go in one. Else each level is a wave of its own, so that calls of
 * one wave never depend on each other; where rows name parents by id, levels that fit one call still share it.
 * Plans in `without` stay at home.
 */
export function batch(
  plans: readonly WritePlan[],
  limits: BatchLimits,
  without: ReadonlySet<number> = new Set(),
): Batch {
  const byLevel = new Map<number, WriteRow[]>()
  const rows = plans.flatMap((plan, at) => (without.has(at) ? [] : (rowOf(plan, at) ?? [])))
  for (const { row, level } of levels(rows, plans)) put(byLevel, level, row)
  const waves = [...byLevel]
    .toSorted(([a], [b]) => a - b)
    .map(
      ([, rows]): Wave => ({
        together: groups(
          rows.filter(row => !goesAlone(row)),
          limits.rowsPerGroup,
        ),
        alone: rows.filter(goesAlone).map((row): Call => ({ groups: [[row]] })),
      }),
    )
  const groupCount = waves.reduce((sum, wave) => sum + wave.together.length, 0)
  const isOne = groupCount <= limits.groupsPerCall || rows.some(isLate)
  return {
    waves: (isOne ? merged(waves, limits.groupsPerCall) : waves).map(({ together, alone }) => [
      ...chunks(together, limits.groupsPerCall).map(some => ({ groups: some })),
      ...alone,
    ]),
  }
}
