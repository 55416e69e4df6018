/**
 * `npm run properties -- --runs N --seed S`: the interleavings at length in each mode, with counts of what was done to
 * them, and each rule left out until a run goes wrong. `--mode` takes one mode alone; one run alone is told without the rules.
 */
import { parseArgs } from 'node:util'
import { type Mode, modes } from './sim/mappings.ts'
import { type Rule, rules } from './sim/mutants.ts'
import { simulate } from './sim/simulation.ts'
import type { Counts } from './sim/trouble.ts'

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    mode: { type: 'string' },
    rule: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})
const runs = Number(values.runs)
const first = Number(values.seed)
const some: readonly Mode[] = values.mode === undefined ? modes : modes.filter(mode => mode === values.mode)
const known = Object.keys(rules) as Rule[]
const isKnown = values.rule === undefined || known.some(rule => rule === values.rule)
if (values.help || !Number.isInteger(runs) || runs < 1 || !Number.isInteger(first) || some.length === 0 || !isKnown) {
  process.stderr.write(
    `npm run properties -- [--runs 20000] [--seed 1] [--mode ${modes.join('|')}] [--rule "one of those below"]\n` +
      '--runs and --seed take whole numbers; --rule leaves that rule out of every run.\n' +
      `${known.map(rule => `  ${rule}\n`).join('')}`,
  )
  process.exit(values.help ? 0 : 2)
}
const left = (values.rule ?? null) as Rule | null
const say = (text: string): void => void process.stdout.write(`${text}\n`)
const line = ([what, count]: [string, number | string]): string => `  ${what.padEnd(50)} ${count}`
let isFine = true

async function runMode(mode: Mode): Promise<void> {
  const totals: Counts = {}
  const wrong: Counts = { lost: 0, doubled: 0, diverged: 0 }
  let failed = 0
  const startedMs = Date.now()
  for (let seed = first; seed < first + runs; seed++) {
    const { problems, counts } = await simulate(mode, seed, left)
    for (const [what, count] of Object.entries(counts)) totals[what] = (totals[what] ?? 0) + count
    if (problems.length === 0) continue
    failed++
    isFine = false
    for (const is of new Set(problems.map(problem => problem.is))) wrong[is] = (wrong[is] ?? 0) + 1
    if (failed > 10) continue
    say(`seed ${seed} (alone: npm run properties -- --mode ${mode} --runs 1 --seed ${seed})`)
    for (const { is, about } of problems) say(`  ${is}: ${about}`)
  }
  const seconds = ((Date.now() - startedMs) / 1_000).toFixed(1)
  say(`${mode}: ${runs} runs from seed ${first} in ${seconds} s, ${failed} went wrong`)
  for (const one of Object.entries(wrong)) say(line(one))
  say('injected and done:')
  for (const one of Object.entries(totals).toSorted()) say(line(one))
}

/** Every rule is needed: how many runs it takes to see that one is missing. */
async function runRules(mode: Mode): Promise<void> {
  say(`${mode}: runs until the lack of a rule shows`)
  for (const rule of known.filter(one => mode in rules[one])) {
    let seed = first
    let problems: Awaited<ReturnType<typeof simulate>>['problems'] = []
    for (; seed < first + runs && problems.length === 0; seed++) ({ problems } = await simulate(mode, seed, rule))
    isFine &&= problems.length > 0
    say(line([rule, problems.length > 0 ? `${seed - first} (${problems[0]?.is})` : 'NOT SEEN']))
  }
}

for (const mode of some) await runMode(mode)
if (left === null && runs > 1) for (const mode of some) await runRules(mode)
process.exitCode = isFine ? 0 : 1
