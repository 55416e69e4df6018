/**
 * One process that does everything with a store, drawn by a seeded die, until it is killed or asked to end:
 *
 *     node test/contention/worker.ts <database url> <name> <seed> <stir|finish>
 *
 * What it is at stands in `running`, written outside of the store's own transactions: whoever meets a record there whose
 * worker is not known to be dead has found it run twice at once. What it has announced stands in `announced`. It says
 * what it did as JSON lines.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import type { LinkChange, RowSettlement } from '../../src/model/outcome.ts'
import type { Claim, ClaimedRow } from '../../src/model/ports.ts'
import { lanes, type ResourceRef, refKey } from '../../src/model/resource.ts'
import { open } from '../../src/store/open.ts'
import { unnest } from '../../src/store/unnest.ts'
import {
  basis,
  changed,
  contact,
  customer,
  deleted,
  free,
  keep,
  key,
  put,
  quiet,
  settle,
  settlement,
} from '../contract/storeWords.ts'
import { die as seeded } from '../properties/sim/gates.ts'

/** Few enough to be fought over. The first ones are parents of the others. */
const people = 300
const parents = 20
/** CRM records that several customers reach for. */
const shared = 5
const leaseMs = 600_000

const [databaseUrl = '', name = '', seed = '1', mode = 'stir'] = process.argv.slice(2)
const stirs = mode === 'stir'
const die = seeded(Number(seed))
const { store, db } = await open({
  clock: {
    now: () => new Date().toISOString(),
    monotonicMs: () => performance.now(),
    sleep: async (ms, signal) => sleep(ms, undefined, { signal }),
  },
  log: quiet,
  encryptionKey: key,
  database: { databaseUrl },
  instance: name,
})

const counts: Record<string, number> = {}
const count = (what: string, by = 1): void => {
  counts[what] = (counts[what] ?? 0) + by
}
const say = (what: object): void => void process.stdout.write(`${JSON.stringify(what)}\n`)
const violation = (is: string, about: string): void => say({ violation: is, about })

const parentOf = (ref: ResourceRef): ResourceRef | null => {
  const n = Number(ref.id.slice('demo/c'.length))
  return n < parents ? null : customer(n % parents)
}

async function mark(): Promise<void> {
  const { rows } = await sql<{ version: number }>`select nextval('versions')::bigint as version`.execute(db)
  const version = rows[0]?.version ?? 0
  const some = Array.from({ length: 1 + die.below(12) }, () => customer(die.below(people)))
  const lane = die.pick(lanes)
  const events = some.map(ref => (die.chance(0.05) ? deleted(ref, { version, lane }) : changed(ref, { version, lane })))
  await store.mark(events, { force: die.chance(0.1) })
  count('mark')
  // Only what was acknowledged is owed: a mark whose process died before this line may or may not be there.
  const table = unnest('a', some.map(refKey), { ref: ['text', ref => ref] })
  await sql`
    insert into announced (ref, version) select distinct ref, ${version}::bigint from ${table} order by ref
    on conflict (ref) do update set version = greatest(announced.version, excluded.version)`.execute(db)
}

const named = (rows: readonly ClaimedRow[]) => unnest('r', rows, { ref: ['text', ({ ref }) => refKey(ref)] })

/** An uncertain row was another worker's, which is dead: its line goes. Any other line is of one that lives. */
async function enter({ rows }: Claim): Promise<void> {
  const uncertain = rows.filter(row => row.uncertain)
  await sql`delete from running where ref = any(array(select ref from ${named(uncertain)}))`.execute(db)
  const entered = await sql`
    insert into running (ref, worker) select ref, ${name} from ${named(rows)} order by ref on conflict do nothing`.execute(
    db,
  )
  if (Number(entered.numAffectedRows) < rows.length) violation('twice at once', `${rows.length} rows of a claim`)
}

const leave = (rows: readonly ClaimedRow[]) =>
  sql`delete from running where worker = ${name} and ref = any(array(select ref from ${named(rows)}))`.execute(db)

type Planned = {
  readonly row: RowSettlement
  readonly links: readonly LinkChange[]
  readonly awaits: ResourceRef | null
  /** Reaches for a CRM record that others reach for as well. */
  readonly mayClash: boolean
}

/** What a pass might decide about one record. */
async function plan({ ref, version }: ClaimedRow, { links }: Claim): Promise<Planned> {
  const row = stirs && die.chance(0.05) ? free(ref, { uncertain: true, countsAttempt: true }) : settle(ref, version)
  const planned: Planned = { row, links: [], awaits: null, mayClash: false }
  if (ref.side === 'crm') return planned
  const link = links.find(one => one.commerce.id === ref.id)
  if (link !== undefined) {
    const change = stirs && die.chance(0.1) ? ({ do: 'remove', link } as const) : null
    return { ...planned, links: [change ?? basis(link, { FirstName: `k1.${die.below(1_000_000)}` })] }
  }
  const parent = parentOf(ref)
  if (parent !== null && (await store.links([parent])).length === 0) {
    const notBefore = new Date(Date.now() + 3_600_000).toISOString()
    return { ...planned, row: free(ref, { notBefore }), awaits: parent }
  }
  const mayClash = stirs && die.chance(0.1)
  const target = mayClash ? contact(`s${die.below(shared)}`) : contact(ref.id.slice('demo/c'.length))
  return { ...planned, links: [put(ref, target)], mayClash }
}

/** In a batch with a clash every other record must have been kept all the same. */
async function judge(planned: readonly Planned[]): Promise<void> {
  const sure = planned.filter(one => one.row.do === 'settle' && one.row.version !== null && !one.mayClash)
  const table = unnest('s', sure, {
    ref: ['text', ({ row }) => refKey(row.ref)],
    version: ['bigint', ({ row }) => row.version],
  })
  const { rows } = await sql<{ missing: number }>`
    select count(*) as missing from ${table} left join settled d on d.ref = s.ref
    where coalesce(d.version < s.version, true)`.execute(db)
  if ((rows[0]?.missing ?? 0) > 0) violation('aborted by a clash', `${rows[0]?.missing} of ${sure.length} not kept`)
}

const about = (ref: ResourceRef) => ({ source: ref, mapping: 'person', role: 'contact', correlationId: name })
const refusal = { is: 'invalid', code: 'NO', message: 'no', fields: [], retryAt: null } as const

async function pass(): Promise<boolean> {
  const claims = die.chance(0.2) ? (['crm', 'commerce'] as const) : (['commerce', 'crm'] as const)
  let claim: Claim | null = null
  for (const side of claims) {
    claim ??= await store.claim({ side, limit: 1 + die.below(20), leaseMs, lanes })
    count('claim')
  }
  if (claim === null) return false
  const { token, rows } = claim
  count('claimed records', rows.length)
  await enter(claim)
  if (die.chance(0.2)) {
    if (!(await store.renew(token, leaseMs))) violation('lost', 'a claim whose worker lives')
    count('renew')
  }
  if (stirs && die.chance(0.05)) {
    await leave(rows)
    await store.release(token, { notBefore: null })
    count('release')
    return true
  }
  const held = claim
  const planned = await Promise.all(rows.map(row => plan(row, held)))
  const save = async (of: Parameters<typeof settlement>[0]): Promise<void> => {
    if (!(await store.save(token, settlement(of)))) violation('refused', 'a save whose worker lives')
    count('save')
  }
  // A pass of several calls saves before it is done with its records.
  if (die.chance(0.2)) await save({ rows: rows.slice(0, 1 + die.below(rows.length)).map(({ ref }) => keep(ref)) })
  await leave(rows)
  const some = stirs ? rows.slice(0, 1) : []
  await save({
    rows: planned.map(({ row }) => row),
    links: planned.flatMap(one => one.links),
    waits: planned.flatMap(({ row, awaits }) => (awaits === null ? [] : [{ waiting: row.ref, awaited: awaits }])),
    wakes: planned.flatMap(({ row, links }) => (links.some(link => link.do === 'put') ? [row.ref] : [])),
    marks: some.filter(() => die.chance(0.2)).map(() => changed(contact(die.below(people)))),
    conflicts: some
      .filter(() => die.chance(0.1))
      .map(({ ref }) => ({ ...about(ref), kind: 'ambiguous', why: 'two', candidates: [], fields: [] })),
    failures: some.filter(() => die.chance(0.1)).map(({ ref }) => ({ ...about(ref), failure: refusal, attempts: 1 })),
  })
  const reaching = planned.filter(one => one.mayClash).length
  count('waits', planned.filter(one => one.awaits !== null).length)
  count('reaches for a shared record', reaching)
  if (reaching > 0) await judge(planned)
  return true
}

/** A token that is worth nothing: the save must be refused, and change nothing. */
async function trespass(): Promise<void> {
  const ref = customer(die.below(people))
  if (await store.save(`${name}:gone`, settlement({ rows: [settle(ref, 1)] })))
    violation('trespass', 'a dead token saved')
  count('save with a dead token')
}

async function decide(): Promise<void> {
  const [conflict] = (await store.conflicts({ state: 'open', cursor: null, limit: 5 })).items
  if (conflict !== undefined) await store.decide(conflict.id, { do: 'ignore' }, 'a person', name)
  const [failure] = (await store.failures({ state: 'open', cursor: null, limit: 5 })).items
  if (failure !== undefined) await store.closeFailure(failure.id, die.chance(0.5) ? 'retry' : 'discard', name)
  count('decide or close', 2)
}

async function look(): Promise<void> {
  const ref = customer(die.below(people))
  await Promise.all([store.links([ref]), store.due('commerce', lanes, 100), store.nextDue('crm'), store.settled(ref)])
  count('look', 4)
}

async function once(): Promise<boolean> {
  if (!stirs) return pass()
  const roll = die.next()
  if (roll < 0.3) await mark()
  else if (roll < 0.33) await trespass()
  else if (roll < 0.36) await decide()
  else if (roll < 0.4) await look()
  else await pass()
  return true
}

let asked = false
process.on('SIGTERM', () => {
  asked = true
})
let idle = 0
let turns = 0
const tell = (): void => {
  say({ counts: { ...counts } })
  for (const what of Object.keys(counts)) delete counts[what]
}
while (!asked && idle < 20) {
  try {
    // Somebody else may still free or wake a record.
    if (await once()) idle = 0
    else {
      idle++
      await sleep(20)
    }
  } catch (error) {
    violation('broke', error instanceof Error ? `${error.name}: ${error.message}` : 'unknown')
  }
  if (++turns % 5 === 0) tell()
}
tell()
await store[Symbol.asyncDispose]()
