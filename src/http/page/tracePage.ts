/** One record's story, line by line, with what it is linked with. */
import type { JournalEntry } from '../../model/outcome.ts'
import { refKey } from '../../model/resource.ts'
import type { Story } from '../api/resolve.ts'
import { type Html, html } from './html.ts'
import { moment, recordLink, span, table, traceLink } from './layout.ts'

const line = (entry: JournalEntry): Html =>
  html`<tr><td>${moment(entry.at)}</td><td><strong>${entry.step}</strong>${entry.attempt > 1 ? ` try ${entry.attempt}` : ''}</td><td>${recordLink(entry.ref)}</td><td>${[entry.mapping, entry.role].filter(Boolean).join(' ')}</td><td>${entry.plan} ${entry.target ? recordLink(entry.target) : null}</td><td>${entry.fields.join(', ')}</td><td>${entry.detail}</td><td class="n">${entry.durationMs === null ? null : span(entry.durationMs)}</td><td>${traceLink(entry.correlationId, 'id')}</td></tr>`

export function tracePage(asked: string, story: Story | null): Html {
  if (story === null)
    return html`<h1>Nothing is known of this</h1><p>Looked for <code>${asked}</code> as a correlation id, a commercetools id and a Salesforce id. Try <code>customer/&lt;id&gt;</code> or <code>Contact/&lt;id&gt;</code>.</p>`
  const title = 'record' in story.of ? refKey(story.of.record) : `correlation id ${story.of.correlationId}`
  return html`<h1>${title}</h1>
${table('What happened, oldest first', ['at', 'step', 'record', 'mapping', 'plan', 'fields', 'detail', '#took', ''], story.entries.map(line), '')}
<p class="dim">Names of fields, never their values. Times are UTC.</p>`
}
