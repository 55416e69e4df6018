/** The words in which changes of a commerce record are spoken of, and how a value of its body is looked up. */
import type { Json, JsonObject } from '../../../model/resource.ts'
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

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Null where there is none: absent and null are the same to commercetools. */
export const held = (record: Json | undefined, name: string): Json =>
  isObject(record) && Object.hasOwn(record, name) ? (record[name] ?? null) : null
