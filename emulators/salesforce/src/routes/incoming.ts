// What is checked of a request before anybody looks at what it asks: its version, its media type, its JSON.

import { type Refusal, refuse } from '../rules/refusal.ts'

export const FIRST_VERSION = 31
export const LAST_VERSION = 67

/** Not a value that JSON can hold: the body could not be read. */
export const UNREADABLE = Symbol('unreadable')

/** Deeper than this no reader of the org goes. Assumed: the limit of the JSON reader that the error texts point to. */
const DEEPEST = 1000

/**
 * Why a path of this version leads nowhere, or null. Versions before 31.0 were retired: "REST API returns 410: GONE"
 * (help article 000354473); the code in the body is assumed.
 */
export function versionProblem(version: string): Refusal | null {
  const number = Number(version.slice(1))
  if (number < FIRST_VERSION) {
    return refuse('UNSUPPORTED_API_VERSION', `API version ${number.toFixed(1)} is retired`, [], 410)
  }
  if (number <= LAST_VERSION) return null
  return refuse('NOT_FOUND', 'The requested resource does not exist', [], 404)
}

/** A body is JSON, rows of a Bulk upload are CSV; a client that names no type is taken at its word. */
export function mediaProblem(contentType: string | undefined, wanted: 'json' | 'csv'): Refusal | null {
  if (contentType === undefined || contentType === '') return null
  const type = contentType.split(';')[0]?.trim().toLowerCase() ?? ''
  if (type === (wanted === 'csv' ? 'text/csv' : 'application/json')) return null
  return refuse('UNSUPPORTED_MEDIA_TYPE', `MediaType of '${type}' is not supported by this resource`, [], 415)
}

/** The value of a JSON body, or UNREADABLE. */
export function readJson(text: string): unknown {
  try {
    return isTooDeep(text) ? UNREADABLE : JSON.parse(text)
  } catch {
    return UNREADABLE
  }
}

const [QUOTE, BACKSLASH] = [34, 92]

/** Looked at before parsing: what is built of such a text would overflow the stack of whoever walks it. */
function isTooDeep(text: string): boolean {
  if (text.length < 2 * DEEPEST) return false
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) {
      at = text.indexOf('"', at + 1)
      while (at > 0 && isEscaped(text, at)) at = text.indexOf('"', at + 1)
      if (at < 0) return false
    } else if (code === 123 || code === 91) {
      if (++depth > DEEPEST) return true
    } else if (code === 125 || code === 93) depth--
  }
  return false
}

function isEscaped(text: string, at: number): boolean {
  let slashes = 0
  while (text.charCodeAt(at - 1 - slashes) === BACKSLASH) slashes++
  return slashes % 2 === 1
}
