/** `npm run faults -- --seed S`: every fault of both emulators on every operation, three times each; then all together. */
import { parseArgs } from 'node:util'
import { type Customer, world } from '../world.ts'
import { cases, compared, disturb, suffer, together } from './matrix.ts'

const { values } = parseArgs({
  options: { seed: { type: 'string', default: '1' }, rounds: { type: 'string', default: '40' } },
})
const seed = Number(values.seed)
const rounds = Number(values.rounds)
if (!Number.isInteger(seed) || !Number.isInteger(rounds)) {
  process.stderr.write('faults needs whole numbers: --seed 1 --rounds 40\n')
  process.exit(2)
}

await using now = await world()
await disturb(now, seed)
const totals = { cases: 0, requests: 0, lost: 0, doubled: 0, listed: 0 }
let known: Customer | null = null
let wrong = 0

async function put(name: string, to: Parameters<typeof suffer>[1]): Promise<void> {
  const startedMs = performance.now()
  const { calls, customer } = await suffer(now, to, known, 300_000)
  const { lost, duplicates, listed } = await compared(now)
  known = customer
  totals.cases++
  totals.requests += calls
  totals.lost += lost
  totals.doubled += duplicates
  totals.listed += listed
  const isRight = lost + duplicates + listed === 0
  if (!isRight) wrong++
  const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1)
  process.stdout.write(`${isRight ? 'right' : 'WRONG'}  ${name.padEnd(40)} ${calls} requests, ${seconds} s\n`)
}

for (const one of cases(3)) await put(one.name, one)
for (let round = 0; round < rounds; round++)
  await put(`all together, seed ${seed + round}`, together(0.05, seed + round))
process.stdout.write(`${JSON.stringify({ seed, ...totals, wrong })}\n`)
process.exitCode = wrong > 0 ? 1 : 0
