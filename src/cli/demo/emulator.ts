/** The emulators as child processes: started, waited for, spoken to, and ended; they end by themselves when we die. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { environment } from '../../config.ts'
import { CommandError } from '../out.ts'

export type EmulatorName = 'salesforce' | 'commercetools'

export type Emulator = AsyncDisposable & {
  readonly name: EmulatorName
  readonly url: string
  /** Settles when the process has ended, whoever ended it. */
  readonly ended: Promise<void>
  ask(path: string, body?: unknown): Promise<unknown>
  /** `DELETE`: ends what the path names. */
  end(path: string): Promise<unknown>
}

const ready = z.object({ ready: z.literal(true), urls: z.record(z.string(), z.string()) })
const endWithinMs = 5_000
const askWithinMs = 30_000

export const programOf = (name: EmulatorName): string =>
  fileURLToPath(new URL(`../../../emulators/${name}/src/main.ts`, import.meta.url))

/** Resolves when it listens. Rejects with exit 2 and the emulator's own words when it cannot. */
export async function emulator(name: EmulatorName, args: readonly string[]): Promise<Emulator> {
  const child = spawn(process.execPath, [programOf(name), ...args, '--json', '--exit-with-parent'], {
    // Its stdin is our lifeline to it. A group of its own: ctrl-C reaches it through us, after the service has stopped.
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
    env: environment(),
  })
  const ended = once(child, 'exit').then(() => undefined)
  const said: string[] = []
  child.stderr.on('data', (chunk: Buffer) => {
    said.push(String(chunk))
    if (said.length > 20) said.shift()
  })
  const url = await Promise.race([firstLine(child, name), ended.then(() => null)])
  if (url === null)
    throw new CommandError(
      2,
      'emulator-not-started',
      `The ${name} emulator did not start: ${said.join('').trim() || 'it said nothing'}`,
      `Another port: ctsf demo --${name}-port 0.`,
    )
  return {
    name,
    url,
    ended,
    ask: (path, body) => ask(`${url}/__emulator${path}`, name, body === undefined ? {} : posted(body)),
    end: path => ask(`${url}/__emulator${path}`, name, { method: 'DELETE' }),
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM')
      const timer = setTimeout(() => child.kill('SIGKILL'), endWithinMs)
      await ended
      clearTimeout(timer)
    },
  }
}

async function firstLine(child: ChildProcess, name: EmulatorName): Promise<string | null> {
  if (!child.stdout) return null
  for await (const line of createInterface({ input: child.stdout })) {
    child.stdout.resume()
    return ready.parse(JSON.parse(line)).urls[name] ?? null
  }
  return null
}

const posted = (body: unknown): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})

async function ask(url: string, name: EmulatorName, request: RequestInit): Promise<unknown> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(askWithinMs), ...request })
  if (!answer.ok)
    throw new CommandError(
      1,
      'emulator',
      `The ${name} emulator answers ${answer.status} to ${new URL(url).pathname}.`,
      '',
    )
  return answer.json()
}

const requests = z.object({ totals: z.object({ cost: z.number() }) })

/** API calls counted as Salesforce counts them, since the emulator's process started. */
export const callsOf = async ({ crm }: { readonly crm: Emulator }): Promise<number> =>
  requests.parse(await crm.ask('/requests?since=9007199254740991')).totals.cost
