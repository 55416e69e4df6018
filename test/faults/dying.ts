/** Workers that die or stall at their k-th port call, and the row of the crash table that this was. */
import type { Engine } from '../../src/engine/engine.ts'
import type { Claim } from '../../src/model/ports.ts'
import { type PortCall, tapped } from '../memory/tapped.ts'

/** The crash table of the design, row by row; Bulk jobs are not built yet. */
export const rows = [
  'before MARK commits',
  'after MARK, before CLAIM',
  'after CLAIM, before WRITE',
  'after WRITE, before SAVE',
  'after some calls of a pass',
  'stalled beyond its lease, then awake',
] as const
export type Row = (typeof rows)[number] | 'after the last SAVE'

type Done = { readonly call: string; readonly answer: unknown; readonly args: unknown[] }

/** Which row of the table: from what had taken effect when the worker was gone. */
export function rowOf(done: readonly Done[]): Row {
  const calls = done.map(one => one.call)
  const claimed = done.findLastIndex(one => one.call === 'store.claim' && one.answer !== null)
  if (!calls.includes('store.mark')) return 'before MARK commits'
  if (claimed < 0) return 'after MARK, before CLAIM'
  const pass = done.slice(claimed + 1)
  const saves = pass.filter(one => one.call === 'store.save')
  const written = pass.filter(one => one.call === 'crm.write').length
  const finished = new Set(saves.flatMap(one => refsSettled(one.args[1])))
  const left = claimedBy(done[claimed]).filter(id => !finished.has(id))
  if (left.length === 0) return 'after the last SAVE'
  if (saves.length > 0) return 'after some calls of a pass'
  return written > 0 ? 'after WRITE, before SAVE' : 'after CLAIM, before WRITE'
}

const claimedBy = (one: Done | undefined): string[] =>
  (one?.answer as Claim | undefined)?.rows.map(row => row.ref.id) ?? []

const refsSettled = (settlement: unknown): string[] =>
  (settlement as { rows: { do: string; ref: { id: string } }[] }).rows
    .filter(row => row.do === 'settle')
    .map(row => row.ref.id)

const name = ({ port, method }: PortCall): string => `${port}.${method}`
const never = new Promise<never>(() => {})
/** Lets calls that were in flight when the worker died come to their end. */
const afterwards = (): Promise<void> => new Promise(resolve => setImmediate(resolve))

export type Death = { readonly died: boolean; readonly calls: number; readonly row: Row; readonly at: string }

/** Runs `work` on an engine that dies at its k-th port call: before the call took effect, or after. */
export async function dyingAt(
  engine: Engine,
  k: number,
  when: 'before' | 'after',
  work: (engine: Engine) => Promise<void>,
): Promise<Death> {
  const done: Done[] = []
  const inFlight = new Set<Promise<unknown>>()
  const death = Promise.withResolvers<'died'>()
  let calls = 0
  let at: string | null = null
  const mortal = tapped(engine, async (call, effect) => {
    if (at !== null) return never
    const isLast = ++calls === k
    const die = (): Promise<never> => {
      at = `${when} ${name(call)}`
      death.resolve('died')
      return never
    }
    if (isLast && when === 'before') return die()
    const carriedOut = effect()
    inFlight.add(carriedOut)
    const answer = await carriedOut
    inFlight.delete(carriedOut)
    done.push({ call: name(call), answer, args: call.args })
    if (at !== null) return never
    return isLast ? die() : answer
  })
  await Promise.race([work(mortal), death.promise])
  await Promise.allSettled(inFlight)
  await afterwards()
  return { died: at !== null, calls, row: rowOf(done), at: at ?? 'lived' }
}

export type Stall = {
  readonly stalled: boolean
  readonly at: string
  readonly lateWrites: number
  readonly saves: unknown[]
}

/** Runs `work` on an engine that stands still at its k-th call while `meanwhile` goes on, and then awakes. */
export async function stallingAt(
  engine: Engine,
  k: number,
  work: (engine: Engine) => Promise<void>,
  meanwhile: () => Promise<void>,
): Promise<Stall> {
  const saves: unknown[] = []
  let calls = 0
  let at: string | null = null
  let token: string | null = null
  let lateWrites = 0
  const sleepy = tapped(engine, async (call, effect) => {
    if (++calls === k && token !== null) {
      at = name(call)
      await meanwhile()
    } else if (at !== null && call.method === 'write') lateWrites++
    const answer = await effect()
    if (call.method === 'claim' && at === null) token = (answer as Claim | null)?.token ?? token
    if (at !== null && call.method === 'save' && call.args[0] === token) saves.push(answer)
    return answer
  })
  await work(sleepy)
  return { stalled: at !== null, at: at ?? 'never', lateWrites, saves }
}
