/** `ctsf plan`: what would be written for one record, field by field, and why. */
import type { Command } from 'commander'
import type { Preview, PreviewPart } from '../engine/preview.ts'
import { call } from './call.ts'
import { act, remote } from './command.ts'
import { type MatchOptions, matches } from './matches.ts'
import { CommandError, columns, document, say } from './out.ts'

type Planned = Extract<Preview, { is: 'planned' }>

const heading = ({ object, role, do: does, crm, why }: PreviewPart): string =>
  `${object} (${role}): ${does}${crm ? ` ${crm.id}` : ''}${why === '' ? '' : `, because ${why}`}`

function text({ source, version, gone, parts }: Planned): string {
  const blocks = parts.map(part => {
    const rows = part.verdicts.map(({ field, owner, verdict, why }) => {
      const value = part.values[field]
      return [field, owner, verdict, value === undefined ? '' : JSON.stringify(value), why]
    })
    const bare = rows.length > 0 ? [] : Object.entries(part.values)
    return [
      heading(part),
      rows.length > 0 ? columns(['field', 'owner', 'verdict', 'value', 'why'], rows) : '',
      ...(bare.length > 0
        ? [
            columns(
              ['field', 'value'],
              bare.map(([field, value]) => [field, JSON.stringify(value)]),
            ),
          ]
        : []),
      ...part.links.map(link => `  ${link}`),
      ...part.dropped.map(({ field, why }) => `  ${field} is left out: ${why}`),
    ]
      .filter(line => line !== '')
      .join('\n')
  })
  const state = gone ? 'not in commercetools: this is what its deletion does' : `version ${version}`
  return [`${source.type} ${source.id}, ${state}`, ...blocks].join('\n\n')
}

function mappingOf({ mapping, sample }: MatchOptions): string {
  if (mapping === undefined)
    throw new CommandError(2, 'no-mapping', 'Say which mapping.', 'Give --mapping customer-person.')
  if (sample !== undefined && !/^[1-9]\d{0,8}$/.test(sample))
    throw new CommandError(
      2,
      'bad-sample',
      `'${sample}' is no number of records.`,
      'Give a whole number, such as 5000.',
    )
  return mapping
}

export function plan(program: Command): void {
  act<MatchOptions & { readonly matchOnly?: boolean }>(
    remote(
      program
        .command('plan')
        .argument('[type]', 'a commercetools type (customer) or a Salesforce object (Contact)')
        .argument('[id]', 'its id; a commercetools id may begin with the project key')
        .option('--match-only', 'instead of one record: who of a mapping would be linked, created or asked about')
        .option('--mapping <name>', 'for --match-only: the mapping')
        .option('--project <key>', 'for --match-only: the project, where several are served')
        .option(
          '--sample <n>',
          'for --match-only: stop after so many records; those that changed longest ago come first',
        )
        .description(
          'dry run: what would be written for one record, field by field, and why; or how records would match',
        ),
    ),
    async ([type = '', id = ''], options) => {
      if (options.matchOnly) return matches({ ...options, mapping: mappingOf(options) })
      if (type === '' || id === '')
        throw new CommandError(
          2,
          'no-record',
          'Say which record.',
          'Give its type and its id: ctsf plan customer <id>.',
        )
      const planned = await call(`/plan?${new URLSearchParams({ type, id })}`, options)
      // Our own service's answer: its form is the API's.
      if (options.json) document(planned)
      else say(text(planned as Planned))
      return 0
    },
  )
}
