/** `ctsf trace`: one record's story. */
import type { Command } from 'commander'
import type { JournalEntry } from '../model/outcome.ts'
import { type CallOptions, call } from './call.ts'
import { act, remote } from './command.ts'
import { columns, document, say } from './out.ts'

const row = (entry: JournalEntry): readonly string[] => [
  entry.at.slice(0, 23).replace('T', ' '),
  entry.step,
  `${entry.ref.type} ${entry.ref.id}`,
  [entry.plan, entry.target && `${entry.target.type} ${entry.target.id}`].filter(Boolean).join(' '),
  entry.correlationId,
  [entry.fields.join(' '), entry.detail].filter(Boolean).join('; '),
]

export function trace(program: Command): void {
  act<CallOptions>(
    remote(
      program
        .command('trace')
        .argument('<id>', 'a correlation id, customer/<id>, Contact/<id> or a Salesforce id')
        .description("one record's story, oldest first"),
    ),
    async ([id = ''], options) => {
      const story = await call(`/trace/${encodeURIComponent(id)}`, options)
      if (options.json) document(story)
      else {
        const { entries } = story as { readonly entries: readonly JournalEntry[] }
        say(columns(['at', 'step', 'record', 'plan', 'correlation id', 'what'], entries.map(row)))
      }
      return 0
    },
  )
}
