/** Reading untyped JSON: the border where request bodies become typed values, with commercetools' own complaints. */
import { malformedJson } from './errors.ts'

export type Json = null | boolean | number | string | Json[] | JsonObject
export type JsonObject = { [name: string]: Json | undefined }

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Null counts as absent, as it does in the real API. */
export function optional(body: JsonObject, name: string): Json | undefined {
  const value = body[name]
  return value === null ? undefined : value
}

export function object(value: unknown, path: string): JsonObject {
  if (!isObject(value)) throw malformedJson(`${path}: Expected Object, got ${kind(value)}`)
  return value
}

export function optionalObject(body: JsonObject, name: string): JsonObject | undefined {
  const value = optional(body, name)
  return value === undefined ? undefined : object(value, name)
}

export function optionalText(body: JsonObject, name: string, path = name): string | undefined {
  const value = optional(body, name)
  if (value === undefined) return undefined
  if (typeof value !== 'string') throw malformedJson(`${path}: Expected String, got ${kind(value)}`)
  return value
}

export function text(body: JsonObject, name: string, path = name): string {
  const value = optionalText(body, name, path)
  if (value === undefined) throw malformedJson(`${path}: Missing required value`)
  return value
}

export function optionalFlag(body: JsonObject, name: string): boolean | undefined {
  const value = optional(body, name)
  if (value === undefined) return undefined
  if (typeof value !== 'boolean') throw malformedJson(`${name}: Expected Boolean, got ${kind(value)}`)
  return value
}

export function flag(body: JsonObject, name: string): boolean {
  const value = optionalFlag(body, name)
  if (value === undefined) throw malformedJson(`${name}: Missing required value`)
  return value
}

export function integer(body: JsonObject, name: string): number {
  const value = optional(body, name)
  if (value === undefined) throw malformedJson(`${name}: Missing required value`)
  if (typeof value !== 'number' || !Number.isInteger(value)) {
    throw malformedJson(`${name}: Expected Integer, got ${kind(value)}`)
  }
  return value
}

export function optionalInteger(body: JsonObject, name: string): number | undefined {
  return optional(body, name) === undefined ? undefined : integer(body, name)
}

/** An absent list is an empty one. */
export function list(body: JsonObject, name: string): Json[] {
  const value = optional(body, name)
  if (value === undefined) return []
  if (!Array.isArray(value)) throw malformedJson(`${name}: Expected Array, got ${kind(value)}`)
  return value
}

export function objects(body: JsonObject, name: string): JsonObject[] {
  return list(body, name).map(item => object(item, name))
}

/** Compares by JSON text: enough for values that came from JSON and keep their order of names. */
export const sameJson = (a: unknown, b: unknown): boolean => a === b || JSON.stringify(a) === JSON.stringify(b)

function kind(value: unknown): string {
  if (value === null) return 'Null'
  if (value === undefined) return 'nothing'
  if (Array.isArray(value)) return 'Array'
  return typeof value
}
