/** `ctsf demo --once`: from nothing to quiet, then all that people do besides; compared record by record, with what it cost. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { z } from 'zod'
import { document, note, say } from '../out.ts'
import { callsOf } from './emulator.ts'
import { arrive, calm, type Played, playRest, quiet } from './play.ts'
import { leftOut } from './scenarios.ts'
import { projectKey, type Stage } from './stage.ts'

const comparison = z.object({
  lost: z.number(),
  duplicates: z.number(),
  commerce: z.record(z.string(), z.number()),
  crm: z.record(z.string(), z.number()),
  gone: z.object({ left: z.number(), erased: z.number() }),
  totals: z.object({ compared: z.number(), different: z.number() }).optional(),
  rolledUp: z.number().optional(),
  differences: z.array(z.unknown()),
})
type Comparison = z.infer<typeof comparison>

const program = fileURLToPath(new URL('../../../demo/compare.ts', import.meta.url))
const latencyMs = 5

type Options = {
  readonly customers: number
  readonly seed: number
  readonly json: boolean
  readonly signal: AbortSignal
}

async function compare({ commerce, crm, url, config }: Stage): Promise<Comparison> {
  const mapped = new Set(config.mappings.map(({ name }) => name))
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      ...[program, '--commerce', commerce.url, '--crm', crm.url, '--service', url, '--project', projectKey],
      ...(mapped.has('guest-person') ? ['--guests'] : []),
      ...(mapped.has('order-order') ? ['--orders'] : []),
      ...(mapped.has('message-activity') ? ['--activity'] : []),
      ...(mapped.has('quote-opportunity') ? ['--quotes'] : []),
      ...(config.mappings.some(({ companions = [] }) => companions.some(one => one.seen)) ? ['--roll-ups'] : []),
    ],
    { maxBuffer: 64 * 1_048_576 },
  )
  return comparison.parse(JSON.parse(stdout))
}

/** Where it stands once all is quiet. `apiCalls`, `records` and `passes` count from the start of this process. */
async function look(stage: Stage, options: Options) {
  const pending = await quiet(stage, options)
  const apiCalls = await callsOf(stage)
  const { passes, totals, conflicts, failures, waiting } = await stage.service.status()
  const { lost, duplicates, commerce, crm, gone, totals: sums, rolledUp, differences } = await compare(stage)
  const cost = { apiCalls, records: totals.created + totals.updated, passes: { ...passes } }
  const found = { lost, duplicates, differences, ...(rolledUp !== undefined && { rolledUp }) }
  return { commerce, crm, gone, sums, ...cost, conflicts, failures, waiting, pending, ...found }
}
type Look = Awaited<ReturnType<typeof look>>

const isWell = ({ lost, duplicates, pending }: Look): boolean => lost === 0 && duplicates === 0 && pending === 0

/** 0 when everything arrived once, 1 when anything was lost, doubled or left over. */
export async function once(stage: Stage, options: Options): Promise<number> {
  for (const each of [stage.crm, stage.commerce]) await each.ask('/latency', { ms: latencyMs })
  const startedMs = performance.now()
  await calm(stage)
  await arrive(stage, options)
  const load = await look(stage, options)
  const durationMs = Math.round(performance.now() - startedMs)
  const scenarios = await playRest(stage, options)
  const after = scenarios.length === 0 ? null : await look(stage, options)
  const last = after ?? load
  const ok = isWell(load) && isWell(last)
  if (options.json) document(contract(load, after, { ok, durationMs, scenarios }))
  else tell(load, after, { ok, durationMs, scenarios })
  for (const { source, failure } of await stage.service.failures())
    note(`failed: ${source.type} ${source.id}: ${failure.code} ${failure.message} (${failure.fields.join(', ')})`)
  for (const difference of [...load.differences, ...(after?.differences ?? [])].slice(0, 10))
    note(`differs: ${JSON.stringify(difference)}`)
  return ok ? 0 : 1
}

type Run = { readonly ok: boolean; readonly durationMs: number; readonly scenarios: readonly Played[] }

/**
 * Figures are of the load: how many customers, at what cost. What is lost, doubled or pending counts whenever it was seen.
 * `after` is what the other scenarios added and where all stands after them; null where they were played before.
 */
function contract(load: Look, after: Look | null, { ok, durationMs, scenarios }: Run): unknown {
  const { commerce, crm, apiCalls, records, passes, conflicts, failures } = load
  const last = after ?? load
  return {
    ok,
    durationMs,
    commerce,
    crm,
    apiCalls,
    records,
    passes: { count: passes.count, sizes: passes.sizes },
    conflicts,
    failures,
    pending: load.pending + (after?.pending ?? 0),
    lost: Math.max(load.lost, last.lost),
    duplicates: Math.max(load.duplicates, last.duplicates),
    after: after && {
      scenarios,
      commerce: after.commerce,
      crm: after.crm,
      gone: after.gone,
      ...(after.sums && { totals: after.sums }),
      ...(after.rolledUp !== undefined && { rolledUp: after.rolledUp }),
      apiCalls: after.apiCalls - apiCalls,
      records: after.records - records,
      passes: after.passes.count - passes.count,
      conflicts: after.conflicts,
      failures: after.failures,
      waiting: after.waiting,
    },
    leftOut,
  }
}

const named = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ')

function tell(load: Look, after: Look | null, { ok, durationMs, scenarios }: Run): void {
  say(ok ? 'Everything arrived, once.' : 'Not everything arrived as it should.')
  say(`Customers arrive: ${(durationMs / 1_000).toFixed(1)} s`)
  tellOf(load)
  say(`  API calls       ${load.apiCalls} for ${load.records} records created or changed`)
  say(`  passes          ${load.passes.count}, of ${load.passes.sizes.join(', ') || 'no'} records`)
  if (after === null) return
  say(`Then: ${scenarios.map(({ name, steps, skipped }) => `${name} (${steps - skipped})`).join(', ')}`)
  tellOf(after)
  say(`  gone            ${after.gone.left} left, ${after.gone.erased} erased`)
  if (after.sums !== undefined) {
    const { compared, different } = after.sums
    say(`  totals          ${compared} by person, currency and month, ${different} of them different`)
  }
  if (after.rolledUp !== undefined) say(`  roll-ups        compared for ${after.rolledUp} people`)
  say(
    `  API calls       ${after.apiCalls - load.apiCalls} for ${after.records - load.records} records created or changed`,
  )
  if (Object.keys(leftOut).length === 0) return
  say(
    `Left out: ${Object.entries(leftOut)
      .map(([name, why]) => `${name} (${why})`)
      .join(', ')}`,
  )
}

function tellOf({ commerce, crm, conflicts, failures, waiting, pending, lost, duplicates }: Look): void {
  say(`  commercetools   ${named(commerce)}`)
  say(`  Salesforce      ${named(crm)}`)
  const waits = waiting === 0 ? '' : ` (${waiting} wait for them)`
  say(
    `  conflicts ${conflicts}, failures ${failures}${waits}, pending ${pending}, lost ${lost}, duplicates ${duplicates}`,
  )
}
