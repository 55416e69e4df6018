/** The faults of both emulators on each operation that the service uses, and what one of them is put to. */
import { until } from '../ports.ts'
import { ask, type Compared, type Customer, type World } from '../world.ts'

type Fault = Readonly<Record<string, unknown>> & { readonly on: string; readonly do: string }

export type Case = {
  readonly name: string
  readonly crm: readonly Fault[]
  readonly commerce: readonly Fault[]
  /** The operation is used only when the service starts. */
  readonly restarts: boolean
  /** Takes half a minute: a remote that throttles without saying until when. */
  readonly isLong: boolean
}

const network = ['status', 'drop-before', 'commit-then-drop', 'slow', 'hang', 'connection-reset', 'truncate', 'html']
const rows = ['unable-to-lock-row', 'partial']
/** What a fault needs beside its name: short enough for a test, and a server error where a status is wanted. */
const shape: Readonly<Record<string, object>> = { slow: { ms: 300 }, hang: { ms: 400 } }

const used: readonly { side: 'crm' | 'commerce'; on: string; ways: readonly string[]; restarts: boolean }[] = [
  { side: 'crm', on: 'composite', ways: [...network, ...rows, 'expire-session', 'limit-exceeded'], restarts: false },
  { side: 'crm', on: 'query', ways: [...network, 'expire-session', 'limit-exceeded'], restarts: false },
  { side: 'crm', on: 'describe', ways: [...network, 'expire-session', 'limit-exceeded'], restarts: true },
  { side: 'crm', on: 'token', ways: network, restarts: true },
  { side: 'commerce', on: 'query', ways: [...network, 'throttle'], restarts: false },
  { side: 'commerce', on: 'token', ways: [...network, 'throttle'], restarts: true },
  { side: 'commerce', on: 'deliver', ways: [...network, 'throttle'], restarts: false },
]

export const cases = (times: number): readonly Case[] =>
  used.flatMap(({ side, on, ways, restarts }) =>
    ways.map(way => {
      const faults = [{ on, do: way, times, ...shape[way] }]
      return {
        name: `${side} ${on}: ${way}`,
        crm: side === 'crm' ? faults : [],
        commerce: side === 'commerce' ? faults : [],
        restarts,
        isLong: way === 'limit-exceeded' || (way === 'throttle' && on !== 'deliver'),
      }
    }),
  )

/** Every fault at once, each in its share of `rate`; throttling is left out, since it would only make us wait. */
export function together(rate: number, seed: number): Pick<Case, 'crm' | 'commerce'> {
  const all = (side: 'crm' | 'commerce', ways: readonly string[], ons: readonly string[]): Fault[] =>
    ons.flatMap(on =>
      ways.map((way, at) => ({
        on,
        do: way,
        rate: rate / ways.length,
        ...shape[way],
        ...(side === 'crm' && { seed: seed + at }),
      })),
    )
  return {
    crm: all('crm', [...network, ...rows, 'expire-session'], ['composite', 'query', 'describe', 'token']),
    commerce: all('commerce', network, ['query', 'token', 'deliver']),
  }
}

/** Requests that each remote has seen so far, also those that a fault answered. */
export async function requests(now: World): Promise<{ crm: number; commerce: number }> {
  const last = async (url: string): Promise<number> =>
    (await ask<{ last: number }>(`${url}/__emulator/requests?since=999999999`)).last
  return { crm: await last(now.urls.crm), commerce: await last(now.urls.commerce) }
}

/** Deliveries come twice, out of order and late. */
export const disturb = (now: World, seed: number): Promise<unknown> =>
  now.commerce.disturb({ doubleRate: 0.3, shuffle: true, delayRate: 0.3, delayMs: 200, seed })

const clearCrm = (now: World): Promise<unknown> => ask(`${now.urls.crm}/__emulator/faults`, { method: 'DELETE' })
export const clear = (now: World): Promise<unknown> => Promise.all([clearCrm(now), now.commerce.faults([])])

let shoppers = 0

/** Three sign up, and somebody who is known changes; what that cost when all was quiet again. */
export async function suffer(
  now: World,
  one: Pick<Case, 'crm' | 'commerce'> & { readonly restarts?: boolean },
  known: Customer | null,
  forMs = 90_000,
): Promise<{ calls: number; customer: Customer }> {
  const before = await requests(now)
  if (one.restarts) await now.service.kill()
  await now.crm.faults([...one.crm])
  await now.commerce.faults([...one.commerce])
  if (one.restarts) await now.service.start()
  const at = ++shoppers
  const signUps = ['Ann', 'Bo', 'Cy'].map(firstName =>
    now.shopper.signsUp({ email: `${firstName}.${at}@example.com`, password: 'p', firstName, lastName: `Case ${at}` }),
  )
  if (known !== null) await now.shopper.changes(known, { action: 'setFirstName', firstName: `Changed ${at}` })
  const [customer] = await Promise.all(signUps)
  if (customer === undefined) throw new Error('nobody signed up')
  await now.quiet(forMs)
  const after = await requests(now)
  await clear(now)
  return { calls: after.crm - before.crm + after.commerce - before.commerce, customer }
}

/** How the two sides compare. The backlog shown may be a second old on a busy machine: a difference is looked at again. */
export async function compared(now: World): Promise<Compared> {
  const settled = async (): Promise<Compared> => {
    await now.quiet()
    return now.compare()
  }
  return until(settled, ({ lost, duplicates }) => lost + duplicates === 0, 10_000).catch(settled)
}
