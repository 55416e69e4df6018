/** `ctsf plan`: what would be written for one record, field by field, and why. */
import type { Command } from 'commander'
import type { Preview, PreviewPart } from '../engine/preview.ts'
import { type CallOptions, call } from './call.ts'
import { act, remote } from './command.ts'
import { columns, document, say } from './out.ts'

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

export function plan(program: Command): void {
  act<CallOptions>(
    remote(
      program
        .command('plan')
        .argument('<type>', 'a commercetools type (customer) or a Salesforce object (Contact)')
        .argument('<id>', 'its id; a commercetools id may begin with the project key')
        .description('dry run for one record: what would be written, field by field, and why'),
    ),
    async ([type = '', id = ''], options) => {
      const planned = await call(`/plan?${new URLSearchParams({ type, id })}`, options)
      // Our own service's answer: its form is the API's.
      if (options.json) document(planned)
      else say(text(planned as Planned))
      return 0
    },
  )
}
