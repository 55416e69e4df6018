/** `npm run faults -- --seed S`: every fault of both emulators on every operation, three times each; then all together. `--only` names some. */
import { parseArgs } from 'node:util'
import { world } from '../world.ts'
import { type Case, cases, compared, config, disturb, suffer, together } from './matrix.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '40' },
    only: { type: 'string', default: '' },
  },
})
const seed = Number(values.seed)
const rounds = Number(values.rounds)
if (!Number.isInteger(seed) || !Number.isInteger(rounds)) {
  process.stderr.write('faults needs whole numbers: --seed 1 --rounds 40\n')
  process.exit(2)
}
if (!cases(3).some(({ name }) => name.includes(values.only))) {
  process.stderr.write(
    "faults knows no such case: --only takes a part of a name, such as 'commerce update' or throttle\n",
  )
  process.exit(2)
}

await using now = await world({ config })
const known = await now.shopper.signsUp({ email: 'known@example.com', password: 'p', lastName: 'Known' })
await now.quiet()
await disturb(now, seed)
const injected = new Map<string, number>()
let requests = 0
let wrong = 0
const ended = { lost: 0, doubled: 0, diverged: 0, listed: 0, 'never struck': 0 }

async function put(one: Case): Promise<void> {
  const startedMs = performance.now()
  const { calls, struck } = await suffer(now, one, known, 300_000)
  const { lost, duplicates, listed, differences } = await compared(now, known, 120_000)
  const missed = one.isDrawn ? 0 : struck.filter(({ hits }) => hits === 0).length
  for (const { name, hits } of struck) injected.set(name, (injected.get(name) ?? 0) + hits)
  requests += calls
  ended.lost += lost
  ended.doubled += duplicates
  ended.diverged += differences.length
  ended.listed += listed
  ended['never struck'] += missed
  const isRight = lost + duplicates + listed + differences.length + missed === 0
  if (!isRight) wrong++
  const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1)
  process.stdout.write(`${isRight ? 'right' : 'WRONG'}  ${one.name.padEnd(44)} ${calls} requests, ${seconds} s\n`)
}

const single = cases(3).filter(({ name }) => name.includes(values.only))
for (const one of single) await put(one)
for (let round = 0; round < rounds; round++) await put(together(0.05, seed + round))

type Deliveries = { readonly sent: number; readonly doubled: number; readonly lost: number }
const deliveries = (await (await fetch(`${now.urls.commerce}/__emulator/deliveries`)).json()) as Deliveries
process.stdout.write('\ninjected\n')
for (const [name, hits] of [...injected].toSorted(([a], [b]) => (a < b ? -1 : 1)))
  process.stdout.write(`${String(hits).padStart(6)}  ${name}\n`)
process.stdout.write(
  `${String(deliveries.lost).padStart(6)}  deliveries lost, ${deliveries.doubled} doubled, of ${deliveries.sent} sent\n\n`,
)
process.stdout.write(`${JSON.stringify({ seed, cases: single.length + rounds, requests, ...ended, wrong })}\n`)
process.exitCode = wrong > 0 ? 1 : 0
