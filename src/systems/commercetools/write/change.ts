/** The words in which changes of a commerce record are spoken of, and how a value of its body is looked up. */
import { isObject, type Json, type JsonObject } from '../../../model/resource.ts'
import type { Place } from './paths.ts'

export type Action = { readonly action: string; readonly [name: string]: Json }

/** A change, understood; `value` null empties. */
export type Change = { readonly place: Place; readonly value: Json }

/** Why a change cannot be made. `why` is a sentence for a person, without values. */
export type Refusal = { readonly code: string; readonly path: string; readonly why: string }

export type Made = { readonly actions: readonly Action[]; readonly refusals: readonly Refusal[] }

export const notText = (path: string): Refusal => ({
  code: 'NOT_TEXT',
  path,
  why: `${path} holds text, and the value is none: its codec must give text.`,
})

/** Null where there is none: absent and null are the same to commercetools. */
export const held = (record: Json | undefined, name: string): Json =>
  isObject(record) && Object.hasOwn(record, name) ? (record[name] ?? null) : null

/** What a place holds now, null for nothing. Of a reference: the text that names it, when the other record was read along. */
export function valueAt(body: JsonObject, place: Place): Json {
  switch (place.at) {
    case 'property':
    case 'list':
      return held(body, place.name)
    case 'reference':
      return held(held(held(body, place.name), 'obj'), place.reference.by)
    case 'custom':
      return held(held(held(body, 'custom'), 'fields'), place.name)
    case 'address': {
      const id = held(body, place.of)
      const list = held(body, 'addresses')
      const found = Array.isArray(list) && id !== null ? list.find(each => held(each, 'id') === id) : undefined
      return held(found, place.name)
    }
  }
}
