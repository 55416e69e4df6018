/** Records a second with work to spare: one worker against the bare loop at three paces of the org, and two workers against one. */
import { setTimeout } from 'node:timers/promises'
import { until } from '../../test/ports.ts'
import { ask } from '../../test/world.ts'
import { bareLoop, payloads, recordsIn } from '../bare.ts'
import { type Database, database, dirtySql, statement } from '../database.ts'
import { type Group, type Measured, type Options, round } from '../figure.ts'
import { type Listening, listenTo, paceOf } from '../passes.ts'
import { birthday, changeEach, customers } from '../shop.ts'
import { type Stage, stage } from '../stage.ts'
import type { Name } from '../targets.ts'

/** Calls that the bare loop keeps in flight. The product has no such setting: it is measured as it comes. */
const inFlight = 10

type Worker = { readonly url: string; readonly stop: () => Promise<unknown>; readonly heard: Listening }
type Field = { readonly org: Stage; readonly db: Database; readonly workers: Worker[]; day: number }

const waiting = async ({ db }: Field): Promise<number> =>
  (await statement<{ n: number }>(db.url, 'select count(*)::int as n from dirty'))[0]?.n ?? 0

const drained = (field: Field): Promise<number> =>
  until(
    () => waiting(field),
    left => left === 0,
    600_000,
  )

async function hire(field: Field): Promise<void> {
  const { url, stop } = await field.org.serve('worker')
  field.workers.push({ url, stop, heard: await listenTo(url) })
}

/** Marks all customers due by one statement: how they came to wait is another figure's matter. */
const markAll = ({ db }: Field, ids: readonly string[]): Promise<unknown> =>
  statement(db.url, dirtySql('unnest($1::text[])'), [ids])

/** Changes one field of every customer, makes them due, and tells how many a second all workers wrote within the time. */
async function drain(field: Field, perRecordMs: number, forMs: number): Promise<{ perSecond: number; passes: number }> {
  const known = await customers(field.org.commerceUrl)
  const dateOfBirth = birthday(field.day++)
  await changeEach(field.org.commerceUrl, known, () => ({ action: 'setDateOfBirth', dateOfBirth }))
  await field.org.slow.crm({ perRecordMs })
  const from = Date.now()
  await markAll(
    field,
    known.map(({ id }) => id),
  )
  const to = from + forMs
  while (Date.now() < to && (await waiting(field)) > 0) await setTimeout(250)
  // What has not been done by then is done fast: the next phase begins with nothing waiting.
  await field.org.slow.crm({})
  await drained(field)
  const paces = field.workers.map(({ heard }) => paceOf(heard.passes, from, to))
  return {
    perSecond: paces.reduce((sum, pace) => sum + pace.perSecond, 0),
    passes: paces.reduce((sum, pace) => sum + pace.passes, 0),
  }
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
  const sent = bodies.slice(0, calls)
  const seconds = await bareLoop(field.org.crmUrl, sent, inFlight)
  const records = sent.reduce((sum, body) => sum + recordsIn(body), 0)
  return records / seconds
}

const phases: readonly { name: Name; perRecordMs: number; forMs: number; calls: number }[] = [
  { name: 'throughput-vs-bare-at-10ms-per-record', perRecordMs: 10, forMs: 35_000, calls: 20 },
  { name: 'throughput-vs-bare-at-2ms-per-record', perRecordMs: 2, forMs: 25_000, calls: 60 },
  { name: 'throughput-vs-bare-full-speed', perRecordMs: 0, forMs: 60_000, calls: 60 },
]

async function run({ quick, profileDir, wanted, say }: Options): Promise<readonly Measured[]> {
  const count = quick ? 3_000 : 15_000
  await using db = await database()
  await using org = await stage({ databaseUrl: db.url, profileDir })
  const field: Field = { org, db, workers: [], day: 0 }
  await hire(field)
  say(`${count} customers arrive and are linked`)
  await org.people('arrivals', { rate: 5_000, customers: count })
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

  const measured: Measured[] = []
  const mine = phases.filter(({ name }) => wanted.has(name))
  const paces = new Map<Name, { perSecond: number; passes: number }>()
  for (const { name, perRecordMs, forMs } of mine) {
    say(`one worker at ${perRecordMs} ms a record`)
    paces.set(name, await drain(field, perRecordMs, quick ? 25_000 : forMs))
  }
  if (wanted.has('two-workers-vs-one')) {
    const at2ms = quick ? 8_000 : 25_000
    say('one worker at 2 ms a record, then two')
    const one = await drain(field, 2, at2ms)
    await hire(field)
    const two = await drain(field, 2, at2ms)
    measured.push({
      name: 'two-workers-vs-one',
      value: round(two.perSecond / one.perSecond),
      against: `${Math.round(two.perSecond)} records a second by two, ${Math.round(one.perSecond)} by one; each keeps one call in flight: there is no setting for four`,
    })
  }
  // The workers go before the bare loop comes: idle ones look into the queue twice a second.
  for (const { heard, stop } of field.workers) {
    heard.stop()
    await stop()
  }
  for (const { name, perRecordMs, calls } of mine) {
    say(`the bare loop at ${perRecordMs} ms a record`)
    const perSecond = await bare(field, ids, perRecordMs, quick ? inFlight : calls)
    const pace = paces.get(name)
    if (pace === undefined || pace.passes === 0) throw new Error(`no pass of the worker ended in time for ${name}`)
    measured.push({
      name,
      value: round(pace.perSecond / perSecond),
      against: `${Math.round(pace.perSecond)} records a second by one worker (${pace.passes} passes, one call in flight), ${Math.round(perSecond)} by the bare loop with ${inFlight} in flight`,
    })
  }
  return measured
}

export const throughput: Group = {
  names: [...phases.map(({ name }) => name), 'two-workers-vs-one'],
  run,
}
