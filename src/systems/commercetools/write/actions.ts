/** Changes of one record, as the update actions that make them and nothing else: pure, and refused with a reason. */
import { isDeepStrictEqual } from 'node:util'
import type { Failure } from '../../../model/outcome.ts'
import type { CommerceWrite } from '../../../model/ports.ts'
import type { Json, JsonObject } from '../../../model/resource.ts'
import { addressActions } from './addresses.ts'
import { type Action, type Change, held, type Made, notText, type Refusal } from './change.ts'
import { place } from './paths.ts'

export type Planned =
  /** Empty when the record holds all the values already. */
  | { readonly ok: true; readonly actions: readonly Action[]; readonly changes: readonly Change[] }
  | { readonly ok: false; readonly failure: Failure }

/** One change that cannot be made refuses the whole write. */
export function actions({ ref, body, changes }: Pick<CommerceWrite, 'ref' | 'body' | 'changes'>): Planned {
  const understood = new Map<string, Change>()
  const refusals: Refusal[] = []
  for (const { path, value: given } of changes) {
    const at = place(ref.type, path)
    if (!at) {
      refusals.push({ code: 'NOT_WRITABLE', path, why: `${path} of a ${ref.type} cannot be written.` })
      continue
    }
    const value = empty(given) ? null : given
    const before = understood.get(at.path)
    if (before && !isDeepStrictEqual(before.value, value)) refusals.push(twoValues(at.path))
    understood.set(at.path, { place: at, value })
  }
  const wanted = [...understood.values()]
  const made = [...wanted.map(change => single(body, change)), addressActions(body, wanted)]
  refusals.push(...made.flatMap(each => each.refusals))
  if (refusals.length > 0) return { ok: false, failure: refused(refusals) }
  return { ok: true, actions: made.flatMap(each => each.actions), changes: wanted }
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

/** The action of one property or custom field; addresses are done together. */
function single(body: JsonObject, { place: at, value }: Change): Made {
  switch (at.at) {
    case 'address':
      return nothing
    case 'property': {
      const { name, path, property } = at
      const now = held(body, name)
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
    case 'custom': {
      const { name, path } = at
      const custom = held(body, 'custom')
      if (isDeepStrictEqual(held(held(custom, 'fields'), name), value)) return nothing
      if (custom === null) {
        const fix = 'Give it the Type with this field in commercetools, then try again.'
        return refuse('NO_CUSTOM_TYPE', path, `${path} cannot be set: the record has no custom Type. ${fix}`)
      }
      return act('setCustomField', value === null ? { name } : { name, value })
    }
  }
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
