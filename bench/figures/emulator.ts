/**
 * What the emulated org costs a client that upserts: against a server that parses and answers only, and against itself
 * when it is a hundred times as full.
 */
import { readFileSync } from 'node:fs'
import { Agent } from 'undici'
import { type Running, run as start } from '../../test/ports.ts'
import { abreast, type Group, type Measured, type Options, round } from '../figure.ts'

const rowsPerCall = 1_000
const rowsPerGroup = 200
const inFlight = 2
const gibibyte = 1024 ** 3

/** A call that upserts these Contacts, five collections of 200 by our external ID. */
function call(from: number, round: number): string {
  const group = (at: number) => ({
    method: 'PATCH',
    url: '/services/data/v67.0/composite/sobjects/Contact/CT_Id__c',
    referenceId: `g${at}`,
    body: {
      allOrNone: false,
      records: Array.from({ length: rowsPerGroup }, (_, n) => {
        const id = from + at * rowsPerGroup + n
        return {
          attributes: { type: 'Contact' },
          CT_Id__c: `demo/${id}`,
          LastName: `Person ${id}`,
          FirstName: `Round ${round}`,
          Email: `person.${id}@example.com`,
          MailingCity: 'Berlin',
        }
      }),
    },
  })
  return JSON.stringify({
    allOrNone: false,
    compositeRequest: Array.from({ length: rowsPerCall / rowsPerGroup }, (_, at) => group(at)),
  })
}

type Server = { readonly origin: string; readonly token: string; readonly running: Running }

async function serve(program: string): Promise<Server> {
  const running = await start([program, ...(program.includes('emulators/') ? ['--port', '0', '--json'] : [])])
  const origin = running.ready.urls.salesforce ?? ''
  const answer = await fetch(`${origin}/services/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'client_credentials', client_id: 'bare', client_secret: 'bare' }),
  })
  const { access_token: token } = (await answer.json()) as { access_token: string }
  return { origin, token, running }
}

/** Milliseconds for all calls. Any row that is refused ends the run. */
async function upsert({ origin, token }: Server, bodies: Iterable<string>): Promise<number> {
  const agent = new Agent({ connections: inFlight, pipelining: 1, headersTimeout: 0, bodyTimeout: 0 })
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` }
  const startedAt = performance.now()
  await abreast(bodies, inFlight, async body => {
    const answer = await agent.request({
      origin,
      path: '/services/data/v67.0/composite',
      method: 'POST',
      headers,
      body,
    })
    const text = await answer.body.text()
    if (answer.statusCode !== 200 || text.split('"success":true').length - 1 !== rowsPerCall)
      throw new Error(`answered ${answer.statusCode}: ${text.slice(0, 300)}`)
  })
  await agent.close()
  return performance.now() - startedAt
}

function* calls(rows: number, round: number, from = 0): Generator<string> {
  for (let at = 0; at < rows; at += rowsPerCall) yield call(from + at, round)
}

/** Ready-made, so that the client's own work is no part of the time. */
const readyMade = (count: number, rows: number, round: number): readonly string[] =>
  Array.from({ length: count }, (_, n) => call((n * rowsPerCall) % rows, round))

/** The best of a few: what the server can do, without what else the machine did. */
async function best(server: Server, rows: number, count: number): Promise<number> {
  const times: number[] = []
  for (let turn = 0; turn < 5; turn++) times.push(await upsert(server, readyMade(count, rows, turn)))
  return Math.min(...times) / count
}

/** Resident memory of the process, as Linux counts it. */
function residentOf({ running }: Server): number {
  const [, kilobytes = '0'] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${running.child.pid}/status`, 'utf8')) ?? []
  return Number(kilobytes) * 1024
}

async function run({ quick, say }: Options): Promise<readonly Measured[]> {
  const [few, some, many] = quick ? [1_000, 5_000, 20_000] : [10_000, 100_000, 1_000_000]
  const count = quick ? 3 : 20
  const bare = await serve('bench/parseServer.ts')
  say(`${count} calls of ${rowsPerCall} upserts to a server that only parses and answers`)
  const parsing = await best(bare, some, count)
  await bare.running.stop()

  const org = await serve('emulators/salesforce/src/main.ts')
  const at: number[] = []
  let filled = 0
  for (const rows of [few, some, many]) {
    say(`the emulated org with ${rows} Contacts`)
    await upsert(org, calls(rows - filled, 0, filled))
    filled = rows
    at.push(await best(org, rows, count))
  }
  const resident = residentOf(org)
  await org.running.stop()
  const [small = 0, middle = 0, large = 0] = at
  const perSecond = (msPerCall: number): string => `${Math.round((rowsPerCall * 1000) / msPerCall)} records a second`
  return [
    {
      name: 'salesforce-emulator-vs-parsing-only',
      value: round(middle / parsing),
      against: `${perSecond(middle)} with ${some} rows, ${perSecond(parsing)} parsed and answered only; ${inFlight} calls in flight`,
    },
    {
      name: 'salesforce-emulator-1m-vs-10k-rows',
      value: round(large / small),
      against: `${perSecond(large)} with ${many} rows, ${perSecond(small)} with ${few}`,
    },
    {
      name: 'salesforce-emulator-memory-at-1m',
      value: round(resident / gibibyte),
      against: `resident with ${many} Contacts of six fields`,
    },
  ]
}

export const emulator: Group = {
  names: [
    'salesforce-emulator-vs-parsing-only',
    'salesforce-emulator-1m-vs-10k-rows',
    'salesforce-emulator-memory-at-1m',
  ],
  run,
}
