/** The faults of both emulators on each operation that the service uses, and what one of them is put to. */
import { until } from '../ports.ts'
import { ask, type Compared, type Customer, type World } from '../world.ts'

type Fault = Readonly<Record<string, unknown>> & { readonly on: string; readonly do: string }
type Side = 'crm' | 'commerce'

/** What happens while things fail. `signs up`: some do, and somebody who is known changes. */
type Story = 'signs up' | 'changes' | 'is edited' | 'is decided'

export type Case = {
  readonly name: string
  readonly crm: readonly Fault[]
  readonly commerce: readonly Fault[]
  readonly story: readonly Story[]
  /** The operation is used only when the service starts. */
  readonly restarts: boolean
  /** Drawn at a rate, it may strike nothing at all. */
  readonly isDrawn: boolean
  /** Takes half a minute: a remote that throttles without saying until when. */
  readonly isLong: boolean
}

/** One field flows back, one needs a person, and both sides are looked at often enough for a test. */
export const config = {
  pace: { pollMs: 1_000, sweepMs: 1_000, lagMs: 0 },
  mappings: {
    'customer-person': {
      fields: { 'Contact.Title': { owner: 'crm' }, 'Contact.Birthdate': { owner: 'review' } },
    },
  },
}
/** Requests a second that the two looks cost whatever happens: a poll, and two types of a sweep; with room for a token. */
const looksEachSecond = 4

const network = ['status', 'drop-before', 'commit-then-drop', 'slow', 'hang', 'connection-reset', 'truncate', 'html']
const rows = ['unable-to-lock-row', 'partial']
const session = ['expire-session', 'limit-exceeded']
/** What a fault needs beside its name: short enough for a test, and a server error where a status is wanted. */
const shape: Readonly<Record<string, object>> = { slow: { ms: 300 }, hang: { ms: 400 } }

type Use = { side: Side; on: string; as?: string; ways: readonly string[]; story: readonly Story[]; restarts?: boolean }
const used: readonly Use[] = [
  { side: 'crm', on: 'composite', ways: [...network, ...rows, ...session], story: ['signs up'] },
  { side: 'crm', on: 'collections', ways: [...network, ...rows, ...session], story: ['changes'] },
  { side: 'crm', on: 'row', ways: [...network, 'unable-to-lock-row', ...session], story: ['is decided'] },
  // Polls and reads are composite calls as well; a query by itself is only the further page of a long answer.
  { side: 'crm', on: 'composite', as: 'composite that reads', ways: [...network, ...session], story: ['is edited'] },
  // The first composite call after a start asks for the describes.
  {
    side: 'crm',
    on: 'composite',
    as: 'composite at the start',
    ways: [...network, ...session],
    story: ['signs up'],
    restarts: true,
  },
  { side: 'crm', on: 'token', ways: network, story: ['signs up'], restarts: true },
  { side: 'commerce', on: 'query', ways: [...network, 'throttle'], story: ['signs up'] },
  { side: 'commerce', on: 'update', ways: [...network, 'conflict', 'throttle'], story: ['is edited'] },
  { side: 'commerce', on: 'token', ways: [...network, 'throttle'], story: ['signs up'], restarts: true },
  { side: 'commerce', on: 'deliver', ways: [...network, 'throttle'], story: ['signs up'] },
]

export const cases = (times: number): readonly Case[] =>
  used.flatMap(({ side, on, as = on, ways, story, restarts = false }) =>
    ways.map(way => {
      const faults = [{ on, do: way, times, ...shape[way] }]
      return {
        name: `${side} ${as}: ${way}`,
        crm: side === 'crm' ? faults : [],
        commerce: side === 'commerce' ? faults : [],
        story,
        restarts,
        isDrawn: false,
        isLong: way === 'limit-exceeded' || (way === 'throttle' && on !== 'deliver'),
      }
    }),
  )

/** Every fault at once, each in its share of `rate`; throttling is left out, since it would only make us wait. */
export function together(rate: number, seed: number): Case {
  // No fault draws what another one draws, nor what it drew in another round.
  let drawn = 0
  const all = (side: Side): Fault[] =>
    used
      .filter(one => one.side === side && one.as === undefined)
      .flatMap(({ on, ways }) => {
        const some = ways.filter(way => way !== 'limit-exceeded' && way !== 'throttle')
        return some.map(way => ({ on, do: way, rate: rate / some.length, ...shape[way], seed: seed * 1_000 + drawn++ }))
      })
  const story: readonly Story[] = ['signs up', 'is decided', 'is edited']
  return {
    name: `all together, seed ${seed}`,
    crm: all('crm'),
    commerce: all('commerce'),
    story,
    restarts: false,
    isDrawn: true,
    isLong: false,
  }
}

/** Requests that each remote has seen so far, also those that a fault answered. */
export async function requests(now: World): Promise<{ crm: number; commerce: number }> {
  const last = async (url: string): Promise<number> =>
    (await ask<{ last: number }>(`${url}/__emulator/requests?since=999999999`)).last
  return { crm: await last(now.urls.crm), commerce: await last(now.urls.commerce) }
}

/** Deliveries come twice, out of order, late, and not at all. */
export const disturb = (now: World, seed: number): Promise<unknown> =>
  now.commerce.disturb({ doubleRate: 0.3, shuffle: true, delayRate: 0.3, delayMs: 200, loseRate: 0.1, seed })

const clearCrm = (now: World): Promise<unknown> => ask(`${now.urls.crm}/__emulator/faults`, { method: 'DELETE' })
export const clear = (now: World): Promise<unknown> => Promise.all([clearCrm(now), now.commerce.faults([])])

/** How often each fault that is set has struck. */
async function struck(now: World): Promise<readonly { readonly name: string; readonly hits: number }[]> {
  type Set = readonly { on: string; do: string; hits: number }[]
  const [crm, commerce] = await Promise.all([
    ask<Set>(`${now.urls.crm}/__emulator/faults`),
    ask<Set>(`${now.urls.commerce}/__emulator/faults`),
  ])
  const named = (side: Side, some: Set) => some.map(one => ({ name: `${side} ${one.on}: ${one.do}`, hits: one.hits }))
  return [...named('crm', crm), ...named('commerce', commerce)]
}

export type Suffered = {
  /** Requests beyond the looks that are taken anyway. */
  readonly calls: number
  readonly struck: Awaited<ReturnType<typeof struck>>
}

/** The customer as the emulator holds it: no request of the API, so that only the service's are counted. */
async function shown(now: World, { id }: Customer): Promise<Customer | undefined> {
  const url = `${now.urls.commerce}/__emulator/resources/demo/customers?limit=5000`
  return (await ask<{ results: readonly Customer[] }>(url)).results.find(one => one.id === id)
}

/** Where faults are drawn there have to be enough requests that some are struck. */
const newcomers = ({ isDrawn }: Case): readonly string[] => {
  const names = ['Ann', 'Bo', 'Cy', 'Di', 'Ed', 'Flo', 'Gus', 'Hal', 'Ida', 'Jo']
  return isDrawn ? names : names.slice(0, 3)
}

let turns = 0
const day = (n: number): string => new Date(Date.UTC(1950, 0, 1 + n)).toISOString().slice(0, 10)

/** Both sides changed a field that a person decides: waits until that is asked for. */
async function dispute(now: World, known: Customer, shops: string): Promise<string> {
  const { Id = '' } = (await now.crm.contact(known)) ?? {}
  await now.agent.edits('Contact', Id, { Birthdate: day(turns + 5_000) })
  await now.shopper.changes((await shown(now, known)) ?? known, { action: 'setDateOfBirth', dateOfBirth: shops })
  const { items } = await until(
    () => now.api<{ items: readonly { id: string }[] }>('/conflicts?state=open'),
    page => page.items.length > 0,
    60_000,
  )
  return items[0]?.id ?? ''
}

/** The story, in the middle of the faults; the known customer is linked. Resolves when all is as it should be. */
export async function suffer(now: World, one: Case, known: Customer, forMs = 90_000): Promise<Suffered> {
  const n = ++turns
  const isIn = (story: Story): boolean => one.story.includes(story)
  const shops = day(n)
  const conflict = isIn('is decided') ? await dispute(now, known, shops) : null
  await now.quiet(forMs)
  const before = await requests(now)
  const startedMs = performance.now()
  if (one.restarts) await now.service.kill()
  await now.crm.faults([...one.crm])
  await now.commerce.faults([...one.commerce])
  if (one.restarts) await now.service.start()

  const shopperChanges = async (): Promise<void> => {
    const lastName = `Changed ${n}`
    const changed = async (): Promise<unknown> =>
      now.shopper.changes((await shown(now, known)) ?? known, { action: 'setLastName', lastName })
    // The faults strike the shop's own page as well: people try again.
    await until(
      () =>
        changed().then(
          () => true,
          () => false,
        ),
      done => done,
      10_000,
    )
  }
  const signsUp = async (name: string): Promise<void> => {
    const draft = { email: `${name}.${n}@example.com`, password: 'p', firstName: name, lastName: `Case ${n}` }
    await now.shopper.signsUp(draft)
  }
  if (isIn('signs up')) await Promise.all([...newcomers(one).map(signsUp), shopperChanges()])
  if (isIn('changes')) await shopperChanges()
  // While a record waits for a person nothing of it flows: the decision comes first.
  if (conflict !== null) {
    await now.decide(conflict, { do: 'take', side: 'commerce' })
    await until(
      () => now.crm.contact(known),
      row => row?.Birthdate === shops,
      forMs,
    )
  }
  if (isIn('is edited')) {
    const { Id = '' } = (await now.crm.contact(known)) ?? {}
    await now.agent.edits('Contact', Id, { Title: `Title ${n}` })
    await until(
      () => shown(now, known),
      customer => customer?.title === `Title ${n}`,
      forMs,
    )
  }
  await now.quiet(forMs)
  // Quiet may come before anything was asked, when all deliveries got lost: the next look is struck then.
  const isStruck = (some: Suffered['struck']): boolean => one.isDrawn || some.every(({ hits }) => hits > 0)
  const hits = await until(() => struck(now), isStruck, 10_000).catch(() => struck(now))
  await now.quiet(forMs)
  const after = await requests(now)
  const looks = (looksEachSecond * (performance.now() - startedMs)) / 1_000
  await clear(now)
  const calls = after.crm - before.crm + after.commerce - before.commerce
  return { calls: Math.max(0, Math.round(calls - looks)), struck: hits }
}

/** What flows back stands in no table of the comparison: the fields of the known customer in which the sides differ. */
async function unlike(now: World, known: Customer): Promise<readonly string[]> {
  const [customer, contact] = await Promise.all([shown(now, known), now.crm.contact(known)])
  const pairs = { title: 'Title', dateOfBirth: 'Birthdate' }
  return Object.entries(pairs)
    .filter(([ours, theirs]) => (customer?.[ours] ?? null) !== (contact?.[theirs] ?? null))
    .map(([, field]) => `Contact.${field}`)
}

/** How the two sides compare, record by record and both ways, when the sweep has found what was lost on the way. */
export async function compared(now: World, known: Customer, forMs = 20_000): Promise<Compared> {
  const settled = async (): Promise<Compared> => {
    await now.quiet(forMs)
    const found = await now.compare()
    return { ...found, differences: [...found.differences, ...(await unlike(now, known))] }
  }
  const isRight = ({ lost, duplicates, differences }: Compared): boolean => lost + duplicates + differences.length === 0
  return until(settled, isRight, forMs).catch(settled)
}
