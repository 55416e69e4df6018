/** `npm run contention -- --operations N --workers W --seed S`: the crowd at length, with counts of what was done. */
import { parseArgs } from 'node:util'
import { databases, postgresMissing } from '../contract/databases.ts'
import { crowd } from './crowd.ts'

const { values } = parseArgs({
  options: {
    operations: { type: 'string', default: '1000000' },
    workers: { type: 'string', default: '4' },
    seed: { type: 'string', default: '1' },
  },
})
const [operations, workers, seed] = [values.operations, values.workers, values.seed].map(Number)
if (![operations, workers, seed].every(Number.isInteger) || !operations || !workers || seed === undefined) {
  process.stderr.write('contention needs whole numbers: --operations 1000000 --workers 4 --seed 1\n')
  process.exit(2)
}
const at = await databases.find(({ name }) => name === 'PostgreSQL')?.open()
if (at === undefined || at.url === null) {
  process.stderr.write(`${postgresMissing}\n`)
  process.exit(2)
}
const startedMs = performance.now()
const say = (line: string): void => void process.stderr.write(`${line}\n`)
const seen = await crowd({ databaseUrl: at.url, workers, operations, seed, say }).finally(() => at.close())
const line = (what: string, count: number): string => `  ${what.padEnd(30)} ${count}\n`
const { left, violations } = seen
const minutes = ((performance.now() - startedMs) / 60_000).toFixed(1)
process.stdout.write(`${seen.operations} operations by ${workers} processes in ${minutes} min, seed ${seed}\n`)
for (const [what, count] of Object.entries(seen.counts).toSorted()) process.stdout.write(line(what, count))
process.stdout.write(line('kill -9', seen.kills) + line('deadlocks, retried', seen.deadlocks))
process.stdout.write('left\n')
for (const [what, count] of Object.entries(left)) process.stdout.write(line(what, count))
process.stdout.write(line('violations', violations.length))
for (const one of violations.slice(0, 20)) process.stdout.write(`  ${one}\n`)
process.exitCode = violations.length + Object.values(left).reduce((sum, n) => sum + n, 0) > 0 ? 1 : 0
