/** Free ports and child processes for tests that run the product as a user would. */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))
/** What one process compiled the next ones need not: of the worlds of a suite all but the first start sooner. */
const compiled = fileURLToPath(new URL('../node_modules/.cache/ctsf', import.meta.url))

/** Below the ports from which a system takes those of outgoing connections (Linux: from 32,768; others: from 49,152). */
const ours = { from: 10_240, to: 32_768 }

/**
 * A port that is free, on the loopback interface, and stays so while nobody listens: drawn from where the system gives none
 * away, since what runs beside opens hundreds of connections while a service that was killed is down.
 */
export async function freePort(): Promise<number> {
  const port = randomInt(ours.from, ours.to)
  const server = createServer().listen(port, '127.0.0.1')
  const isFree = await once(server, 'listening').then(
    () => true,
    () => false,
  )
  if (!isFree) return freePort()
  server.close()
  await once(server, 'close')
  return port
}

/** A program of ours, running. `ready` is the JSON line it printed when it was up. */
export type Running = {
  readonly child: ChildProcess
  readonly ready: { readonly urls: Readonly<Record<string, string>> }
  readonly log: () => string
  /** Ends it at once, as a power switch would. */
  kill(): Promise<void>
  /** Ends it as ctrl-C would; resolves with the exit code. */
  stop(): Promise<number | null>
}

/** Starts `node <args>` and waits for its `{"ready":true,…}` line. Rejects with its output when it ends before. */
export async function run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Running> {
  const child = spawn(process.execPath, [...args], {
    cwd: root,
    env: { NODE_COMPILE_CACHE: compiled, ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let log = ''
  child.stderr?.on('data', chunk => {
    log = (log + String(chunk)).slice(-20_000)
  })
  const gone = once(child, 'exit')
  const ready = await new Promise<Running['ready']>((resolve, reject) => {
    if (child.stdout === null) return reject(new Error('no stdout'))
    createInterface({ input: child.stdout }).on('line', line => {
      if (line.startsWith('{"ready":true')) resolve(JSON.parse(line))
    })
    gone.then(([code]) => reject(new Error(`node ${args.join(' ')} ended with ${code} before it was ready:\n${log}`)))
  })
  return {
    child,
    ready,
    log: () => log,
    async kill() {
      child.kill('SIGKILL')
      await gone
    },
    async stop() {
      child.kill('SIGINT')
      const [code] = await gone
      return code
    },
  }
}

/** Asks until the answer is as wanted; the last answer is in the error when it never is. */
export async function until<T>(ask: () => Promise<T>, wanted: (answer: T) => boolean, forMs = 60_000): Promise<T> {
  const endMs = performance.now() + forMs
  for (;;) {
    const answer = await ask()
    if (wanted(answer)) return answer
    if (performance.now() > endMs)
      throw new Error(`not as wanted after ${forMs} ms: ${JSON.stringify(answer).slice(0, 2_000)}`)
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}
