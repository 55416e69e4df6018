/**
 * `npm run fuzz -w emulators/salesforce -- --cases 10000 --seed 1`: that many cases of each kind against one emulator,
 * with what the replies were. `--kind` takes one of bodies, soql, csv and grpc alone.
 */

import { parseArgs } from 'node:util'
import { wire } from '../org.ts'
import { FUZZED, fuzz, KINDS } from './run.ts'

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    kind: { type: 'string' },
  },
})
const [cases, seed] = [Number(values.cases), Number(values.seed)]
const kinds = KINDS.filter(kind => values.kind === undefined || values.kind === kind)
if (!Number.isInteger(cases) || cases < 1 || !Number.isInteger(seed) || kinds.length === 0) {
  process.stderr.write(`fuzz [--cases 10000] [--seed 1] [--kind ${KINDS.join('|')}]\n`)
  process.exit(2)
}
process.on('unhandledRejection', error => {
  process.stderr.write(`an unhandled rejection: ${error instanceof Error ? error.stack : error}\n`)
  process.exit(1)
})

for (const kind of kinds) {
  await using org = await wire({ org: { ...FUZZED, apiLimit: 1_000_000_000 }, grpcPort: 0 })
  const begun = performance.now()
  try {
    const { cases: done, replies, stored } = await fuzz(org).run(kind, cases, seed)
    const counts = Object.entries(replies).map(([status, count]) => `${count} of ${status}`)
    const seconds = ((performance.now() - begun) / 1000).toFixed(1)
    process.stdout.write(
      `${kind}: ${done} cases in ${seconds} s, replies: ${counts.join(', ')}${stored > 0 ? `; ${stored} rows stored` : ''}\n`,
    )
  } catch (error) {
    process.stdout.write(`${kind}: ${error instanceof Error ? error.message : error}\n`)
    process.exitCode = 1
  }
}
