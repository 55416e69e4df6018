/** `ctsf failures`: records that cannot succeed as they are. */
import type { Command } from 'commander'
import type { FailedRecord } from '../model/outcome.ts'
import type { Listed } from '../model/ports.ts'
import { type CallOptions, call } from './call.ts'
import { act, remote } from './command.ts'
import { columns, document, say } from './out.ts'

type List = CallOptions & { readonly state: string; readonly cursor?: string }

const row = ({ id, failedAt, state, source, failure }: FailedRecord): readonly string[] => [
  id,
  failedAt.slice(0, 19),
  state,
  `${source.type} ${source.id}`,
  failure.code,
  failure.message,
]

const text = ({ source, mapping, role, failure, failedAt, state, attempts, correlationId }: FailedRecord): string =>
  [
    `${failure.code}: ${failure.message}`,
    `record        ${source.type} ${source.id} (${mapping}, ${role})`,
    `fields        ${failure.fields.join(', ') || 'none named'}`,
    `since         ${failedAt}, ${state}, ${attempts} tries`,
    `correlation   ${correlationId}`,
  ].join('\n')

export function failures(program: Command): void {
  const group = program.command('failures').description('mend what failed: list, show, retry, discard')
  act<List>(
    remote(
      group
        .command('list')
        .description('failures, newest first')
        .option('--state <state>', 'open, retried, discarded, resolved or all', 'open')
        .option('--cursor <cursor>', 'where the page before ended'),
    ),
    async (_args, options) => {
      const query = new URLSearchParams({ state: options.state, cursor: options.cursor ?? '' })
      const page = (await call(`/failures?${query}`, options)) as Listed<FailedRecord>
      if (options.json) document(page)
      else if (page.items.length === 0) say('None.')
      else say(columns(['id', 'since', 'state', 'record', 'code', 'why'], page.items.map(row)))
      if (!options.json && page.next !== null) say(`\nMore: ctsf failures list --cursor ${page.next}`)
      return 0
    },
  )
  act<CallOptions>(
    remote(group.command('show').argument('<id>').description('one failure, with the reason')),
    async ([id = ''], options) => {
      const found = (await call(`/failures/${encodeURIComponent(id)}`, options)) as FailedRecord
      if (options.json) document(found)
      else say(text(found))
      return 0
    },
  )
  for (const [how, description, done] of [
    ['retry', 'try the record again', 'It is tried again now.'],
    ['discard', 'close the failure; the record stays as it is', 'Closed.'],
  ] as const)
    act<CallOptions>(
      remote(group.command(how).argument('<id>').description(description)),
      async ([id = ''], options) => {
        const closed = await call(`/failures/${encodeURIComponent(id)}/${how}`, options, { method: 'POST' })
        if (options.json) document(closed)
        else say(done)
        return 0
      },
    )
}
