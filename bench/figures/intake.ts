/** Deliveries a second: stored durably by the service's intake, against the same server with an empty handler. */
import { Agent } from 'undici'
import { run as start } from '../../test/ports.ts'
import { type Database, database, statement } from '../database.ts'
import { idOf } from '../fakes.ts'
import { abreast, type Group, type Measured, type Options, round } from '../figure.ts'
import { stage } from '../stage.ts'

const connections = 64
const customers = 50_000

/** What a Subscription tells of one change; each delivery is another version, and all customers come in turn. */
function delivery(n: number): string {
  return JSON.stringify({
    notificationType: 'ResourceUpdated',
    projectKey: 'demo',
    resource: { typeId: 'customer', id: idOf(n % customers) },
    version: 2 + Math.floor(n / customers),
    oldVersion: 1 + Math.floor(n / customers),
    modifiedAt: '2026-01-01T00:00:00.000Z',
  })
}

/** Answers a second over the time, after a warm-up. Every answer but 204 ends the run. */
async function load(origin: string, secret: string, bodies: readonly string[], forMs: number) {
  const agent = new Agent({ connections, pipelining: 1 })
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${secret}` }
  const warmUntil = performance.now() + forMs / 4
  const endAt = warmUntil + forMs
  let answered = 0
  let sent = 0
  function* queue(): Generator<string> {
    while (performance.now() < endAt) yield bodies[sent++ % bodies.length] ?? ''
  }
  await abreast(queue(), connections, async body => {
    const answer = await agent.request({ origin, path: '/deliveries/commercetools', method: 'POST', headers, body })
    await answer.body.dump()
    if (answer.statusCode !== 204) throw new Error(`a delivery was answered ${answer.statusCode}`)
    const now = performance.now()
    if (now >= warmUntil && now < endAt) answered++
  })
  await agent.close()
  return { perSecond: (answered * 1000) / forMs, sent }
}

async function stored(db: Database): Promise<number> {
  const [row] = await statement<{ n: number }>(db.url, 'select coalesce(sum(mark), 0)::int as n from dirty')
  return row?.n ?? 0
}

async function run({ quick, profileDir, say }: Options): Promise<readonly Measured[]> {
  const forMs = quick ? 2_000 : 15_000
  await using db = await database()
  await using org = await stage({ databaseUrl: db.url, profileDir })
  const bodies = Array.from({ length: quick ? 20_000 : 400_000 }, (_, n) => delivery(n))
  const empty = await start(['bench/emptyServer.ts', db.url])
  say(`${connections} connections to the empty handler`)
  const bare = await load(empty.ready.urls.service ?? '', org.secret, bodies, forMs)
  await empty.stop()

  const { url, stop } = await org.serve('intake')
  say(`${connections} connections to the intake`)
  const durable = await load(url, org.secret, bodies, forMs)
  const marks = await stored(db)
  // Versions settle nothing here, so each delivery is one mark: none may be missing.
  if (marks < durable.sent) throw new Error(`${durable.sent} deliveries were acknowledged, ${marks} are stored`)
  await stop()
  return [
    {
      name: 'intake-vs-empty-handler',
      value: round(durable.perSecond / bare.perSecond),
      against: `${Math.round(durable.perSecond)} deliveries a second stored in PostgreSQL, ${Math.round(bare.perSecond)} answered by the empty handler; ${connections} connections`,
    },
  ]
}

export const intake: Group = { names: ['intake-vs-empty-handler'], run }
