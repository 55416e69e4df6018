/** `ctsf demo --once`: from nothing to quiet, compared record by record, with what it cost. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { z } from 'zod'
import { document, note, say } from '../out.ts'
import { callsOf } from './emulator.ts'
import { arrive, quiet } from './play.ts'
import { projectKey, type Stage } from './stage.ts'

const comparison = z.object({
  lost: z.number(),
  duplicates: z.number(),
  commerce: z.record(z.string(), z.number()),
  crm: z.record(z.string(), z.number()),
  differences: z.array(z.unknown()),
})

const program = fileURLToPath(new URL('../../../demo/compare.ts', import.meta.url))
const latencyMs = 5

async function compare({ commerce, crm, url }: Stage): Promise<z.infer<typeof comparison>> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [program, '--commerce', commerce.url, '--crm', crm.url, '--service', url, '--project', projectKey],
    { maxBuffer: 64 * 1_048_576 },
  )
  return comparison.parse(JSON.parse(stdout))
}

const named = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ')

/** 0 when everything arrived once, 1 when anything was lost, doubled or left over. */
export async function once(
  stage: Stage,
  options: { readonly customers: number; readonly seed: number; readonly json: boolean; readonly signal: AbortSignal },
): Promise<number> {
  for (const each of [stage.crm, stage.commerce]) await each.ask('/latency', { ms: latencyMs })
  const startedMs = performance.now()
  await arrive(stage, options)
  const pending = await quiet(stage, options)
  const durationMs = Math.round(performance.now() - startedMs)
  const apiCalls = await callsOf(stage)
  const { passes, totals, conflicts, failures } = await stage.service.status()
  const { lost, duplicates, commerce, crm, differences } = await compare(stage)
  const ok = lost === 0 && duplicates === 0 && pending === 0
  const records = totals.created + totals.updated
  if (options.json)
    document({
      ok,
      durationMs,
      commerce,
      crm,
      apiCalls,
      records,
      passes: { count: passes.count, sizes: passes.sizes },
      conflicts,
      failures,
      pending,
      lost,
      duplicates,
    })
  else {
    say(
      `${ok ? 'Everything arrived, once.' : 'Not everything arrived as it should.'} ${(durationMs / 1_000).toFixed(1)} s`,
    )
    say(`  commercetools   ${named(commerce)}`)
    say(`  Salesforce      ${named(crm)}`)
    say(`  API calls       ${apiCalls} for ${records} records created or changed`)
    say(`  passes          ${passes.count}, of ${passes.sizes.join(', ') || 'no'} records`)
    say(`  conflicts ${conflicts}, failures ${failures}, pending ${pending}, lost ${lost}, duplicates ${duplicates}`)
  }
  for (const { source, failure } of await stage.service.failures())
    note(`failed: ${source.type} ${source.id}: ${failure.code} ${failure.message} (${failure.fields.join(', ')})`)
  for (const difference of differences.slice(0, 10)) note(`differs: ${JSON.stringify(difference)}`)
  return ok ? 0 : 1
}
