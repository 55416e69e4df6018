/** What every figure has in common: how it is asked for, what it answers, and how far it got. */
import type { Name } from './targets.ts'

export type Measured = { readonly name: Name; readonly value: number; readonly against: string }

export type Options = {
  /** Small sizes: shows that it runs, says nothing about the product. */
  readonly quick: boolean
  /** Where Node writes CPU profiles of the service; null for none. */
  readonly profileDir: string | null
  /** The figures wanted: a group that takes several of its own leaves the others out. */
  readonly wanted: ReadonlySet<Name>
  readonly say: (line: string) => void
}

/** Figures that are taken together, in one run of the same processes. */
export type Group = {
  readonly names: readonly Name[]
  readonly run: (options: Options) => Promise<readonly Measured[]>
}

/** A figure that this machine cannot take, and why: it is listed as not measured. */
export class NotHere extends Error {
  override readonly name = 'NotHere'
}

/** Node's own switches for a service that is to be profiled. */
export const profiled = (profileDir: string | null): Readonly<Record<string, string>> =>
  profileDir === null ? {} : { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${profileDir}` }

/** Four digits: fewer would round a miss into a hit. */
export const round = (value: number, digits = 4): number => Number(value.toFixed(digits))

/** The nearest rank: of 100 values the 99th in order of size is the 99th percentile. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN
}

/** Works the items off, so many at once. */
export async function abreast<T>(
  items: Iterable<T>,
  width: number,
  work: (item: T, place: number) => Promise<void>,
): Promise<void> {
  const queue = items[Symbol.iterator]()
  let place = 0
  const worker = async (): Promise<void> => {
    for (let next = queue.next(); next.done !== true; next = queue.next()) await work(next.value, place++)
  }
  await Promise.all(Array.from({ length: width }, worker))
}
