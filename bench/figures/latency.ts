/** How long one change takes when nothing else happens, in round trips: from the shop's reply to the org having the write. */
import { setTimeout } from 'node:timers/promises'
import { until } from '../../test/ports.ts'
import { ask, type World, world } from '../../test/world.ts'
import { databaseIfAny } from '../database.ts'
import { type Group, type Measured, type Options, percentile, profiled, round } from '../figure.ts'
import { birthday } from '../shop.ts'

const eachSideMs = 50
/** The pause is this to half as much again: idle means that the org's daily calls, some 0.9 a second here, are not short. */
const pauseMs = 1_100

type Logged = { readonly at: string; readonly method: string; readonly operation: string; readonly status: number }
type RequestLog = { readonly last: number; readonly requests: readonly Logged[] }

const logOf = (now: World, since: number): Promise<RequestLog> =>
  ask<RequestLog>(`${now.urls.crm}/__emulator/requests?since=${since}`)

const isWrite = ({ method, operation, status }: Logged): boolean =>
  method !== 'GET' && operation !== 'token' && status < 300

async function run({ quick, profileDir, say }: Options): Promise<readonly Measured[]> {
  const changes = quick ? 10 : 100
  await using db = await databaseIfAny()
  await using now = await world({
    databaseUrl: db?.url ?? null,
    latencyMs: eachSideMs,
    env: profiled(profileDir),
  })
  let customer = await now.shopper.signsUp({
    email: 'ada@example.com',
    firstName: 'Ada',
    lastName: 'Lovelace',
    password: 'analytical',
  })
  await now.quiet()
  say(`${changes} changes, one at a time`)
  const tookMs: number[] = []
  for (let at = -3; at < changes; at++) {
    const { last } = await logOf(now, Number.MAX_SAFE_INTEGER)
    customer = await now.shopper.changes(customer, { action: 'setDateOfBirth', dateOfBirth: birthday(at + 3) })
    const repliedAt = Date.now()
    const { requests } = await until(
      () => logOf(now, last),
      log => log.requests.some(isWrite),
    )
    // The emulator writes its log when the work is done, on this machine's clock.
    const writtenAt = Date.parse(requests.find(isWrite)?.at ?? '')
    if (at >= 0) tookMs.push(writtenAt - repliedAt)
    await setTimeout(pauseMs + (Math.random() * pauseMs) / 2)
  }
  await now.service.stop()
  const twoRoundTripsMs = 2 * eachSideMs
  const inRoundTrips = (share: number): number => round(percentile(tookMs, share) / twoRoundTripsMs)
  const against = `${changes} changes, ${twoRoundTripsMs} ms for two round trips, ${db ? 'PostgreSQL' : 'the built-in database'}`
  return [
    { name: 'idle-latency-p50-vs-two-round-trips', value: inRoundTrips(0.5), against },
    { name: 'idle-latency-p99-vs-two-round-trips', value: inRoundTrips(0.99), against },
  ]
}

export const latency: Group = {
  names: ['idle-latency-p50-vs-two-round-trips', 'idle-latency-p99-vs-two-round-trips'],
  run,
}
