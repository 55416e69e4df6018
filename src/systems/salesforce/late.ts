/**
 * References to records that the same call makes, in fields that take an id alone: by the place of the parent in an earlier
 * answer, or by its id once that is known. Source: REST API, Composite, reference IDs; `[]` picks a row of a collection's answer.
 */
import type { Outcome } from '../../model/outcome.ts'
import type { PlannedLink, WriteRow } from '../../model/plan.ts'
import { failing, meaning } from './failure.ts'
import type { Known } from './outcomes.ts'
import { remade, type Unit } from './units.ts'

type ByKey = Extract<PlannedLink, { by: 'key' }>
type Place = { readonly unit: number; readonly row: number; readonly at: number }

/** Finds the row of a call that makes the parent of another one. */
export type Parents = (row: WriteRow, link: ByKey) => Place | undefined

export const isLate = (link: PlannedLink): link is ByKey => link.by === 'key' && link.late === true

export const hasLate = ({ rows }: Unit): boolean => rows.some(({ row }) => row.links.some(isLate))

/** Two objects may have records of one key: the field says to which of them it leads. */
export function parentsIn(parts: readonly Unit[], known: Known): Parents {
  if (!parts.some(hasLate)) return () => undefined
  const byKey = new Map<string, (Place & { readonly object: string })[]>()
  parts.forEach(({ rows, shape }, unit) => {
    if (shape !== 'upsert') return
    rows.forEach(({ row: { key, object }, at }, row) => {
      if (key === null) return
      const name = `${key.field}\n${key.value}`
      byKey.set(name, [...(byKey.get(name) ?? []), { unit, row, at, object }])
    })
  })
  return ({ object }, { field, keyField, key }) => {
    const found = byKey.get(`${keyField}\n${key}`) ?? []
    const leadsTo = known(object)?.fields.get(field)?.referenceTo
    const fitting = leadsTo === undefined ? found : found.filter(one => leadsTo.includes(one.object))
    return fitting.length === 1 ? fitting[0] : undefined
  }
}

/** The unit with its late references led elsewhere, where `idOf` knows the way. */
function led(root: string, unit: Unit, idOf: (row: WriteRow, link: ByKey) => string | null): Unit {
  if (!hasLate(unit)) return unit
  const rows = unit.rows.map(placed => ({
    ...placed,
    row: {
      ...placed.row,
      links: placed.row.links.map((link): PlannedLink => {
        const id = isLate(link) ? idOf(placed.row, link) : null
        return id === null ? link : { by: 'id', field: link.field, id }
      }),
    },
  }))
  return remade(root, unit, rows)
}

/** As the parts of one composite call: each names its parents by their places in the answers before. */
export const referring = (root: string, parts: readonly Unit[], parents: Parents): readonly Unit[] =>
  parts.map((unit, own) =>
    led(root, unit, (row, link) => {
      const parent = parents(row, link)
      return parent === undefined || parent.unit >= own ? null : `@{s${parent.unit}[${parent.row}].id}`
    }),
  )

export const orphaned: Outcome = {
  ok: false,
  failure: failing('stale', 'PARENT_NOT_FOUND', `${meaning('PARENT_NOT_FOUND').sentence}.`),
}

/**
 * As a request of its own: parents are named by the ids that are known by now. Rows whose parent was not made stay out;
 * null where none is left.
 */
export function named(
  root: string,
  unit: Unit,
  parents: Parents,
  results: readonly Outcome[],
): { readonly unit: Unit | null; readonly orphans: Unit['rows'] } {
  if (!hasLate(unit)) return { unit, orphans: [] }
  const idOf = (row: WriteRow, link: ByKey): string | null => {
    const parent = parents(row, link)
    const made = parent === undefined ? undefined : results[parent.at]
    return made?.ok === true ? made.ref.id : null
  }
  const whole = led(root, unit, idOf)
  const orphans = whole.rows.filter(({ row }) => row.links.some(isLate))
  if (orphans.length === 0) return { unit: whole, orphans }
  const left = whole.rows.filter(placed => !orphans.includes(placed))
  return { unit: left.length === 0 ? null : remade(root, whole, left), orphans }
}
