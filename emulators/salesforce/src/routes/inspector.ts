// A page for people: what the org holds, its newest records, and a form to edit one as a salesperson would.

import { type Entity, entityOf, type Field, type Row } from '../entities.ts'
import type { Org } from '../org/org.ts'
import { escapeHtml } from '../rules/values.ts'
import { wireTime, wireValue } from '../soql/record.ts'
import { limitInfo } from './limits.ts'

const SHOWN = 50
const HIDDEN = new Set([
  'IsDeleted',
  'CreatedById',
  'LastModifiedById',
  'SystemModstamp',
  'CreatedDate',
  'MasterRecordId',
])

const STYLE = `
  body { font: 15px/1.45 system-ui, sans-serif; margin: 0; color: #16202c; background: #f4f6f9 }
  header { background: #16325c; color: #fff; padding: .8rem 1.5rem }
  header a { color: #fff } main { padding: 1rem 1.5rem; max-width: 100rem }
  nav a { margin-right: 1rem } table { border-collapse: collapse; background: #fff; width: 100% }
  th, td { text-align: left; padding: .35rem .6rem; border-bottom: 1px solid #dde3ea; vertical-align: top }
  .scroll { overflow-x: auto } .deleted { color: #8a1f11; text-decoration: line-through }
  form { display: grid; grid-template-columns: minmax(10rem, 16rem) minmax(14rem, 32rem); gap: .35rem 1rem; align-items: center }
  input, button { font: inherit; padding: .25rem .4rem } .message { background: #fff3cd; padding: .5rem 1rem; border: 1px solid #d6b656 }`

function page(org: Org, title: string, content: string): string {
  const head = `<a href="/">${escapeHtml(org.options.name)}</a> &middot; ${escapeHtml(limitInfo(org))} &middot; ${escapeHtml(new Date(org.now()).toISOString())}`
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(title)}</title><style>${STYLE}</style></head><body><header>Emulated Salesforce org: ${head}</header><main>${content}</main></body></html>`
}

/** `GET /`: all objects, or the newest rows of `?object=`, or the form of `?object=&id=`. */
export function inspector(org: Org, params: URLSearchParams, message?: string): string {
  const note = message === undefined ? '' : `<p class="message" role="status">${escapeHtml(message)}</p>`
  const entity = entityOf(org.schema, params.get('object') ?? '')
  if (!entity) return page(org, 'Emulated org', note + objects(org))
  const row = org.store.rows(entity).get(params.get('id') ?? '')
  if (!row) return page(org, entity.labelPlural, note + newest(org, entity))
  return page(org, `${entity.label} ${row.id}`, note + form(entity, row))
}

function objects(org: Org): string {
  const lines = [...org.schema.entities.values()].map(entity => {
    const rows = org.store.rows(entity)
    const name = `<a href="/?object=${encodeURIComponent(entity.name)}">${escapeHtml(entity.name)}</a>`
    return `<tr><td>${name}</td><td>${escapeHtml(entity.label)}</td><td>${rows.size - rows.deletedCount}</td><td>${rows.deletedCount}</td></tr>`
  })
  return `<h1>Objects</h1><table><thead><tr><th>Object</th><th>Label</th><th>Records</th><th>In the recycle bin</th></tr></thead><tbody>${lines.join('')}</tbody></table>`
}

function newest(org: Org, entity: Entity): string {
  const rows = org.store.rows(entity).newest(SHOWN)
  const used = entity.fields.filter(
    field => !HIDDEN.has(field.name) && field.type !== 'address' && rows.some(row => isSet(field, row)),
  )
  const heads = ['Last modified', ...used.map(field => field.name)].map(name => `<th>${escapeHtml(name)}</th>`)
  const lines = rows.map(row => {
    const cells = used.map(field => `<td>${field.type === 'id' ? link(entity, row) : shown(entity, field, row)}</td>`)
    return `<tr${row.deleted ? ' class="deleted"' : ''}><td>${escapeHtml(wireTime(row.modifiedAt))}</td>${cells.join('')}</tr>`
  })
  return `<h1>${escapeHtml(entity.labelPlural)}</h1><p>The ${SHOWN} changed last.</p><div class="scroll"><table><thead><tr>${heads.join('')}</tr></thead><tbody>${lines.join('')}</tbody></table></div>`
}

const link = (entity: Entity, row: Row): string =>
  `<a href="/?object=${encodeURIComponent(entity.name)}&amp;id=${encodeURIComponent(row.id)}">${escapeHtml(row.id)}</a>`

const isSet = (field: Field, row: Row): boolean => {
  const value = field.read(row)
  return value !== null && value !== false
}

function shown(entity: Entity, field: Field, row: Row): string {
  const value = wireValue(entity, field, row)
  return value === null ? '' : escapeHtml(String(value))
}

function form(entity: Entity, row: Row): string {
  const inputs = entity.fields
    .filter(field => field.updateable && entity.writable && field.type !== 'address')
    .map(field => {
      const name = escapeHtml(field.name)
      const id = `f-${name}`
      const value = shown(entity, field, row)
      const input =
        field.type === 'boolean'
          ? `<input type="checkbox" id="${id}" name="${name}" value="true"${field.read(row) === true ? ' checked' : ''}>`
          : `<input id="${id}" name="${name}" value="${value}">`
      return `<label for="${id}">${escapeHtml(field.label)}</label>${input}`
    })
  const hidden = `<input type="hidden" name="__object" value="${escapeHtml(entity.name)}"><input type="hidden" name="__id" value="${escapeHtml(row.id)}">`
  const button = row.deleted || !entity.writable ? '' : '<span></span><button>Save as sales rep</button>'
  return `<h1>${escapeHtml(entity.label)} ${escapeHtml(row.id)}</h1><form method="post" action="/">${hidden}${inputs.join('')}${button}</form>`
}

/** What a submitted form changes: only fields whose text differs from what the form showed. */
export function formChanges(
  org: Org,
  submitted: URLSearchParams,
): { object: string; id: string; fields: Record<string, unknown> } {
  const object = submitted.get('__object') ?? ''
  const id = submitted.get('__id') ?? ''
  const entity = entityOf(org.schema, object)
  const row = entity && org.store.rows(entity).get(id)
  const fields: Record<string, unknown> = {}
  if (!entity || !row) return { object, id, fields }
  for (const field of entity.fields) {
    if (!field.updateable || !entity.writable || field.type === 'address') continue
    if (field.type === 'boolean') {
      const checked = submitted.has(field.name)
      if (checked !== (field.read(row) === true)) fields[field.name] = checked
      continue
    }
    const text = submitted.get(field.name)
    const before = wireValue(entity, field, row)
    if (text !== null && text !== String(before ?? '')) fields[field.name] = text === '' ? null : text
  }
  return { object, id, fields }
}
