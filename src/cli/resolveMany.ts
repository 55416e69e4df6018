/** `ctsf conflicts resolve --where …`: one decision for many, shown before it is made. */
import type { DecidedAll } from '../engine/decideAll.ts'
import { type CallOptions, call } from './call.ts'
import { overview } from './conflictText.ts'
import { CommandError, document, say } from './out.ts'

type Options = CallOptions & {
  readonly where: readonly string[]
  readonly yes?: boolean
  readonly expected?: string
}

const names = ['kind', 'mapping', 'role', 'field', 'openedBefore', 'source']

function filterOf(where: readonly string[]): Readonly<Record<string, string>> {
  const filter: Record<string, string> = {}
  for (const one of where) {
    const at = one.indexOf('=')
    const name = one.slice(0, Math.max(at, 0))
    if (!names.includes(name) || filter[name] !== undefined)
      throw new CommandError(
        2,
        'bad-filter',
        `--where '${one}' says nothing, or says it twice.`,
        `Write it like --where kind=both-changed, each once: ${names.join(', ')}.`,
      )
    filter[name] = one.slice(at + 1)
  }
  return filter
}

type Previewed = Extract<DecidedAll, { is: 'previewed' }>
type Done = Extract<DecidedAll, { is: 'decided' }>

const counted = (of: Readonly<Record<string, number>>): string =>
  Object.entries(of)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ') || 'none'

function text({ meant, examples, misfits }: Previewed): string {
  return [
    `${meant.total} open conflicts are meant`,
    `kinds         ${counted(meant.kinds)}`,
    `fields        ${counted(meant.fields)}`,
    ...(examples.length > 0 ? ['', overview(examples)] : []),
    ...(misfits.length > 0
      ? ['', `Not answered by it, and left open: ${misfits.map(({ id, why }) => `${id} (${why})`).join('; ')}`]
      : []),
  ].join('\n')
}

/** A preview; with `--yes` the decision on exactly as many, in as many requests as they need. */
export async function resolveMany(options: Options, choice: object, by: object): Promise<number> {
  const filter = filterOf(options.where)
  if ('crm' in choice)
    throw new CommandError(2, 'bad-choice', 'Many cannot be linked to one record.', 'Decide them one by one.')
  if (options.expected !== undefined && !/^\d+$/.test(options.expected))
    throw new CommandError(2, 'bad-filter', `--expected ${options.expected} is no number.`, 'Take it from the preview.')
  const ask = (more: object): Promise<unknown> =>
    call('/conflicts/resolve', options, { method: 'POST', body: { filter, choice, ...by, ...more } })
  const preview = (await ask({ dryRun: true })) as Previewed
  if (!options.yes) {
    if (options.json) document(preview)
    else say(`${text(preview)}\n\nNothing is decided yet: add --yes --expected ${preview.meant.total}`)
    return 0
  }
  let expected = Number(options.expected ?? preview.meant.total)
  const total = { decided: 0, skipped: 0, left: 0 }
  do {
    const done = (await ask({ dryRun: false, expected })) as Done
    Object.assign(total, { decided: total.decided + done.decided, skipped: done.skipped, left: done.left })
    expected = done.skipped + done.left
    if (done.decided === 0) break
  } while (total.left > 0)
  if (options.json) document(total)
  else say(`Decided ${total.decided}; the next passes carry them out. Left open: ${total.skipped + total.left}.`)
  return 0
}
