/** The worker alone in a process, over a real database and systems that answer at once: drains, and tells how much memory it took. */
import pg from 'pg'
import { drain } from '../src/engine/drain.ts'
import { dirtySql, idSql } from './database.ts'
import { engineOver } from './fakes.ts'

const [databaseUrl = '', passes = '40', first = '0'] = process.argv.slice(2)
const stop = new AbortController()
const client = new pg.Client({ connectionString: databaseUrl })
await client.connect()

let done = 0
let next = Number(first)
let refilled: Promise<unknown> = Promise.resolve()

await using made = await engineOver(databaseUrl, {
  birthday: () => '1815-12-10',
  pass(report) {
    if (report.created !== 2 * report.rows) throw new Error(`a pass was not as planned: ${JSON.stringify(report)}`)
    if (++done >= Number(passes)) return stop.abort()
    // As many new ones as went, so that the backlog stays as long as it was, whatever its length.
    const from = next
    next += report.rows
    refilled = refilled.then(() =>
      client.query(dirtySql(`(select ${idSql('n')} as id from generate_series(${from + 1}, ${next}) n)`)),
    )
  },
})
const startedAt = process.memoryUsage().rss
const running = drain(made.engine, { signal: stop.signal })
await running.done
await refilled
await client.end()
// The kernel's own high-water mark, in kilobytes: no peak falls between two samples.
process.stdout.write(
  `${JSON.stringify({ passes: done, startedAt, peak: process.resourceUsage().maxRSS * 1024, left: (await made.store.backlog()).lanes.live.due })}\n`,
)
