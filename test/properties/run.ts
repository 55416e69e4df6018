/** `npm run properties -- --runs N --seed S`: the interleavings at length, with counts of what was done to them. */
import { parseArgs } from 'node:util'
import { simulate } from './sim/simulation.ts'
import type { Counts } from './sim/trouble.ts'

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '20000' }, seed: { type: 'string', default: '1' } },
})
const runs = Number(values.runs)
const first = Number(values.seed)
if (!Number.isInteger(runs) || runs < 1 || !Number.isInteger(first)) {
  process.stderr.write('properties needs whole numbers: --runs 20000 --seed 1\n')
  process.exit(2)
}

const totals: Counts = {}
const wrong: Counts = { lost: 0, doubled: 0, diverged: 0 }
const failed: number[] = []
for (let seed = first; seed < first + runs; seed++) {
  const { problems, counts } = await simulate(seed)
  for (const [what, count] of Object.entries(counts)) totals[what] = (totals[what] ?? 0) + count
  if (problems.length === 0) continue
  failed.push(seed)
  for (const is of new Set(problems.map(problem => problem.is))) wrong[is] = (wrong[is] ?? 0) + 1
  if (failed.length <= 10) {
    const told = problems.map(({ is, about }) => `  ${is}: ${about}`).join('\n')
    process.stdout.write(`seed ${seed} (alone: npm run properties -- --runs 1 --seed ${seed})\n${told}\n`)
  }
}
const line = ([what, count]: [string, number]): string => `  ${what.padEnd(34)} ${count}\n`
process.stdout.write(`${runs} runs from seed ${first}, ${failed.length} went wrong\n`)
process.stdout.write(Object.entries(wrong).map(line).join(''))
process.stdout.write(`injected and done:\n${Object.entries(totals).toSorted().map(line).join('')}`)
process.exitCode = failed.length > 0 ? 1 : 0
