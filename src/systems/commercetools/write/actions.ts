/** Changes of one record, as the update actions that make them and nothing else: pure, and refused with a reason. */
import { isDeepStrictEqual } from 'node:util'
import type { Failure } from '../../../model/outcome.ts'
import type { CommerceWrite } from '../../../model/ports.ts'
import type { Json, JsonObject } from '../../../model/resource.ts'
import { addressActions } from './addresses.ts'
import { type Action, type Change, held, type Made, notText, type Refusal, valueAt } from './change.ts'
import { type Place, places } from './paths.ts'

export type Planned =
  /** Empty when the record holds all the values already. */
  | { readonly ok: true; readonly actions: readonly Action[]; readonly changes: readonly Change[] }
  | { readonly ok: false; readonly failure: Failure }

/** The id of the record that a reference is to point at, by the text that names it; null when there is none. */
export type IdOf = (place: Extract<Place, { at: 'reference' }>, text: string) => string | null

/** One change that cannot be made refuses the whole write. */
export function actions({ ref, body, changes }: Pick<CommerceWrite, 'ref' | 'body' | 'changes'>, idOf: IdOf): Planned {
  const understood = new Map<string, Change>()
  const refusals: Refusal[] = []
  for (const { path, value } of changes) {
    const made = understand(ref.type, path, value, body)
    if (made.length === 0)
      refusals.push({ code: 'NOT_WRITABLE', path, why: `${path} of a ${ref.type} cannot be written.` })
    for (const change of made) {
      const before = understood.get(change.place.path)
      if (before && !isDeepStrictEqual(before.value, change.value)) refusals.push(twoValues(change.place.path))
      understood.set(change.place.path, change)
    }
  }
  const wanted = [...understood.values()]
  const made = [...wanted.map(change => single(body, change, idOf)), addressActions(body, wanted)]
  refusals.push(...made.flatMap(each => each.refusals))
  if (refusals.length > 0) return { ok: false, failure: refused(refusals) }
  return { ok: true, actions: made.flatMap(each => each.actions), changes: wanted }
}

/**
 * Of alternatives, the one that counts now is changed, the first where none does: so that the expression then gives the
 * value. All are emptied together, else the next one would stand in. Empty for what cannot be written.
 */
export function understand(type: string, path: string, given: Json, body: JsonObject): readonly Change[] {
  const all = places(type, path)
  const value = empty(given) ? null : given
  if (value === null) return all.map(place => ({ place, value }))
  const place = all.find(each => !empty(valueAt(body, each))) ?? all[0]
  return place === undefined ? [] : [{ place, value }]
}

/** As the mappings see it: `false` and 0 are values. */
const empty = (value: Json): boolean =>
  value === null || (typeof value === 'string' && value.trim() === '') || (Array.isArray(value) && value.length === 0)

const nothing: Made = { actions: [], refusals: [] }
const act = (action: string, more: JsonObject): Made => ({ actions: [{ action, ...more }], refusals: [] })
const refuse = (code: string, path: string, why: string): Made => ({ actions: [], refusals: [{ code, path, why }] })

const twoValues = (path: string): Refusal => ({
  code: 'TWO_VALUES',
  path,
  why: `${path} is to become two different values at once: map it to one field, or let only one of them flow back.`,
})

/** The action of one property, reference or custom field; addresses are done together. */
function single(body: JsonObject, { place: at, value }: Change, idOf: IdOf): Made {
  switch (at.at) {
    case 'address':
      return nothing
    case 'property': {
      const { name, path, property } = at
      const now = valueAt(body, at)
      if (now === value) return nothing
      if (value !== null && typeof value !== 'string') return { actions: [], refusals: [notText(path)] }
      if (value === null && property.required) {
        return refuse('VALUE_REQUIRED', path, `${path} cannot be empty in commercetools.`)
      }
      if (property.once && now !== null) {
        return refuse('SET_ONCE', path, `${path} is set already, and commercetools lets it be set only once.`)
      }
      return act(property.action, value === null ? {} : { [property.as ?? name]: value })
    }
    case 'reference':
      return pointed(body, at, value, idOf)
    case 'list': {
      const { path, name, list } = at
      const keys = value === null ? [] : keysIn(value)
      if (keys === null) return { actions: [], refusals: [notText(path)] }
      const now = keysIn(held(body, name)) ?? []
      if (isDeepStrictEqual(new Set(keys), new Set(now))) return nothing
      return act(list.action, { [name]: keys.map(key => ({ typeId: list.typeId, key })) })
    }
    case 'custom': {
      const { name, path } = at
      const custom = held(body, 'custom')
      if (isDeepStrictEqual(valueAt(body, at), value)) return nothing
      if (custom === null) {
        const fix = 'Give it the Type with this field in commercetools, then try again.'
        return refuse('NO_CUSTOM_TYPE', path, `${path} cannot be set: the record has no custom Type. ${fix}`)
      }
      return act('setCustomField', value === null ? { name } : { name, value })
    }
  }
}

function pointed(body: JsonObject, at: Extract<Place, { at: 'reference' }>, value: Json, idOf: IdOf): Made {
  const { path, name, reference } = at
  const now = held(held(body, name), 'id')
  if (value === null) return now === null ? nothing : act(reference.action, {})
  if (typeof value !== 'string') return { actions: [], refusals: [notText(path)] }
  if (value === valueAt(body, at)) return nothing
  const id = idOf(at, value)
  if (id === null) {
    const what = reference.typeId.replaceAll('-', ' ')
    const fix = `Make one in commercetools, or correct the value in Salesforce; then try again.`
    return refuse('NO_SUCH_RECORD', path, `${path}: commercetools has no ${what} with this ${reference.by}. ${fix}`)
  }
  return id === now ? nothing : act(reference.action, { [name]: { typeId: reference.typeId, id } })
}

/** Keys as texts or as references by key; null when something else is among them. */
function keysIn(value: Json): readonly string[] | null {
  if (!Array.isArray(value)) return null
  const keys = value.map(each => (typeof each === 'string' ? each : held(each, 'key')))
  return keys.every(key => typeof key === 'string') ? [...new Set(keys)] : null
}

function refused(refusals: readonly Refusal[]): Failure {
  const [first] = refusals
  return {
    is: 'invalid',
    code: first?.code ?? 'INVALID',
    message: [...new Set(refusals.map(each => each.why))].join(' '),
    fields: [...new Set(refusals.map(each => each.path))],
    retryAt: null,
  }
}
