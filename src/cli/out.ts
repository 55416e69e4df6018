/** How commands speak: one JSON document or readable text on stdout, everything else on stderr, errors as one block. */
import { ConfigError, environment } from '../config.ts'
import { StoreDown, WrongDatabase } from '../model/ports.ts'

/** What a command cannot do, for a person. `exit` 1: it failed; 2: it was asked wrongly or set up wrongly. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
  readonly exit: number
  readonly code: string
  readonly fix: string
  constructor(exit: number, code: string, message: string, fix: string, options?: ErrorOptions) {
    super(message, options)
    this.exit = exit
    this.code = code
    this.fix = fix
  }
}

/** The one document of a command that was given `--json`. */
export const document = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`)
export const say = (text: string): void => void process.stdout.write(`${text}\n`)
export const note = (text: string): void => void process.stderr.write(`${text}\n`)

/** Columns as wide as their widest cell. */
export function columns(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = heads.map((head, at) => Math.max(head.length, ...rows.map(row => row[at]?.length ?? 0)))
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, at) => (at === cells.length - 1 ? cell : cell.padEnd(widths[at] ?? 0)))
      .join('  ')
      .trimEnd()
  return [line(heads.map(head => head.toUpperCase())), ...rows.map(line)].join('\n')
}

type Told = { readonly exit: number; readonly code: string; readonly message: string; readonly fix: string }

function told(error: unknown): Told {
  if (error instanceof CommandError)
    return { exit: error.exit, code: error.code, message: error.message, fix: error.fix }
  if (error instanceof StoreDown)
    return { exit: 1, code: 'store-down', message: error.message, fix: 'Check DATABASE_URL, and that the server runs.' }
  if (error instanceof WrongDatabase) return { exit: 2, code: 'wrong-database', message: error.message, fix: '' }
  const message = error instanceof Error ? error.message : String(error)
  return { exit: 1, code: 'failed', message, fix: 'LOG_LEVEL=debug shows where.' }
}

/** Prints what went wrong, without a stack unless LOG_LEVEL=debug, and gives the exit code. */
export function complain(error: unknown, options: { readonly json: boolean }): number {
  const debug = environment().LOG_LEVEL === 'debug'
  if (debug && error instanceof Error) note(error.stack ?? error.message)
  if (error instanceof ConfigError) {
    if (options.json) document({ ok: false, problems: error.problems })
    note(error.message)
    return 2
  }
  const { exit, code, message, fix } = told(error)
  if (options.json) document({ ok: false, error: { code, message, fix } })
  note(fix === '' ? message : `${message}\n  ${fix}`)
  return exit
}
