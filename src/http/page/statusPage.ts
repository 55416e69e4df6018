/** The first page: what waits, what went, what is spent, and what needs a person. */
import type { FailedRecord } from '../../model/outcome.ts'
import type { Conflict } from '../../model/plan.ts'
import { lanes } from '../../model/resource.ts'
import type { Status } from '../api/status.ts'
import { type Html, html } from './html.ts'
import { figure, moment, recordLink, span, table, traceLink } from './layout.ts'

const count = (n: number): string => n.toLocaleString('en')

function state({ ready, reasons, paused }: Status): Html {
  if (paused !== null)
    return html`<p class="banner bad">Paused until ${moment(paused.until)}: ${paused.message} (${paused.code}). Nothing is lost; work goes on by itself.</p>`
  if (!ready) return html`<p class="banner bad">Not ready: ${reasons.join('; ')}.</p>`
  return html`<p class="banner good">Working.</p>`
}

function figures(status: Status): Html {
  const { budget } = status
  return html`<dl class="figures">
${figure('waiting now', count(status.backlog), status.backlog === 0 ? { tone: 'good' } : {})}
${figure('oldest waits for', span(status.lagMs))}
${figure('linked pairs', count(status.links))}
${figure('records in passes', count(status.passes.rows))}
${figure('conflicts', count(status.conflicts), status.conflicts > 0 ? { tone: 'bad' } : {})}
${figure('failures', count(status.failures), status.failures > 0 ? { tone: 'bad' } : {})}
${figure('waiting for a parent', count(status.waiting))}
${figure('API calls today', budget ? `${count(budget.used)} of ${count(budget.max)}` : 'not known yet')}
</dl>
${budget ? html`<p><label>Share of the day's API calls used <progress value="${budget.used}" max="${budget.max}"></progress></label></p>` : null}`
}

const laneRows = (status: Status): readonly Html[] =>
  lanes.map(lane => {
    const { due, later, claimed, oldestDueAt } = status.lanes[lane]
    return html`<tr><th scope="row">${lane}</th><td class="n">${count(due)}</td><td class="n">${count(claimed)}</td><td class="n">${count(later)}</td><td>${oldestDueAt === null ? null : moment(oldestDueAt)}</td></tr>`
  })

const passRows = (status: Status): readonly Html[] =>
  status.recent.map(
    pass =>
      html`<tr><td>${moment(pass.at)}</td><td>${pass.lane}</td>${[pass.rows, pass.created, pass.updated, pass.unchanged, pass.waiting, pass.review, pass.failed].map(n => html`<td class="n">${count(n)}</td>`)}<td class="n">${span(pass.durationMs)}</td><td class="n">${span(pass.lagMs)}</td></tr>`,
  )

const failureRows = (failures: readonly FailedRecord[]): readonly Html[] =>
  failures.map(
    ({ failedAt, source, mapping, role, failure, attempts, correlationId }) =>
      html`<tr><td>${moment(failedAt)}</td><td>${recordLink(source)}</td><td>${mapping} ${role}</td><td><strong>${failure.code}</strong> ${failure.message}${failure.fields.length > 0 ? html` <span class="dim">(${failure.fields.join(', ')})</span>` : null}</td><td class="n">${attempts}</td><td>${traceLink(correlationId, 'trace')}</td></tr>`,
  )

const conflictRows = (conflicts: readonly Conflict[]): readonly Html[] =>
  conflicts.map(
    ({ openedAt, source, kind, why, candidates, correlationId }) =>
      html`<tr><td>${moment(openedAt)}</td><td>${recordLink(source)}</td><td><strong>${kind}</strong> ${why}</td><td>${candidates.map(ref => html`${recordLink(ref)} `)}</td><td>${traceLink(correlationId, 'trace')}</td></tr>`,
  )

export const statusPage = (
  status: Status,
  conflicts: readonly Conflict[],
  failures: readonly FailedRecord[],
): Html => html`<h1>${status.projects.join(', ')} <span class="dim">→ ${status.org ?? 'an org not reached yet'}</span></h1>
${state(status)}
${figures(status)}
${table('Conflicts to decide', ['since', 'record', 'why', 'candidates', ''], conflictRows(conflicts), 'None. Whatever is unclear about an identity or an ownership waits here for a person.')}
${table('Failures to mend', ['since', 'record', 'mapping', 'why', '#tries', ''], failureRows(failures), 'None. A record that Salesforce refuses is listed here with the reason.')}
${table('Backlog by lane', ['lane', '#due', '#claimed', '#later', 'oldest'], laneRows(status), '')}
${table('Last passes', ['at', 'lane', '#records', '#created', '#updated', '#unchanged', '#waiting', '#review', '#failed', '#took', '#lag'], passRows(status), 'None yet in this process.')}
<p class="dim">Version ${status.version}, roles ${status.roles.join(', ')}, since ${moment(status.startedAt)}; these figures are of ${moment(status.at)}. Times are UTC.</p>`
