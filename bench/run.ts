/** `npm run bench`: takes the figures of `targets.ts` one group after the other, writes them down and says which are met. */
import { writeFile } from 'node:fs/promises'
import { loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { type Group, type Measured, NotHere } from './figure.ts'
import { calls } from './figures/calls.ts'
import { cost } from './figures/cost.ts'
import { emulator } from './figures/emulator.ts'
import { intake } from './figures/intake.ts'
import { latency } from './figures/latency.ts'
import { matching } from './figures/matching.ts'
import { memory } from './figures/memory.ts'
import { orders } from './figures/orders.ts'
import { throughput } from './figures/throughput.ts'
import { type Name, names, type Target, targets } from './targets.ts'

const usage = `usage: npm run bench -- [--json] [--only name,…] [--quick] [--profile DIR]

  --json         the list on stdout as well; the table goes to stderr
  --only NAMES   only these figures, by their beginnings: --only throughput,intake
  --quick        small sizes: shows that it runs, says nothing about the product
  --profile DIR  CPU profiles of the service's processes; it is slower then

figures: ${names.join(', ')}
`

const groups: readonly Group[] = [calls, orders, matching, latency, intake, throughput, cost, memory, emulator]

type Result = { name: Name; value: number; unit: string; better: Target['better']; target: number; against?: string }

function optionsOf() {
  const { values } = parseArgs({
    options: {
      json: { type: 'boolean', default: false },
      only: { type: 'string' },
      quick: { type: 'boolean', default: false },
      profile: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  const asked = values.only?.split(',').map(one => one.trim()) ?? ['']
  const unknown = asked.filter(one => !names.some(name => name.startsWith(one)))
  if (unknown.length > 0) throw new RangeError(`no figure is called ${unknown.join(', ')}`)
  return { ...values, wanted: new Set(names.filter(name => asked.some(one => name.startsWith(one)))) }
}

const isMet = ({ value, better, target }: Result): boolean => (better === 'less' ? value <= target : value >= target)

function table(results: readonly Result[], missing: ReadonlyMap<Name, string>): string {
  const lines = results.map(one => [
    isMet(one) ? 'met' : 'MISSED',
    one.name,
    String(one.value),
    `${one.better === 'less' ? '≤' : '≥'} ${one.target}`,
    one.against ?? '',
  ])
  for (const [name, why] of missing) lines.push(['not measured', name, '', '', why])
  const width = (at: number): number => Math.max(...lines.map(line => line[at]?.length ?? 0))
  return lines
    .map(line =>
      line
        .map((cell, at) => cell.padEnd(width(at)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

async function main(): Promise<number> {
  let given: ReturnType<typeof optionsOf>
  try {
    given = optionsOf()
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`)
    return 2
  }
  if (given.help) {
    process.stdout.write(usage)
    return 0
  }
  const { wanted, quick, json } = given
  const say = (line: string): void => void process.stderr.write(`${line}\n`)
  const taken = new Map<Name, Measured>()
  const missing = new Map<Name, string>()
  let failed = false
  for (const group of groups) {
    const mine = group.names.filter(name => wanted.has(name))
    if (mine.length === 0) continue
    say(`${mine.join(', ')} (load ${loadavg()[0]?.toFixed(1)})`)
    try {
      const profileDir = given.profile ?? null
      const measured = await group.run({ quick, profileDir, wanted, say: line => say(`  ${line}`) })
      for (const one of measured) if (wanted.has(one.name)) taken.set(one.name, one)
    } catch (error) {
      failed ||= !(error instanceof NotHere)
      const why = error instanceof Error ? (error.stack ?? error.message) : String(error)
      say(`  ${error instanceof NotHere ? error.message : why}`)
      for (const name of mine) missing.set(name, error instanceof Error ? (error.message.split('\n')[0] ?? '') : why)
    }
  }
  const results = names.flatMap((name): Result[] => {
    const one = taken.get(name)
    if (one === undefined) return []
    const { unit, better, target } = targets[name]
    return [{ name, value: one.value, unit, better, target, against: one.against }]
  })
  await writeFile(fileURLToPath(new URL('results.json', import.meta.url)), `${JSON.stringify(results, null, 2)}\n`)
  const shown = `${table(results, missing)}\n${quick ? 'Small sizes: these figures say nothing.\n' : ''}`
  ;(json ? process.stderr : process.stdout).write(`\n${shown}`)
  if (json) process.stdout.write(`${JSON.stringify(results, null, 2)}\n`)
  return failed ? 1 : 0
}

process.exitCode = await main()
