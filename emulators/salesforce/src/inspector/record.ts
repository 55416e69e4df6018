// The pages of one record and of two: a form as a salesperson has it, what became of the record so far, and what to keep
// when two are merged.

import type { Entity, Field, Row } from '../entities.ts'
import type { Org } from '../org/org.ts'
import { escapeHtml } from '../rules/values.ts'
import { type Content, hidden, query } from './frame.ts'
import { cell, linkTo, nameOf, textOf, timeOf, userName } from './words.ts'

export function record(org: Org, entity: Entity, row: Row): Content {
  const name = nameOf(entity, row)
  const trail = `<p class="trail"><a href="/">Objects</a> › <a href="${query({ object: entity.name })}">${escapeHtml(entity.labelPlural)}</a> › ${escapeHtml(row.id)}</p>`
  const merged = row.mergedInto === null ? '' : ` It was merged into ${linkTo(org, row.mergedInto)}.`
  const gone = row.deleted ? `<p class="note">This record is in the recycle bin.${merged}</p>` : ''
  const body = `${trail}<h1>${escapeHtml(name)}</h1>${gone}<div class="both"><div>${row.deleted || !entity.writable ? values(org, entity, row) : form(entity, row)}</div><div>${past(org, entity, row)}${actions(entity, row)}</div></div>`
  return { title: `${entity.label} ${name}`, here: null, body }
}

const isEditable = (entity: Entity, field: Field): boolean =>
  field.updateable && entity.writable && field.type !== 'address'

/** Fields with a value at hand, the others folded away. */
function form(entity: Entity, row: Row): string {
  const fields = entity.fields.filter(field => isEditable(entity, field))
  const inputs = (those: Field[]): string =>
    `<div class="fields">${those
      .map(field => {
        const mark = field.required ? ' <span aria-hidden="true">*</span>' : ''
        return `<label for="f-${escapeHtml(field.name)}">${escapeHtml(field.label)}${mark}</label>${input(entity, field, row)}`
      })
      .join('')}</div>`
  const isFilled = (field: Field): boolean => field.required || !['', 'false'].includes(textOf(entity, field, row))
  const empty = fields.filter(field => !isFilled(field))
  const rest = empty.length === 0 ? '' : `<details><summary>Fields without a value</summary>${inputs(empty)}</details>`
  return `<form method="post" action="/">${hidden({ __action: 'edit', __object: entity.name, __id: row.id })}${inputs(fields.filter(isFilled))}${rest}<div class="row"><button>Save as sales rep</button></div></form>`
}

const TYPES: Partial<Record<Field['type'], string>> = { email: 'email', url: 'url', phone: 'tel', date: 'date' }

function input(entity: Entity, field: Field, row: Row): string {
  const name = escapeHtml(field.name)
  const at = `id="f-${name}" name="${name}"${field.required ? ' required' : ''}`
  const text = textOf(entity, field, row)
  if (field.type === 'boolean')
    return `<input type="checkbox" id="f-${name}" name="${name}" value="true"${text === 'true' ? ' checked' : ''}>`
  if (field.type === 'textarea') return `<textarea ${at} rows="2">\n${escapeHtml(text)}</textarea>`
  if (field.type === 'picklist' && field.picklist.length > 0) {
    const known = field.picklist.map(({ value, label }) => ({ value, label }))
    const all =
      text === '' || known.some(({ value }) => value === text) ? known : [{ value: text, label: text }, ...known]
    const options = all.map(
      ({ value, label }) =>
        `<option value="${escapeHtml(value)}"${value === text ? ' selected' : ''}>${escapeHtml(label)}</option>`,
    )
    return `<select ${at}><option value="">–</option>${options.join('')}</select>`
  }
  const most = field.length > 0 && field.length <= 4000 ? ` maxlength="${field.length}"` : ''
  return `<input type="${TYPES[field.type] ?? 'text'}" ${at}${most} value="${escapeHtml(text)}">`
}

/** A record that cannot be edited, as it is. */
function values(org: Org, entity: Entity, row: Row): string {
  const lines = entity.fields
    .filter(field => field.type !== 'address' && textOf(entity, field, row) !== '')
    .map(field => `<tr><th scope="row">${escapeHtml(field.label)}</th><td>${cell(org, entity, field, row)}</td></tr>`)
  return `<div class="scroll narrow"><table><tbody>${lines.join('')}</tbody></table></div>`
}

function actions(entity: Entity, row: Row): string {
  if (!entity.writable) return ''
  const action = row.deleted ? 'undelete' : 'delete'
  const button = row.deleted ? '<button class="quiet">Undelete</button>' : '<button class="danger">Delete</button>'
  const act = `<form method="post" action="/">${hidden({ __action: action, __object: entity.name, __id: row.id })}${button}</form>`
  if (row.deleted || !entity.mergeable) return `<div class="row">${act}</div>`
  const merge = `<form method="get" action="/" class="row">${hidden({ object: entity.name, view: 'merge', pick: row.id })}<label for="other">Merge with the ${escapeHtml(entity.label.toLowerCase())} of this id</label> <span><input id="other" name="pick" required minlength="15" maxlength="18" size="20"></span> <button class="quiet">Compare</button></form>`
  return `<div class="row">${act}</div>${merge}`
}

/** Each change with who made it and what it changed; the earliest known version last. */
function past(org: Org, entity: Entity, row: Row): string {
  const versions = [row, ...org.store.history.of(row.id)]
  const lines = versions.flatMap((version, at) => {
    const before = versions[at + 1]
    const isFirst = before === undefined && version.modifiedAt === version.createdAt
    const changes = before ? changesOf(org, entity, before, version) : [isFirst ? 'created' : 'as it was then']
    if (changes.length === 0) return []
    return `<tr><td class="id">${escapeHtml(timeOf(version.modifiedAt))}</td><td>${escapeHtml(userName(org, version.modifiedBy))}</td><td>${changes.join('<br>')}</td></tr>`
  })
  const oldest = versions.at(-1)
  if (oldest && oldest.modifiedAt !== oldest.createdAt)
    lines.push(
      `<tr><td class="id">${escapeHtml(timeOf(oldest.createdAt))}</td><td>${escapeHtml(userName(org, oldest.createdBy))}</td><td>created</td></tr>`,
    )
  return `<h2>History</h2><div class="scroll"><table><thead><tr><th scope="col">Time</th><th scope="col">By</th><th scope="col">Change</th></tr></thead><tbody>${lines.join('')}</tbody></table></div>`
}

function changesOf(org: Org, entity: Entity, before: Row, after: Row): string[] {
  const told: string[] = []
  if (before.deleted !== after.deleted) {
    const into = after.mergedInto === null ? '' : `, merged into ${linkTo(org, after.mergedInto)}`
    told.push(after.deleted ? `deleted${into}` : 'brought back')
  }
  for (const field of entity.fields) {
    if (before.values[field.name] === after.values[field.name]) continue
    const [old, now] = [before, after].map(version => cell(org, entity, field, version) || 'nothing')
    told.push(`${escapeHtml(field.label)}: ${old} → ${now}`)
  }
  return told
}

/** Two records side by side where they differ, and the question which one stays. */
export function merging(org: Org, entity: Entity, [first, second]: [Row, Row]): Content {
  const pair = [first, second]
  const differs = entity.fields.filter(
    field =>
      field.type !== 'address' && field.name !== 'Id' && textOf(entity, field, first) !== textOf(entity, field, second),
  )
  const lines = differs.map(
    field =>
      `<tr><th scope="row">${escapeHtml(field.label)}</th>${pair.map(row => `<td>${cell(org, entity, field, row)}</td>`).join('')}</tr>`,
  )
  const keep = pair.map(
    (row, at) =>
      `<th scope="col"><label><input type="radio" name="masterId" value="${escapeHtml(row.id)}"${at === 0 ? ' checked' : ''}> Keep ${escapeHtml(nameOf(entity, row))}</label><br><a href="${query({ object: entity.name, id: row.id })}">${escapeHtml(row.id)}</a></th>`,
  )
  const trail = `<p class="trail"><a href="/">Objects</a> › <a href="${query({ object: entity.name })}">${escapeHtml(entity.labelPlural)}</a> › merge</p>`
  const body = `${trail}<h1>Merge these two?</h1><p class="note">The one that is kept keeps its values and takes over the other's related records. The other goes to the recycle bin.</p><form method="post" action="/">${hidden({ __action: 'merge', __object: entity.name, first: first.id, second: second.id })}<div class="scroll"><table><thead><tr><th scope="col">Field</th>${keep.join('')}</tr></thead><tbody>${lines.join('')}</tbody></table></div><div class="row"><button>Merge</button></div></form>`
  return { title: 'Merge', here: null, body }
}
