/** `ctsf demo`: all of it on this machine, with no account anywhere; alive until it is stopped, or once and compared. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { environment } from '../../config.ts'
import { aborted } from '../../lib/aborted.ts'
import { act, endAsked } from '../command.ts'
import { CommandError, document, note, say } from '../out.ts'
import { once } from './once.ts'
import { arrive, customersOf, open, quiet } from './play.ts'
import { type Stage, stage } from './stage.ts'

type Options = {
  readonly json?: boolean
  readonly once?: boolean
  readonly customers: string
  readonly seed: string
  readonly port?: string
  readonly salesforcePort?: string
  readonly commercetoolsPort?: string
  readonly org?: string
}

function wholeNumber(name: string, given: string): number {
  const number = Number(given)
  if (Number.isSafeInteger(number) && number >= 0 && given.trim() !== '') return number
  throw new CommandError(
    2,
    'bad-option',
    `--${name} ${given} is no whole number.`,
    `Give --${name} a number of 0 or more.`,
  )
}

async function hint({ url, crm, commerce, config }: Stage): Promise<string> {
  const at = config.port === 8080 ? '' : ` --url ${url}`
  const [first] = (await customersOf({ commerce })).results
  const id = first?.id ?? '<customer id>'
  return `
  ${url}   the service: what waits, what went, what failed and why
  ${crm.url}   Salesforce, as the emulator plays it
  ${commerce.url}   commercetools, as the emulator plays it

Try, in another terminal:
  npx ctsf status${at}
  npx ctsf plan customer ${id}${at}
  npx ctsf trace customer/${id}${at}
People keep signing up, buying and changing things. Stop with ctrl-C; the next start continues (all of it is in ${config.dataDir}).`
}

/** Runs until asked to end, or until something it needs ends by itself. */
async function last(up: Stage, options: { customers: number; seed: number; json: boolean; signal: AbortSignal }) {
  const { service, url, crm, commerce } = up
  if (options.json) document({ ready: true, urls: { service: url, salesforce: crm.url, commercetools: commerce.url } })
  else say(`The service listens at ${url}; customers arrive.`)
  await arrive(up, options)
  const pending = await quiet(up, { signal: options.signal, endless: true })
  if (pending > 0) note(`${pending} changes are not carried over: see ${url}`)
  await open(up, options)
  const { links } = await service.status()
  if (!options.json) say(`${links} pairs of records are in step.\n${await hint(up)}`)
  await aborted(options.signal)
}

async function run(options: Options, dataDir: string): Promise<number> {
  const numbers = { customers: wholeNumber('customers', options.customers), seed: wholeNumber('seed', options.seed) }
  const stop = new AbortController()
  let asked: NodeJS.Signals | null = null
  void endAsked().then(signal => {
    asked = signal
    stop.abort(new Error('asked to end'))
  })
  const { signal } = stop
  try {
    await using up = await stage({
      dataDir,
      port: options.port ?? (options.once ? '0' : null),
      salesforcePort: options.salesforcePort ?? (options.once ? '0' : '4010'),
      commercetoolsPort: options.commercetoolsPort ?? (options.once ? '0' : '4020'),
      org: options.org === undefined ? null : resolve(options.org),
      alone: options.once === true,
      signal,
    })
    for (const each of [up.crm, up.commerce])
      void each.ended.then(() =>
        stop.abort(new CommandError(1, 'emulator', `The ${each.name} emulator ended by itself.`, '')),
      )
    const given = { ...numbers, json: options.json === true, signal }
    if (options.once) return await once(up, given)
    await last(up, given)
    if (signal.reason instanceof CommandError) throw signal.reason
    return 0
  } catch (error) {
    // What broke because we were asked to end is no failure.
    if (asked === null || error instanceof CommandError) throw signal.reason ?? error
    return options.once ? 130 : 0
  } finally {
    if (asked !== null) note(`${asked}: stopped`)
  }
}

export function demo(program: Command): void {
  act<Options>(
    program
      .command('demo')
      .description('both emulators and the service on this machine, seeded and alive; needs no account anywhere')
      .option('--once', 'sync a load of customers until quiet, compare both sides, print a summary, end')
      .option('--customers <n>', 'how many customers arrive', '1000')
      .option('--seed <n>', 'which customers: the same seed makes the same people', '1')
      .option('--port <port>', "the service's port; 0 takes any free one (default: PORT, else 8080; with --once any)")
      .option('--salesforce-port <port>', "the Salesforce emulator's port (default: 4010; with --once any free one)")
      .option('--commercetools-port <port>', "the commercetools emulator's port (default: 4020; with --once any)")
      .option('--org <file>', 'what the Salesforce org is: edition, API limit, person accounts, rules'),
    async (_args, options) => {
      const named = environment().DATA_DIR
      if (named || !options.once) return run(options, resolve(named || 'data'))
      const scratch = mkdtempSync(join(tmpdir(), 'ctsf-demo-'))
      try {
        return await run(options, scratch)
      } finally {
        rmSync(scratch, { recursive: true, force: true })
      }
    },
  )
}
