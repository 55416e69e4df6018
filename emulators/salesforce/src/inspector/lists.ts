// The pages of many: objects, the records of one, and the requests that clients sent.

import type { Entity } from '../entities.ts'
import type { Org } from '../org/org.ts'
import { escapeHtml } from '../rules/values.ts'
import { type Content, hidden, query } from './frame.ts'
import { cell, columnsOf, nameOf, timeOf } from './words.ts'

const SHOWN = 25
const REQUESTS = 50

export function objects(org: Org): Content {
  const list = [...org.schema.entities.values()].map(entity => ({ entity, rows: org.store.rows(entity) }))
  const filled = list.filter(({ rows }) => rows.size > 0)
  const empty = list.filter(({ rows }) => rows.size === 0)
  const lines = filled.map(
    ({ entity, rows }) =>
      `<tr><th scope="row"><a href="${query({ object: entity.name })}">${escapeHtml(entity.labelPlural)}</a></th><td>${escapeHtml(entity.name)}</td><td class="number">${rows.size - rows.deletedCount}</td><td class="number">${rows.deletedCount}</td></tr>`,
  )
  const rest = empty.map(
    ({ entity }) => `<a href="${query({ object: entity.name })}">${escapeHtml(entity.labelPlural)}</a>`,
  )
  const none = rest.length > 0 ? `<h2>Without records</h2><p>${rest.join(', ')}</p>` : ''
  const heads =
    '<th scope="col">Object</th><th scope="col">API name</th><th scope="col" class="number">Records</th><th scope="col" class="number">Recycle bin</th>'
  const table = `<div class="scroll"><table><thead><tr>${heads}</tr></thead><tbody>${lines.join('')}</tbody></table></div>`
  return { title: 'Objects', here: 'objects', body: `<h1>Objects</h1><div class="narrow">${table}${none}</div>` }
}

/** The page of an object: what changed last comes first. Two may be picked to be merged. */
export function records(org: Org, entity: Entity, page: number): Content {
  const table = org.store.rows(entity)
  const pages = Math.max(1, Math.ceil(table.size / SHOWN))
  const here = Math.min(Math.max(1, page), pages)
  const rows = table.newest(here * SHOWN).slice((here - 1) * SHOWN)
  const columns = columnsOf(entity, rows)
  const isMergeable = entity.mergeable && table.size - table.deletedCount > 1
  const lines = rows.map(row => {
    const name = escapeHtml(nameOf(entity, row))
    const pick = row.deleted
      ? '<td class="pick"></td>'
      : `<td class="pick"><input type="checkbox" name="pick" value="${escapeHtml(row.id)}" aria-label="Pick ${name} to merge"></td>`
    const id = `<td class="id"><a href="${query({ object: entity.name, id: row.id })}">${escapeHtml(row.id)}</a></td>`
    const cells = columns.map(field => `<td>${cell(org, entity, field, row)}</td>`)
    const gone = row.deleted ? ' class="deleted"' : ''
    return `<tr${gone}>${isMergeable ? pick : ''}${id}${cells.join('')}<td class="id">${escapeHtml(timeOf(row.modifiedAt))}</td></tr>`
  })
  const heads = [
    ...(isMergeable ? ['<span class="hidden">Pick</span>'] : []),
    'Id',
    ...columns.map(({ label }) => escapeHtml(label)),
    'Last change',
  ].map(text => `<th scope="col">${text}</th>`)
  const caption = `<caption>${table.size - table.deletedCount} records, ${table.deletedCount} in the recycle bin; what changed last comes first.</caption>`
  const list =
    rows.length === 0
      ? '<p class="note">There are none.</p>'
      : `<div class="scroll" tabindex="0" role="region" aria-label="List"><table>${caption}<thead><tr>${heads.join('')}</tr></thead><tbody>${lines.join('')}</tbody></table></div>`
  const merge = isMergeable
    ? '<div class="row"><button class="quiet">Merge these two</button><span class="note">Pick two records of this page first.</span></div>'
    : ''
  const form = isMergeable
    ? `<form method="get" action="/">${hidden({ object: entity.name, view: 'merge' })}${list}${merge}</form>`
    : list
  const body = `<p class="trail"><a href="/">Objects</a> › ${escapeHtml(entity.name)}</p><h1>${escapeHtml(entity.labelPlural)}</h1>${form}${pager({ object: entity.name }, here, pages)}`
  return { title: entity.labelPlural, here: null, body }
}

function pager(values: Record<string, string>, here: number, pages: number): string {
  if (pages === 1) return ''
  const to = (page: number, text: string, rel: string): string =>
    page < 1 || page > pages ? '' : `<a rel="${rel}" href="${query({ ...values, page })}">${text}</a>`
  return `<nav class="row" aria-label="Pages of this list">${to(here - 1, '← Newer', 'prev')}<span>Page ${here} of ${pages}</span>${to(here + 1, 'Older →', 'next')}</nav>`
}

function readable(path: string): string {
  try {
    return decodeURIComponent(path.replaceAll('+', ' '))
  } catch {
    return path
  }
}

/** What clients asked for, the last first, with what each took of the day's calls. */
export function requests(org: Org, page: number): Content {
  const { last, totals } = org.log.since(Number.MAX_SAFE_INTEGER)
  const pages = Math.max(1, Math.ceil(last / REQUESTS))
  const here = Math.min(Math.max(1, page), pages)
  const until = last - (here - 1) * REQUESTS
  const shown = org.log
    .since(Math.max(0, until - REQUESTS))
    .requests.filter(({ n }) => n <= until)
    .reverse()
  const lines = shown.map(
    ({ n, at, method, path, operation, status, cost, fault }) =>
      `<tr><td class="number">${n}</td><td class="id">${escapeHtml(at.slice(0, 19).replace('T', ' '))}</td><td>${escapeHtml(method)}</td><td class="long">${escapeHtml(readable(path))}</td><td>${operation}</td><td class="number">${status === 0 ? 'none' : status}</td><td class="number">${cost}</td><td>${fault === undefined ? '' : escapeHtml(fault)}</td></tr>`,
  )
  const heads = ['No.', 'Time', 'Method', 'Path', 'Operation', 'Status', 'Calls', 'Fault'].map(
    text => `<th scope="col"${/No\.|Status|Calls/.test(text) ? ' class="number"' : ''}>${text}</th>`,
  )
  const by = Object.entries(totals.byOperation).map(([operation, count]) => `${count} ${operation}`)
  const caption = `<caption>${last} requests took ${totals.cost} API calls${by.length > 0 ? `: ${by.join(', ')}` : ''}.</caption>`
  const list =
    lines.length === 0
      ? '<p class="note">There were none.</p>'
      : `<div class="scroll" tabindex="0" role="region" aria-label="List"><table>${caption}<thead><tr>${heads.join('')}</tr></thead><tbody>${lines.join('')}</tbody></table></div>`
  return {
    title: 'Requests',
    here: 'requests',
    body: `<h1>Requests</h1>${list}${pager({ view: 'requests' }, here, pages)}`,
  }
}
