/** Records a second with work to spare: one worker against the bare loop at three paces of the org, and two workers against one. */
import { setTimeout } from 'node:timers/promises'
import { until } from '../../test/ports.ts'
import { ask } from '../../test/world.ts'
import { bareLoop, payloads } from '../bare.ts'
import { type Database, database, dirtySql, statement } from '../database.ts'
import { type Group, type Measured, type Options, round } from '../figure.ts'
import { type Ended, type Listening, listenTo, steady } from '../passes.ts'
import { birthday, changeEach, customers } from '../shop.ts'
import { type Stage, stage } from '../stage.ts'
import type { Name } from '../targets.ts'

/** Calls that the bare loop keeps in flight, and the worker that is compared with it. */
const inFlight = 10
/** Of each worker, where two are compared with one. */
const inFlightOfTwo = 4
const passSize = 1_000

type Worker = { readonly stop: () => Promise<unknown>; readonly heard: Listening }
type Field = { readonly org: Stage; readonly db: Database; day: number }

const waiting = async ({ db }: Field): Promise<number> =>
  (await statement<{ n: number }>(db.url, 'select count(*)::int as n from dirty'))[0]?.n ?? 0

const drained = (field: Field): Promise<number> =>
  until(
    () => waiting(field),
    left => left === 0,
    600_000,
  )

async function hire(field: Field, callsInFlight: number): Promise<Worker> {
  const { url, stop } = await field.org.serve('worker', { pace: { callsInFlight } })
  const heard = await listenTo(url)
  return {
    heard,
    async stop() {
      heard.stop()
      await stop()
    },
  }
}

/** Marks all customers due by one statement: how they came to wait is another figure's matter. */
const markAll = ({ db }: Field, ids: readonly string[]): Promise<unknown> =>
  statement(db.url, dirtySql('unnest($1::text[])'), [ids])

/** Changes one field of every customer, makes them due, and tells how the workers' passes ended. */
async function drain(field: Field, workers: readonly Worker[], perRecordMs: number): Promise<readonly Ended[]> {
  const known = await customers(field.org.commerceUrl)
  const dateOfBirth = birthday(field.day++)
  await changeEach(field.org.commerceUrl, known, () => ({ action: 'setDateOfBirth', dateOfBirth }))
  await field.org.slow.crm({ perRecordMs })
  const before = workers.map(({ heard }) => heard.passes.length)
  await markAll(
    field,
    known.map(({ id }) => id),
  )
  await drained(field)
  await field.org.slow.crm({})
  // The last report is on its way when the last record is done.
  await setTimeout(500)
  return workers.flatMap(({ heard }, at) => heard.passes.slice(before[at])).filter(({ written }) => written > 0)
}

async function contacts(url: string): Promise<readonly string[]> {
  const ids: string[] = []
  for (;;) {
    const { rows } = await ask<{ rows: { Id: string }[] }>(
      `${url}/__emulator/rows/Contact?limit=5000&after=${ids.at(-1) ?? ''}`,
    )
    ids.push(...rows.map(({ Id }) => Id))
    if (rows.length < 5_000) return ids
  }
}

/** The bare loop over so many calls of a thousand records, each with a value that is new. */
async function bare(field: Field, ids: readonly string[], perRecordMs: number, calls: number): Promise<number> {
  await field.org.slow.crm({ perRecordMs })
  const bodies: string[] = []
  while (bodies.length < calls) bodies.push(...payloads(ids, { Birthdate: birthday(field.day++) }))
  const ended = await bareLoop(field.org.crmUrl, bodies.slice(0, calls), inFlight)
  return steady(ended, inFlight)
}

const phases: readonly { name: Name; perRecordMs: number }[] = [
  { name: 'throughput-vs-bare-at-10ms-per-record', perRecordMs: 10 },
  { name: 'throughput-vs-bare-at-2ms-per-record', perRecordMs: 2 },
  { name: 'throughput-vs-bare-full-speed', perRecordMs: 0 },
]

/** The pace of one worker with four calls in flight, then of two such workers. */
async function twoAndOne(field: Field, say: Options['say']): Promise<Measured> {
  say(`one worker with ${inFlightOfTwo} calls in flight at 2 ms a record, then two`)
  const first = await hire(field, inFlightOfTwo)
  const one = steady(await drain(field, [first], 2), inFlightOfTwo)
  const both = [first, await hire(field, inFlightOfTwo)]
  const two = steady(await drain(field, both, 2), inFlightOfTwo * both.length)
  for (const worker of both) await worker.stop()
  return {
    name: 'two-workers-vs-one',
    value: round(two / one),
    against: `${Math.round(two)} records a second by two, ${Math.round(one)} by one; ${inFlightOfTwo} calls in flight each`,
  }
}

async function run({ quick, profileDir, wanted, say }: Options): Promise<readonly Measured[]> {
  const calls = (quick ? 3 : 4) * inFlight
  await using db = await database()
  await using org = await stage({ databaseUrl: db.url, profileDir })
  const field: Field = { org, db, day: 0 }
  const worker = await hire(field, inFlight)
  say(`${calls * passSize} customers arrive and are linked`)
  await org.people('arrivals', { rate: 5_000, customers: calls * passSize })
  await until(
    () => ask<{ running: boolean }>(`${org.commerceUrl}/__emulator/play`),
    ({ running }) => !running,
    300_000,
  )
  const known = await customers(org.commerceUrl)
  await markAll(
    field,
    known.map(({ id }) => id),
  )
  await drained(field)
  const ids = await contacts(org.crmUrl)

  const mine = phases.filter(({ name }) => wanted.has(name))
  const paces = new Map<Name, { perSecond: number; passes: number }>()
  for (const { name, perRecordMs } of mine) {
    say(`one worker at ${perRecordMs} ms a record`)
    const ended = await drain(field, [worker], perRecordMs)
    paces.set(name, { perSecond: steady(ended, inFlight), passes: ended.length })
  }
  // Workers go before others come: idle ones look into the queue twice a second.
  await worker.stop()
  const measured = wanted.has('two-workers-vs-one') ? [await twoAndOne(field, say)] : []
  for (const { name, perRecordMs } of mine) {
    say(`the bare loop at ${perRecordMs} ms a record`)
    const perSecond = await bare(field, ids, perRecordMs, calls)
    const pace = paces.get(name)
    if (pace === undefined) continue
    measured.push({
      name,
      value: round(pace.perSecond / perSecond),
      against: `${Math.round(pace.perSecond)} records a second by one worker (${pace.passes} passes), ${Math.round(perSecond)} by the bare loop (${calls} calls); ${inFlight} in flight each`,
    })
  }
  return measured
}

export const throughput: Group = {
  names: [...phases.map(({ name }) => name), 'two-workers-vs-one'],
  run,
}
