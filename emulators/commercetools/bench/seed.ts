/**
 * How long a data file of many customers and orders takes to be read, how much memory it needs, and what a keyset page
 * of 500 costs then, compared with one among 1,000 customers: `node emulators/commercetools/bench/seed.ts [--customers N]
 * [--orders N]`. Prints one JSON document; exits with 1 when a target is missed.
 */
import { mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { commercetoolsEmulator } from '../src/index.ts'
import { people } from '../test/crowd.ts'

const { values } = parseArgs({
  options: { customers: { type: 'string', default: '100000' }, orders: { type: 'string', default: '100000' } },
})
const TARGET = { seedMs: 30_000, memoryMb: 3_000, pageRatio: 2 }
const PAGES = 40

const directory = mkdtempSync(join(tmpdir(), 'ctsf-seed-'))
try {
  const small = await measured(1_000, 1_000)
  const large = await measured(Number(values.customers), Number(values.orders))
  const pageRatio = large.pageMs / small.pageMs
  const passed = large.seedMs < TARGET.seedMs && large.memoryMb < TARGET.memoryMb && pageRatio <= TARGET.pageRatio
  console.log(JSON.stringify({ small, large, pageRatio, targets: TARGET, passed }, null, 2))
  process.exitCode = passed ? 0 : 1
} finally {
  rmSync(directory, { recursive: true })
}

async function measured(customers: number, orders: number) {
  const dataFile = join(directory, `${customers}.jsonl`)
  const file = openSync(dataFile, 'w')
  for (const line of people(customers, orders)) writeSync(file, `${JSON.stringify(line)}\n`)
  const started = performance.now()
  await using emulator = await commercetoolsEmulator({ port: 0, dataFile })
  const seedMs = performance.now() - started
  const memoryMb = process.resourceUsage().maxRSS / 1024
  return { customers, orders, seedMs, memoryMb, pageMs: await pageMs(emulator.url) }
}

/** The middle of many pages, each beginning where the one before ended. */
async function pageMs(url: string): Promise<number> {
  const answer = await fetch(`${url}/oauth/token`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from('bench:bench').toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: 'grant_type=client_credentials',
  })
  const { access_token: token } = (await answer.json()) as { access_token: string }
  const times: number[] = []
  let where = ''
  for (let n = 0; n < PAGES; n += 1) {
    const query = new URLSearchParams({ limit: '500', withTotal: 'false', ...(where === '' ? {} : { where }) })
    query.append('sort', 'lastModifiedAt asc')
    query.append('sort', 'id asc')
    const started = performance.now()
    const page = await fetch(`${url}/demo/customers?${query}`, { headers: { authorization: `Bearer ${token}` } })
    const { results } = (await page.json()) as { results: { id: string; lastModifiedAt: string }[] }
    times.push(performance.now() - started)
    const last = results.length < 500 ? undefined : results.at(-1)
    where = last
      ? `lastModifiedAt > "${last.lastModifiedAt}" or (lastModifiedAt = "${last.lastModifiedAt}" and id > "${last.id}")`
      : ''
    // A short page is no measure.
    if (!last && results.length === 0) times.pop()
  }
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN
}
