/** What all commands share: `--json`, `--url`, and how an outcome becomes an exit code. */
import type { Command } from 'commander'
import { complain } from './out.ts'

/** Adds a command whose action gives its exit code; what it throws becomes one block and 1 or 2. */
export function act<Options extends { json?: boolean }>(
  command: Command,
  action: (args: readonly string[], options: Options) => Promise<number>,
): Command {
  return command.option('--json', 'print one JSON document on stdout').action(async function run(
    this: Command,
    ...given: unknown[]
  ) {
    const options = this.opts<Options>()
    const args = given
      .slice(0, this.registeredArguments.length)
      .map(value => (value === undefined ? '' : String(value)))
    process.exitCode = await action(args, options).catch((error: unknown) =>
      complain(error, { json: options.json === true }),
    )
  })
}

/** For commands that ask a running service. */
export const remote = (command: Command): Command =>
  command.option('--url <url>', 'the running service (default: CTSF_URL, else http://127.0.0.1:8080)')

/** Resolves with the signal that asks this process to end. */
export const endAsked = (): Promise<NodeJS.Signals> =>
  new Promise(resolve => {
    // Kept: a second ctrl-C must not cut the orderly end short, which has a time limit of its own.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, resolve)
  })
