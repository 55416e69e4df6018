/** `npm run check`: every gate at once, one line a gate; what a gate said is printed only when it did not pass. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const bin = (name: string): string => join(root, 'node_modules/.bin', name)

type Answer = { readonly code: number; readonly text: string }
type Gate = { readonly name: string; readonly run: () => Promise<string | null> }

function run(command: string, args: readonly string[]): Promise<Answer> {
  return new Promise(resolve => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
    let text = ''
    child.stdout.on('data', (chunk: Buffer) => (text += chunk))
    child.stderr.on('data', (chunk: Buffer) => (text += chunk))
    child.on('error', error => resolve({ code: 127, text: error.message }))
    child.on('close', code => resolve({ code: code ?? 1, text }))
  })
}

/** Null when the command passed, else what it said. */
async function passes(command: string, args: readonly string[]): Promise<string | null> {
  const { code, text } = await run(command, args)
  return code === 0 ? null : text
}

/** dependency-cruiser exits 0 when it could read nothing: a gate that stands open. So the modules are counted. */
async function imports(): Promise<string | null> {
  const { code, text } = await run(process.execPath, [
    bin('depcruise'),
    '--config',
    '.dependency-cruiser.cjs',
    '--output-type',
    'err',
    'src',
    'emulators',
  ])
  if (code !== 0) return text
  const read = Number(/(\d+) modules/.exec(text)?.[1] ?? 0)
  return read > 0 ? null : `dependency-cruiser read no module: does it understand this version of TypeScript?\n${text}`
}

const gates: readonly Gate[] = [
  { name: 'types', run: () => passes(process.execPath, [bin('tsc'), '-p', '.']) },
  { name: 'style', run: () => passes(process.execPath, [bin('biome'), 'ci', '--colors=off', '.']) },
  { name: 'imports', run: imports },
  { name: 'unused', run: () => passes(process.execPath, [bin('knip'), '--no-progress']) },
  { name: 'reference', run: () => passes(process.execPath, ['scripts/reference.ts', '--check']) },
]

const wanted = process.argv.slice(2)
const chosen = wanted.length > 0 ? gates.filter(gate => wanted.includes(gate.name)) : gates
if (chosen.length === 0) {
  process.stderr.write(`No such gate. There are: ${gates.map(gate => gate.name).join(', ')}\n`)
  process.exit(2)
}
const results = await Promise.all(
  chosen.map(async gate => {
    const startedMs = performance.now()
    const said = await gate.run()
    process.stdout.write(
      `${said === null ? 'passed' : 'FAILED'}  ${gate.name.padEnd(10)} ${((performance.now() - startedMs) / 1000).toFixed(1)} s\n`,
    )
    return { name: gate.name, said }
  }),
)
for (const { name, said } of results) if (said !== null) process.stdout.write(`\n── ${name} ──\n${said.trimEnd()}\n`)
process.exitCode = results.some(({ said }) => said !== null) ? 1 : 0
