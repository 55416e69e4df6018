/** `ctsf conflicts`: what is unclear about a record, and a person's decision. */
import type { Command } from 'commander'
import type { Conflict } from '../model/plan.ts'
import type { Listed } from '../model/ports.ts'
import { type CallOptions, call } from './call.ts'
import { act, remote } from './command.ts'
import { CommandError, columns, document, say } from './out.ts'

type List = CallOptions & { readonly state: string; readonly cursor?: string }
type Resolve = CallOptions & {
  readonly link?: string
  readonly create?: boolean
  readonly ignore?: boolean
  readonly take?: string
  readonly by?: string
}

const row = ({ id, openedAt, state, source, kind, why }: Conflict): readonly string[] => [
  id,
  openedAt.slice(0, 19),
  state,
  `${source.type} ${source.id}`,
  kind,
  why,
]

const text = (conflict: Conflict): string =>
  [
    `${conflict.kind}: ${conflict.why}`,
    `record        ${conflict.source.type} ${conflict.source.id} (${conflict.mapping}, ${conflict.role})`,
    `since         ${conflict.openedAt}, ${conflict.state}`,
    `correlation   ${conflict.correlationId}`,
    ...conflict.candidates.map(ref => `candidate     ${ref.type}/${ref.id}`),
    ...(conflict.fields.length > 0
      ? [
          '',
          columns(
            ['field', 'commercetools', 'Salesforce'],
            conflict.fields.map(({ field, commerce, crm }) => [field, JSON.stringify(commerce), JSON.stringify(crm)]),
          ),
        ]
      : []),
    ...(conflict.state === 'open'
      ? [
          '',
          `Decide: ctsf conflicts resolve ${conflict.id} --link Object/Id | --create | --ignore | --take commerce|crm`,
        ]
      : []),
  ].join('\n')

function choiceOf({ link, create, ignore, take, by }: Resolve): object {
  const chosen = [
    ...(link === undefined ? [] : [linked(link)]),
    ...(create ? [{ do: 'create' }] : []),
    ...(ignore ? [{ do: 'ignore' }] : []),
    ...(take === undefined ? [] : [{ do: 'take', side: take }]),
  ]
  const [choice, another] = chosen
  if (choice === undefined || another !== undefined)
    throw new CommandError(2, 'bad-choice', 'Choose one way.', 'Give one of --link, --create, --ignore, --take.')
  return { ...choice, ...(by === undefined ? {} : { by }) }
}

function linked(text_: string): object {
  const [type = '', id = ''] = text_.split('/')
  if (type === '' || id === '')
    throw new CommandError(2, 'bad-choice', `'${text_}' names no record.`, 'Write it like Contact/003000000000001AAA.')
  return { do: 'link', crm: { type, id } }
}

export function conflicts(program: Command): void {
  const group = program.command('conflicts').description('review what is unclear: list, show, resolve')
  act<List>(
    remote(
      group
        .command('list')
        .description('conflicts, newest first')
        .option('--state <state>', 'open, decided, closed or all', 'open')
        .option('--cursor <cursor>', 'where the page before ended'),
    ),
    async (_args, options) => {
      const query = new URLSearchParams({ state: options.state, cursor: options.cursor ?? '' })
      const page = (await call(`/conflicts?${query}`, options)) as Listed<Conflict>
      if (options.json) document(page)
      else if (page.items.length === 0) say('None.')
      else say(columns(['id', 'since', 'state', 'record', 'kind', 'why'], page.items.map(row)))
      if (!options.json && page.next !== null) say(`\nMore: ctsf conflicts list --cursor ${page.next}`)
      return 0
    },
  )
  act<CallOptions>(
    remote(group.command('show').argument('<id>').description('one conflict, both sides field by field')),
    async ([id = ''], options) => {
      const found = (await call(`/conflicts/${encodeURIComponent(id)}`, options)) as Conflict
      if (options.json) document(found)
      else say(text(found))
      return 0
    },
  )
  act<Resolve>(
    remote(
      group
        .command('resolve')
        .argument('<id>')
        .description('decide a conflict; the next pass carries it out')
        .option('--link <record>', 'it is this record: Contact/003…')
        .option('--create', 'it is a new one')
        .option('--ignore', 'leave it alone for good')
        .option('--take <side>', 'in the disputed fields this side is right: commerce or crm')
        .option('--by <name>', 'who decided, where no API token says it'),
    ),
    async ([id = ''], options) => {
      const body = choiceOf(options)
      const decided = await call(`/conflicts/${encodeURIComponent(id)}/decision`, options, { method: 'POST', body })
      if (options.json) document(decided)
      else say('Decided; the next pass carries it out.')
      return 0
    },
  )
}
