/**
 * How long a data file of many customers and orders takes to be read, how much memory it needs, and what a keyset page
 * of 500 costs then, compared with one among 1,000 customers: `node emulators/commercetools/bench/seed.ts [--customers N]
 * [--orders N] [--form jsonl|json] [--state]`. The file has a record a line, or is one JSON document; with `--state` what is
 * read is kept on disk as well. Prints one JSON document; exits with 1 when a target is missed.
 */
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { commercetoolsEmulator } from '../src/index.ts'
import { people } from '../test/crowd.ts'

const { values } = parseArgs({
  options: {
    customers: { type: 'string', default: '100000' },
    orders: { type: 'string', default: '100000' },
    form: { type: 'string', default: 'jsonl' },
    state: { type: 'boolean', default: false },
  },
})
const TARGET = { seedMs: 30_000, memoryMb: 3_000, pageRatio: 2 }
const PAGES = 100

const directory = mkdtempSync(join(tmpdir(), 'ctsf-seed-'))
try {
  await using large = await seeded(Number(values.customers), Number(values.orders))
  await using small = await seeded(1_000, 1_000)
  const pages = { large: await pager(large.emulator.url), small: await pager(small.emulator.url) }
  const times: { large: number[]; small: number[] } = { large: [], small: [] }
  // In turns, so that whatever else the machine does slows both.
  for (let n = 0; n < PAGES; n += 1) {
    times.large.push(await pages.large())
    times.small.push(await pages.small())
  }
  const [pageMs, smallPageMs] = [middle(times.large), middle(times.small)]
  const pageRatio = pageMs / smallPageMs
  const { seedMs, seedCpuMs, memoryMb } = large
  const passed = seedMs < TARGET.seedMs && memoryMb < TARGET.memoryMb && pageRatio <= TARGET.pageRatio
  const result = { ...values, seedMs, seedCpuMs, memoryMb, pageMs, smallPageMs, pageRatio, targets: TARGET, passed }
  console.log(JSON.stringify(result, null, 2))
  process.exitCode = passed ? 0 : 1
} finally {
  rmSync(directory, { recursive: true })
}

async function seeded(customers: number, orders: number) {
  const dataFile = written(customers, orders)
  const state = values.state ? { stateDir: join(directory, `state-${customers}`) } : {}
  const started = performance.now()
  const before = process.cpuUsage()
  const emulator = await commercetoolsEmulator({ port: 0, dataFile, ...state })
  const seedMs = performance.now() - started
  const { user, system } = process.cpuUsage(before)
  // What the machine was busy with besides shows in the difference of the two times.
  return {
    emulator,
    seedMs,
    seedCpuMs: (user + system) / 1000,
    memoryMb: process.resourceUsage().maxRSS / 1024,
    [Symbol.asyncDispose]: () => emulator.close(),
  }
}

/** A data file in the form asked for; never whole in memory, which is measured. */
function written(customers: number, orders: number): string {
  const path = join(directory, `${customers}.${values.form}`)
  const file = openSync(path, 'w')
  let last = ''
  for (const line of people(customers, orders)) {
    const [[kind, draft] = ['', {}]] = Object.entries(line)
    if (values.form === 'jsonl') writeSync(file, `${JSON.stringify(line)}\n`)
    else writeSync(file, `${last === kind ? ',' : `${last === '' ? '{' : '],'}"${kind}":[`}\n${JSON.stringify(draft)}`)
    last = kind
  }
  if (values.form !== 'jsonl') writeSync(file, ']}\n')
  closeSync(file)
  return path
}

/** Times one full page after the other, each beginning where the one before ended, and begins anew at the end. */
async function pager(url: string): Promise<() => Promise<number>> {
  const answer = await fetch(`${url}/oauth/token`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from('bench:bench').toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: 'grant_type=client_credentials',
  })
  const { access_token: token } = (await answer.json()) as { access_token: string }
  let where = ''
  const once = async (): Promise<number> => {
    const query = new URLSearchParams({ limit: '500', withTotal: 'false', ...(where === '' ? {} : { where }) })
    for (const sort of ['lastModifiedAt asc', 'id asc']) query.append('sort', sort)
    const started = performance.now()
    const page = await fetch(`${url}/demo/customers?${query}`, { headers: { authorization: `Bearer ${token}` } })
    const { results } = (await page.json()) as { results: { id: string; lastModifiedAt: string }[] }
    const took = performance.now() - started
    const last = results.at(-1)
    if (results.length < 500 || !last) {
      where = ''
      // A short page is no measure.
      return once()
    }
    where = `lastModifiedAt > "${last.lastModifiedAt}" or (lastModifiedAt = "${last.lastModifiedAt}" and id > "${last.id}")`
    return took
  }
  return once
}

function middle(times: number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN
}
