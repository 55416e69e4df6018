/** What it costs in calls to find new customers among a million Contacts, as the org counts them, and what it costs from then on. */
import { Agent } from 'undici'
import { clock } from '../../src/lib/clock.ts'
import { log } from '../../src/lib/log.ts'
import type { JsonObject } from '../../src/model/resource.ts'
import { salesforce } from '../../src/systems/salesforce/index.ts'
import { matchingWorld } from '../../test/contract/matching.world.ts'
import { run as start } from '../../test/ports.ts'
import { ask } from '../../test/world.ts'
import { abreast, type Group, type Measured, type Options, round } from '../figure.ts'

const rowsPerGroup = 200
const groupsPerCall = 5
const draftsPerCall = 200

const emailOf = (n: number): string => `person.number.${n}@company-${n % 5_000}.example.com`

/** A call that makes these Contacts, whom nobody has linked: without our key. */
function call(from: number): string {
  const group = (at: number) => ({
    method: 'POST',
    url: '/services/data/v67.0/composite/sobjects',
    referenceId: `g${at}`,
    body: {
      allOrNone: false,
      records: Array.from({ length: rowsPerGroup }, (_, n) => ({
        attributes: { type: 'Contact' },
        LastName: 'Beck',
        Email: emailOf(from + at * rowsPerGroup + n),
      })),
    },
  })
  return JSON.stringify({
    allOrNone: false,
    compositeRequest: Array.from({ length: groupsPerCall }, (_, at) => group(at)),
  })
}

async function fill(origin: string, contacts: number): Promise<void> {
  const { access_token: token } = await ask<{ access_token: string }>(`${origin}/services/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'client_credentials', client_id: 'bench', client_secret: 'bench' }),
  })
  const agent = new Agent({ connections: 2, pipelining: 1, headersTimeout: 0, bodyTimeout: 0 })
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` }
  const perCall = rowsPerGroup * groupsPerCall
  await abreast(
    Array.from({ length: contacts / perCall }, (_, at) => at * perCall),
    2,
    async from => {
      const path = '/services/data/v67.0/composite'
      const answer = await agent.request({ origin, path, method: 'POST', headers, body: call(from) })
      const text = await answer.body.text()
      if (answer.statusCode !== 200 || text.split('"success":true').length - 1 !== perCall)
        throw new Error(`answered ${answer.statusCode}: ${text.slice(0, 300)}`)
    },
  )
  await agent.close()
}

const idOf = (n: number): string => `${String(n).padStart(8, '0')}-0000-4000-8000-000000000000`

async function run({ quick, say }: Options): Promise<readonly Measured[]> {
  const [contacts, customers] = quick ? [10_000, 2_000] : [1_000_000, 10_000]
  const org = await start(['emulators/salesforce/src/main.ts', '--port', '0', '--json'])
  const origin = org.ready.urls.salesforce ?? ''
  say(`${contacts} Contacts without our key`)
  await fill(origin, contacts)
  const auth = { flow: 'client-credentials', clientId: 'bench', clientSecret: 'bench' } as const
  await using crm = salesforce({ loginUrl: origin, auth, apiVersion: '67.0' }, { clock: clock(), log: log('silent') })
  const spent = async (): Promise<number> =>
    (await ask<{ totals: { cost: number } }>(`${origin}/__emulator/requests?since=999999999`)).totals.cost
  const world = matchingWorld(crm, spent)

  /** Every second one is somebody whom the org has. */
  const people = (from: number, to: number, firstName: string): ReadonlyMap<string, JsonObject> =>
    new Map(
      Array.from({ length: to - from }, (_, at) => {
        const n = from + at
        const email = n % 2 === 0 ? emailOf((n * 97) % contacts) : `new.customer.${n}@shop.example.com`
        return [idOf(n), { email, firstName, lastName: 'Beck', addresses: [] }]
      }),
    )
  const half = customers / 2
  const costs: number[] = []
  for (const [from, passSize] of [
    [0, draftsPerCall],
    [half, 1_000],
  ] as const) {
    say(`${half} new customers, in passes of ${passSize}`)
    const before = world.asked.calls
    await world.save(people(from, from + half, 'Anna'))
    const { failed, review } = await world.drain(passSize)
    if (failed + review > 0) throw new Error(`${failed} failed, of ${review} a person was asked`)
    costs.push(((world.asked.calls - before) * draftsPerCall) / half)
  }
  const found = new Set([...world.store.linkRows.values()].map(link => link.commerce.id)).size
  if (found !== customers) throw new Error(`${found} of ${customers} customers were linked`)
  const asked = world.asked.calls
  say('each changes once more')
  await world.save(people(0, customers, 'Berta'))
  await world.drain(1_000)
  const later = world.asked.calls - asked
  await org.stop()
  return [
    {
      name: 'match-calls-per-200-drafts',
      value: round(Math.max(...costs)),
      against: `${asked} calls for ${customers} new customers among ${contacts} Contacts, half of them found; the dearer of passes of 200 and of 1000`,
    },
    {
      name: 'match-calls-once-linked',
      value: later,
      against: `${later} calls to find ${customers} linked customers of which each changed`,
    },
  ]
}

export const matching: Group = { names: ['match-calls-per-200-drafts', 'match-calls-once-linked'], run }
