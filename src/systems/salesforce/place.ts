/** Where the feed of one object stands: what was read, and what of it will be met again. All times are Salesforce's own. */
import { hash } from 'node:crypto'
import { z } from 'zod'

/** A row of an object as the feed reads it. */
export type Row = {
  readonly id: string
  readonly stampMs: number
  readonly isDeleted: boolean
  readonly by: string
}

/** Times in whole seconds since 1970: finer than that SOQL does not compare. */
export type Place = {
  /** Up to this second everything that could be seen was read. */
  readonly to: number
  /** When the last whole reading began: one that read the overlap again. */
  readonly whole: number
  /** A reading that is not at its end yet, which is the second `began`: what changes meanwhile is for the next one. */
  readonly reading: (Mark & { readonly isWhole: boolean; readonly began: number }) | null
  /** What was read within the overlap, by second: met again, it is no news. */
  readonly seen: ReadonlyMap<number, ReadonlySet<string>>
}

export type Window = {
  /** How much later than its stamp says a change may become visible. */
  readonly overlapS: number
  /** While no more than this was seen, each reading is a whole one; else one an overlap, for reading again costs calls. */
  readonly few: number
  /** How much is remembered, more than `few`; what is forgotten is told again. */
  readonly mostSeen: number
  /** Rows to a page. */
  readonly pageRows: number
}

/** Some 160 kB of position an object at most. */
export const windowOf = (overlapMs: number): Window => ({
  overlapS: Math.ceil(overlapMs / 1000),
  few: 1_000,
  mostSeen: 20_000,
  pageRows: 2_000,
})

/** Rows after this second and id; from this second on if `id` is null. */
type Mark = { readonly at: number; readonly id: string | null }

/** What to ask. */
export type Reading = Mark & { readonly isWhole: boolean; readonly rows: number }

/** A page: its rows in order up to `bound`, the last second that was over when it was asked. */
export type Page = {
  readonly rows: readonly Row[]
  readonly bound: number
  readonly isCut: boolean
}

export const secondOf = ({ stampMs }: Row): number => Math.floor(stampMs / 1000)

/**
 * With the user, because a change can carry the very stamp of one that was seen before it. 48 bits: only rows of one
 * object and second are compared.
 */
const sign = ({ id, stampMs, isDeleted, by }: Row): string =>
  hash('sha256', `${id} ${stampMs} ${isDeleted} ${by}`, 'base64url').slice(0, signLength)
const signLength = 8

/** A feed that begins now; `rows` are those of the overlap, which are no news. */
export function opened({ rows, bound }: Page, window: Window): Place {
  const seen = added(new Map(), rows, bound - window.overlapS)
  return { to: bound, whole: bound, reading: null, seen: trimmed(seen, window) }
}

export function begin({ to, whole, reading, seen }: Place, limit: number, window: Window): Reading {
  const count = countOf(seen)
  // Enough for `limit` changes beside all that was seen, and one more that tells whether there is more.
  const rows = Math.min(window.pageRows, limit + count + 1)
  if (reading !== null) return { isWhole: reading.isWhole, at: reading.at, id: reading.id, rows }
  const isWhole = count <= window.few || to - whole >= window.overlapS
  return { isWhole, at: isWhole ? whole - window.overlapS : to + 1, id: null, rows }
}

export const isNews = ({ seen }: Place, row: Row): boolean => !seen.get(secondOf(row))?.has(sign(row))

/** The place after the first `dealt` rows of the page; `isDone` when that was all there is. */
export function advance(
  place: Place,
  { isWhole, at, id }: Reading,
  { rows, bound, isCut }: Page,
  dealt: number,
  window: Window,
): { readonly place: Place; readonly isDone: boolean } {
  const { overlapS } = window
  const taken = rows.slice(0, dealt)
  const began = place.reading?.began ?? bound
  // What lies before the next whole reading is not met again, and need not be remembered.
  const since = (isWhole ? began : place.whole) - overlapS
  const seen = added(place.seen, taken, since)
  if (isCut || dealt < rows.length) {
    const last = taken.at(-1)
    const mark = last === undefined ? { at, id } : { at: secondOf(last), id: last.id }
    const reading = { isWhole, began, ...mark }
    return { place: { ...place, reading, seen: trimmed(seen, window) }, isDone: false }
  }
  const whole = isWhole ? Math.max(place.whole, began) : place.whole
  for (const second of seen.keys()) if (second < whole - overlapS) seen.delete(second)
  return {
    place: { to: Math.max(place.to, bound), whole, reading: null, seen: trimmed(seen, window) },
    isDone: true,
  }
}

type Seen = Map<number, ReadonlySet<string>>

function added(seen: Place['seen'], rows: readonly Row[], since: number): Seen {
  const fresh = new Map<number, Set<string>>()
  for (const row of rows) {
    const second = secondOf(row)
    if (second < since) continue
    const signs = fresh.get(second) ?? new Set(seen.get(second))
    fresh.set(second, signs.add(sign(row)))
  }
  return new Map([...seen, ...fresh])
}

function trimmed(seen: Seen, { mostSeen }: Window): Seen {
  let excess = countOf(seen) - mostSeen
  if (excess <= 0) return seen
  // No more than must be: while this much is remembered, readings stay few, and so do repetitions.
  for (const [second, signs] of [...seen].sort(([a], [b]) => a - b)) {
    if (excess < signs.size) {
      seen.set(second, new Set([...signs].slice(excess)))
      break
    }
    excess -= signs.size
    seen.delete(second)
  }
  return seen
}

function countOf(seen: Place['seen']): number {
  let count = 0
  for (const signs of seen.values()) count += signs.size
  return count
}

const second = z.int()
const form = z.record(
  z.string(),
  z.object({
    to: second,
    whole: second,
    reading: z
      .object({ isWhole: z.boolean(), began: second, at: second, id: z.string().regex(/^\w+$/).nullable() })
      .nullable(),
    seen: z.record(z.string().regex(/^-?\d+$/), z.string()),
  }),
)

/** Places by object. Throws a RangeError: only our own positions come back. */
export function parsePosition(text: string): Map<string, Place> {
  const read = form.safeParse(jsonOf(text))
  if (!read.success) throw new RangeError('not a position of this feed')
  return new Map(
    Object.entries(read.data).map(([object, { seen, ...place }]) => {
      const signs = Object.entries(seen).map(([at, all]) => [Number(at), new Set(all.match(/.{8}/g))] as const)
      return [object, { ...place, seen: new Map(signs) }]
    }),
  )
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export function positionText(places: ReadonlyMap<string, Place>): string {
  const made = [...places].map(([object, { seen, ...place }]) => {
    const signs = [...seen].map(([at, all]) => [at, [...all].join('')])
    return [object, { ...place, seen: Object.fromEntries(signs) }]
  })
  return JSON.stringify(Object.fromEntries(made))
}
