/** `ctsf conflicts`: what is unclear about a record, and a person's decision, made or taken back. */
import { userInfo } from 'node:os'
import type { Command } from 'commander'
import type { Listed } from '../model/ports.ts'
import { type CallOptions, call } from './call.ts'
import { act, remote } from './command.ts'
import { detail, overview, type Shown } from './conflictText.ts'
import { CommandError, document, say } from './out.ts'
import { resolveMany } from './resolveMany.ts'

type List = CallOptions & { readonly state: string; readonly cursor?: string }
type Show = CallOptions & { readonly preview?: boolean }
export type Resolve = CallOptions & {
  readonly link?: string
  readonly share?: boolean
  readonly create?: boolean
  readonly ignore?: boolean
  readonly take?: string
  readonly waitForMerge?: boolean
  readonly do?: string
  readonly by?: string
  readonly where?: readonly string[]
  readonly yes?: boolean
  readonly expected?: string
}

/** Who sits at this terminal: a decision carries a name. Where a token names the caller, the service takes that one. */
function whoever(by: string | undefined): { readonly by?: string } {
  if (by !== undefined) return { by }
  try {
    return { by: userInfo().username }
  } catch {
    // A container without an entry for this user.
    return {}
  }
}

/** Choices that need no more than their name, as the API names them. */
const plain = ['share', 'create', 'ignore', 'wait']

function named(choice: string): object {
  if (plain.includes(choice)) return { do: choice }
  const fix = `Use one of ${plain.join(', ')}; a record is named by --link, a side by --take.`
  throw new CommandError(2, 'bad-choice', `--do ${choice} is no choice by itself.`, fix)
}

function choiceOf({ link, share, create, ignore, take, waitForMerge, ...rest }: Resolve): object {
  const chosen = [
    ...(rest.do === undefined ? [] : [named(rest.do)]),
    ...(link === undefined ? [] : [linked(link)]),
    ...(share ? [{ do: 'share' }] : []),
    ...(create ? [{ do: 'create' }] : []),
    ...(ignore ? [{ do: 'ignore' }] : []),
    ...(take === undefined ? [] : [{ do: 'take', side: take }]),
    ...(waitForMerge ? [{ do: 'wait' }] : []),
  ]
  const [choice, another] = chosen
  if (choice === undefined || another !== undefined)
    throw new CommandError(
      2,
      'bad-choice',
      'Choose one way.',
      'Give one of --link, --share, --create, --ignore, --take, --wait-for-merge.',
    )
  return choice
}

function linked(text_: string): object {
  const [type = '', id = ''] = text_.split('/')
  if (type === '' || id === '')
    throw new CommandError(2, 'bad-choice', `'${text_}' names no record.`, 'Write it like Contact/003000000000001AAA.')
  return { do: 'link', crm: { type, id } }
}

export function conflicts(program: Command): void {
  const group = program.command('conflicts').description('review what is unclear: list, show, resolve, undo')
  act<List>(
    remote(
      group
        .command('list')
        .description('conflicts, newest first')
        .option('--state <state>', 'open, decided, awaits-merge, ignored, closed or all', 'open')
        .option('--cursor <cursor>', 'where the page before ended'),
    ),
    async (_args, options) => {
      const query = new URLSearchParams({ state: options.state, cursor: options.cursor ?? '' })
      const page = (await call(`/conflicts?${query}`, options)) as Listed<Shown>
      if (options.json) document(page)
      else if (page.items.length === 0) say('None.')
      else say(overview(page.items))
      if (!options.json && page.next !== null) say(`\nMore: ctsf conflicts list --cursor ${page.next}`)
      return 0
    },
  )
  act<Show>(
    remote(
      group
        .command('show')
        .argument('<id>')
        .description('one conflict: both sides field by field, and what was decided')
        .option('--preview', 'what each decision would write now; reads both systems'),
    ),
    async ([id = ''], options) => {
      const query = options.preview ? '?preview=true' : ''
      const found = (await call(`/conflicts/${encodeURIComponent(id)}${query}`, options)) as Shown
      if (options.json) document(found)
      else say(detail(found))
      return 0
    },
  )
  act<Resolve>(
    remote(
      group
        .command('resolve')
        .argument('[id]')
        .description('decide a conflict, or with --where all that are meant; the next pass carries it out')
        .option('--link <record>', 'it is this record: Contact/003…')
        .option('--share', "it is another one's already, and this one's as well: many customers, one person")
        .option('--create', 'it is a new one')
        .option('--ignore', 'leave it alone for good')
        .option('--take <side>', 'in the disputed fields this side is right: commerce or crm')
        .option('--wait-for-merge', 'the candidates are one and will be merged in Salesforce: ask no more until then')
        .option('--do <choice>', `the same by the name that the API has for it: ${plain.join(', ')}`)
        .option(
          '--where <name=value>',
          'many at once, all must hold: kind, mapping, role, field, openedBefore, source',
          (one: string, before: readonly string[] = []) => [...before, one],
        )
        .option('--yes', 'with --where: decide, after the preview')
        .option('--expected <n>', 'with --yes: only if it is still so many')
        .option('--by <name>', 'who decided, where no API token says it (default: the user of this terminal)'),
    ),
    async ([id = ''], options) => {
      const choice = choiceOf(options)
      const by = whoever(options.by)
      const { where = [] } = options
      if ((id === '') === (where.length === 0))
        throw new CommandError(2, 'bad-choice', 'Say which conflict, or which ones.', 'Give an id, or --where.')
      if (id === '') return resolveMany({ ...options, where }, choice, by)
      const body = { ...choice, ...by }
      const decided = await call(`/conflicts/${encodeURIComponent(id)}/decision`, options, { method: 'POST', body })
      if (options.json) document(decided)
      else say(`Decided; the next pass carries it out. To take it back: ctsf conflicts undo ${id}`)
      return 0
    },
  )
  act<CallOptions & { readonly by?: string }>(
    remote(
      group
        .command('undo')
        .argument('<id>')
        .description('take a decision back, while nothing was written after it')
        .option('--by <name>', 'who takes it back, where no API token says it (default: the user of this terminal)'),
    ),
    async ([id = ''], options) => {
      const body = whoever(options.by)
      const found = await call(`/conflicts/${encodeURIComponent(id)}/undo`, options, { method: 'POST', body })
      if (options.json) document(found)
      else say('Taken back: the conflict is open again.')
      return 0
    },
  )
}
