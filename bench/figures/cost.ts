/** What a record costs the engine and the database when a million links are known instead of ten thousand. */
import { sync } from '../../src/engine/sync.ts'
import { lanes } from '../../src/model/resource.ts'
import { type Database, database, idSql, statement } from '../database.ts'
import { engineOver, type Made, marks } from '../fakes.ts'
import { type Group, type Measured, type Options, round } from '../figure.ts'
import { birthday } from '../shop.ts'

const passSize = 1_000
/** A customer has two: its Account's and its Contact's. */
const linksEach = 2

type Side = {
  readonly made: Made
  readonly customers: number
  readonly nextDay: () => void
  ms: number
  records: number
}

/** The first customer goes through the engine; all others are copies of its links, made by SQL. */
async function side(db: Database, links: number): Promise<Side> {
  const customers = links / linksEach
  let day = 0
  const made = await engineOver(db.url, { birthday: () => birthday(day), pass() {} })
  await made.store.mark(marks([0]))
  await pass(made, 1)
  await statement(
    db.url,
    `insert into link (mapping, role, commerce, crm, is_primary, base, restores, since, saved_at, xid)
     select mapping, role, 'commerce:customer:demo/' || ${idSql('n')},
       case role when 'account' then 'crm:Account:001' else 'crm:Contact:003' end || lpad(n::text, 12, '0') || 'BBB',
       is_primary, base, restores, since, saved_at, xid
     from link, generate_series(1, ${customers - 1}) n`,
  )
  await statement(
    db.url,
    `insert into settled (ref, version, gone, xid)
     select 'commerce:customer:demo/' || ${idSql('n')}, 1, false, pg_current_xact_id() from generate_series(1, ${customers - 1}) n`,
  )
  // What autovacuum would have done by the time that a database holds so much.
  await statement(db.url, 'vacuum analyze')
  await statement(db.url, 'checkpoint')
  return { made, customers, nextDay: () => void day++, ms: 0, records: 0 }
}

/** Milliseconds from before the claim to after the last save. */
async function pass({ engine, store }: Made, rows: number): Promise<number> {
  const startedMs = performance.now()
  const claim = await store.claim({ side: 'commerce', limit: passSize, leaseMs: engine.pace.leaseMs, lanes })
  if (claim === null) throw new Error('nothing to claim')
  const { report } = await sync(engine, claim, {
    leaseStartMs: startedMs,
    troubles: 0,
    signal: new AbortController().signal,
  })
  const tookMs = performance.now() - startedMs
  const written = report.created + report.updated
  if (report.rows !== rows || (written !== rows && report.created === 0))
    throw new Error(`a pass was not as planned: ${JSON.stringify(report)}`)
  return tookMs
}

/** One pass over a thousand customers from all over the table, each with another day of birth than before. */
async function turn(one: Side, n: number, counts: boolean): Promise<void> {
  one.nextDay()
  const step = Math.floor((one.customers - 1) / passSize)
  await one.made.store.mark(marks(Array.from({ length: passSize }, (_, at) => 1 + at * step + (n % step))))
  const tookMs = await pass(one.made, passSize)
  if (!counts) return
  one.ms += tookMs
  one.records += passSize
}

async function run({ quick, say }: Options): Promise<readonly Measured[]> {
  const [few, many, turns] = quick ? [5_000, 20_000, 3] : [10_000, 1_000_000, 40]
  await using small = await database()
  await using large = await database()
  say(`${few} links, and ${many}, made by SQL`)
  const a = await side(small, few)
  const b = await side(large, many)
  await using _a = a.made
  await using _b = b.made
  say(`${turns} passes of ${passSize} records on each, by turns`)
  for (let n = -5; n < turns; n++) {
    await turn(a, n + 5, n >= 0)
    await turn(b, n + 5, n >= 0)
  }
  const [costOfFew, costOfMany] = [a.ms / a.records, b.ms / b.records]
  const against = `${round(costOfMany, 3)} ms a record with ${many} links, ${round(costOfFew, 3)} ms with ${few}; ${turns} passes of ${passSize} on each`
  return [{ name: 'cost-per-record-1m-vs-10k-links', value: round(costOfMany / costOfFew), against }]
}

export const cost: Group = { names: ['cost-per-record-1m-vs-10k-links'], run }
