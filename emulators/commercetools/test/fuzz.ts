/**
 * `node emulators/commercetools/test/fuzz.ts --cases 10000 --seed 1`: requests made up from a seed, one after the other,
 * against one emulator. Whatever is asked, the answer is below 500 and an error has a code; and when all is over, the
 * emulator still answers, its pages still hold together and its messages are numbered without gaps.
 */
import { parseArgs } from 'node:util'
import fc from 'fast-check'
import { commercetoolsEmulator } from '../src/index.ts'
import { type FuzzRequest, request } from './fuzz/requests.ts'
import { at, caller, type Json } from './world.ts'

export type Report = {
  cases: number
  byStatus: Record<string, number>
  byCode: Record<string, number>
  problem: string | null
}

export async function fuzz(cases: number, seed: number): Promise<Report> {
  await using emulator = await commercetoolsEmulator({ port: 0 })
  const shop = await caller(emulator.url)
  const report: Report = { cases: 0, byStatus: {}, byCode: {}, problem: null }
  /** Paths of what was made, to be updated, read and deleted by later requests. */
  const made: string[] = []
  await furnish(shop, made)

  const checked = await fc.check(
    fc.asyncProperty(request, async given => {
      const { status, body } = await shop.call(...(await prepared(given)))
      report.cases += 1
      count(report.byStatus, String(status))
      if (status >= 400) count(report.byCode, String(at(body, 'errors', 0, 'code')))
      if (status === 201 && given.path.startsWith('/demo/')) {
        made.push(`${given.path}/${at(body, 'id') ?? at(body, 'customer', 'id')}`)
      }
      if (status >= 500) throw new Error(`answered ${status}: ${JSON.stringify(body)}`)
      const explained = given.method === 'HEAD' || typeof at(body, 'errors', 0, 'code') === 'string'
      if (status >= 400 && !explained) throw new Error(`${status} without a code: ${JSON.stringify(body)}`)
    }),
    { numRuns: cases, seed, endOnFailure: false },
  )
  report.problem = checked.failed ? (fc.defaultReportMessage(checked) ?? 'failed') : await standing(shop)
  return report

  async function prepared(given: FuzzRequest): Promise<Parameters<typeof shop.call>> {
    const some = given.ref === undefined ? [] : made.filter(each => each.startsWith(`${given.path}/`))
    const where = some[(given.ref ?? 0) % some.length] ?? given.path
    const version = async () => String((await shop.call('GET', where)).body.version ?? 1)
    const args = await Promise.all(
      (given.query ?? []).map(
        async ([name, value]): Promise<[string, string]> => [name, value === 'present' ? await version() : value],
      ),
    )
    const search = new URLSearchParams(args).toString()
    const path = search === '' ? where : `${where}?${search}`
    if (given.raw !== undefined) return [given.method, path, given.raw, given.headers]
    const body =
      at(given.body, 'version') === 'present'
        ? { ...(given.body as Json), version: Number(await version()) }
        : given.body
    const bodiless = given.method === 'GET' || given.method === 'HEAD'
    // A text would be sent as it is.
    const sent = body === undefined || bodiless ? undefined : JSON.stringify(body)
    return [given.method, path, sent, given.headers]
  }
}

type Shop = Awaited<ReturnType<typeof caller>>

async function furnish(shop: Shop, made: string[]) {
  await shop.ok('POST', '/demo/types', {
    key: 'fuzz',
    name: { en: 'Fuzz' },
    resourceTypeIds: ['customer', 'address', 'customer-group'],
    fieldDefinitions: ['Boolean', 'Number', 'String', 'Date', 'Money', 'Reference', 'LocalizedString'].map(name => ({
      name: name === 'Boolean' ? 'flag' : name.toLowerCase(),
      label: { en: name },
      required: false,
      type: { name },
    })),
  })
  await shop.ok('POST', '/demo/customer-groups', { groupName: 'Gold', key: 'gold' })
  await shop.ok('POST', '/demo/stores', { key: 'main' })
  const { id } = await shop.signUp({ email: 'first@example.com', addresses: [{ country: 'DE', key: 'home' }] })
  made.push(`/demo/customers/${id}`)
}

/** What must hold in the end, whatever was asked before. */
async function standing(shop: Shop): Promise<string | null> {
  const told = new Map<string, number[]>()
  let last = ''
  for (;;) {
    const { results } = await shop.query('messages', { where: `id > "${last}"`, sort: 'id asc', limit: '500' })
    const page = results as Json[]
    for (const message of page) {
      const id = String(at(message, 'resource', 'id'))
      told.set(id, [...(told.get(id) ?? []), Number(message.sequenceNumber)])
    }
    const end = page.at(-1)
    if (!end) break
    last = String(end.id)
  }
  for (const [id, numbers] of told) {
    const sorted = numbers.toSorted((a, b) => a - b)
    // With data erasure, what came before the deletion is gone.
    const first = sorted[0] ?? 1
    if (sorted.some((number, place) => number !== first + place)) return `messages of ${id} have gaps: ${sorted}`
  }
  for (const resource of ['customers', 'customer-groups', 'stores', 'types', 'subscriptions']) {
    const listed = await shop.control('GET', `resources/demo/${resource}?limit=5000`)
    const { total } = await shop.query(resource, {})
    if (Math.min(Number(listed.total), 10_000) !== total) return `${resource}: ${listed.total} rows, ${total} counted`
    for (const row of listed.results as Json[]) {
      if (JSON.stringify(await shop.ok('GET', `/demo/${resource}/${row.id}`)) !== JSON.stringify(row)) {
        return `${resource}/${row.id} is not what is listed`
      }
    }
  }
  return null
}

const count = (counts: Record<string, number>, name: string) => {
  counts[name] = (counts[name] ?? 0) + 1
}

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({
    options: { cases: { type: 'string', default: '10000' }, seed: { type: 'string', default: '1' } },
  })
  const startedMs = Date.now()
  const { cases, byStatus, byCode, problem } = await fuzz(Number(values.cases), Number(values.seed))
  const seconds = ((Date.now() - startedMs) / 1_000).toFixed(1)
  console.log(`${cases} requests from seed ${values.seed} in ${seconds} s`, byStatus, byCode)
  if (problem !== null) {
    console.error(problem)
    process.exitCode = 1
  }
}
