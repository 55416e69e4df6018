// A page for people, who play the other side of a demonstration: what the org holds, what clients asked of it, and the
// salesperson's own doings. It works without scripts, and each doing is the control route's of the same name.

import { type Entity, entityOf, type Row } from '../entities.ts'
import type { Org } from '../org/org.ts'
import type { Reply } from '../routes/api.ts'
import { isBody } from '../rules/body.ts'
import { wireValue } from '../soql/record.ts'
import { normaliseId } from '../store/ids.ts'
import { type Content, framed, type Message } from './frame.ts'
import { objects, records, requests } from './lists.ts'
import { merging, record } from './record.ts'

/** Does what a control route does, in a transaction of its own. */
export type Act = (name: string, body: object) => Reply

/** `GET /`: the page that the parameters name. */
export function inspector(org: Org, params: URLSearchParams, message?: Message): string {
  const page = Number(params.get('page') ?? 1)
  const at = Number.isInteger(page) ? page : 1
  if (params.get('view') === 'requests') return framed(org, requests(org, at), message)
  const entity = entityOf(org.schema, params.get('object') ?? '')
  if (!entity) return framed(org, objects(org), message)
  if (params.get('view') === 'merge') {
    const pair = params.getAll('pick').flatMap(id => live(org, entity, id) ?? [])
    const [first, second, third] = pair
    if (first && second && !third && first.id !== second.id)
      return framed(org, merging(org, entity, [first, second]), message)
    return framed(org, records(org, entity, at), {
      text: 'Pick two records that are there, and not one twice.',
      bad: true,
    })
  }
  const id = params.get('id')
  const row = id === null ? undefined : org.store.rows(entity).get(normaliseId(id) ?? '')
  const content: Content = row ? record(org, entity, row) : records(org, entity, at)
  const missing = id !== null && !row ? { text: `There is no ${entity.label} ${id}.`, bad: true } : undefined
  return framed(org, content, message ?? missing)
}

function live(org: Org, entity: Entity, id: string): Row | undefined {
  const row = org.store.rows(entity).get(normaliseId(id) ?? '')
  return row?.deleted ? undefined : row
}

/** `POST /`: does what the form says, and shows the record. */
export function submitted(org: Org, form: URLSearchParams, act: Act): string {
  const object = form.get('__object') ?? ''
  const id = form.get('__id') ?? ''
  const done = (message: Message, shown = id): string =>
    inspector(org, new URLSearchParams({ object, id: shown }), message)
  switch (form.get('__action') ?? 'edit') {
    case 'edit': {
      const fields = formChanges(org, form)
      const names = Object.keys(fields).join(', ')
      if (names === '') return done({ text: 'Nothing was changed.' })
      return done(told(act('edit', { object, id, fields }), `Saved: ${names}`))
    }
    case 'delete':
      return done(told(act('delete', { object, id }), 'Deleted.'))
    case 'undelete':
      return done(told(act('undelete', { object, id }), 'Brought back.'))
    case 'merge': {
      const [masterId = '', first = '', second = ''] = ['masterId', 'first', 'second'].map(name => form.get(name) ?? '')
      const reply = act('merge', { object, masterId, loserId: masterId === first ? second : first })
      return done(told(reply, 'Merged.'), masterId)
    }
    default:
      return done({ text: 'This form does nothing.', bad: true })
  }
}

function told({ status, body }: Reply, fine: string): Message {
  if (status === 200) return { text: fine }
  const errors: unknown[] = Array.isArray(body) ? body : []
  const words = errors.map(error => (isBody(error) ? `${error.errorCode}: ${error.message}` : ''))
  return { text: words.join(' ') || 'It was refused.', bad: true }
}

/** What a submitted form changes: only fields whose text differs from what the form showed. */
function formChanges(org: Org, form: URLSearchParams): Record<string, unknown> {
  const entity = entityOf(org.schema, form.get('__object') ?? '')
  const row = entity && org.store.rows(entity).get(normaliseId(form.get('__id') ?? '') ?? '')
  const fields: Record<string, unknown> = {}
  if (!entity || !row) return fields
  for (const field of entity.fields) {
    if (!field.updateable || !entity.writable || field.type === 'address') continue
    if (field.type === 'boolean') {
      const checked = form.has(field.name)
      if (checked !== (field.read(row) === true)) fields[field.name] = checked
      continue
    }
    // A browser sends line breaks of its own kind.
    const text = form.get(field.name)?.replaceAll('\r\n', '\n')
    const before = String(wireValue(entity, field, row) ?? '').replaceAll('\r\n', '\n')
    if (text !== undefined && text !== before) fields[field.name] = text === '' ? null : text
  }
  return fields
}
