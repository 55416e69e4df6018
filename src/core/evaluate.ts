/**
 * The small language in which mappings name values of a commerce record, because mappings are data and not code.
 *
 *     alternatives  =  term { " ?? " term }            the first that is not empty counts
 *     term          =  path | template
 *     template      =  text with "{" path "}"          empty pieces vanish, spaces between them collapse
 *     path          =  step { "." step } [ "|local" ]  "|local": an email's part before the @
 *     step          =  name [ "[@" name "]" | "[" number "]" ]
 *
 * `addresses[@defaultBillingAddressId]` is the element of `addresses` whose `id` is the record's `defaultBillingAddressId`.
 */
import { isObject, type Json, type JsonObject } from '../model/resource.ts'

/** An expression made ready: give it a record's body, get the value, null when it is empty. */
export type Expression = (body: JsonObject) => Json

/** Null, blank text and empty lists are no value; `false` and 0 are. */
export const isEmpty = (value: Json | undefined): boolean =>
  value === null ||
  value === undefined ||
  (typeof value === 'string' && value.trim() === '') ||
  (Array.isArray(value) && value.length === 0)

/** A property of the record itself: `constructor` is no value of a customer. */
const own = (record: JsonObject, name: string): Json | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined

const stepPattern = /^([A-Za-z_][\w-]*)(?:\[(?:@([A-Za-z_]\w*)|(\d+))\])?$/

type Step = { name: string; idFrom: string | null; index: number | null }

function steps(path: string): Step[] {
  return path.split('.').map(text => {
    const found = stepPattern.exec(text)
    if (!found?.[1])
      throw new RangeError(`'${text}' in the expression '${path}' is no step: write name, name[@id] or name[0]`)
    return { name: found[1], idFrom: found[2] ?? null, index: found[3] === undefined ? null : Number(found[3]) }
  })
}

function element(list: Json | undefined, step: Step, body: JsonObject): Json | undefined {
  if (!Array.isArray(list)) return undefined
  if (step.index !== null) return list[step.index]
  const id = step.idFrom === null ? undefined : own(body, step.idFrom)
  return isEmpty(id) ? undefined : list.find(item => isObject(item) && item.id === id)
}

function path(text: string): Expression {
  const [plain = '', ...filters] = text.split('|')
  const [filter] = filters
  if (filters.length > 1 || (filter !== undefined && filter !== 'local'))
    throw new RangeError(`'|${filters.join('|')}' in the expression '${text}' is unknown: there is only |local`)
  const walk = steps(plain)
  return body => {
    let value: Json | undefined = body
    for (const step of walk) {
      if (!isObject(value)) return null
      value = own(value, step.name)
      if (step.idFrom !== null || step.index !== null) value = element(value, step, body)
    }
    if (isEmpty(value) || value === undefined) return null
    if (filter === undefined) return value
    return typeof value === 'string' ? value.trim().split('@')[0] || null : null
  }
}

function template(text: string): Expression {
  const pieces = text.split(/\{([^{}]*)\}/).map((piece, at) => {
    if (at % 2 === 1) return path(piece.trim())
    if (/[{}]/.test(piece)) throw new RangeError(`a brace in the expression '${text}' has no partner`)
    return piece
  })
  return body => {
    let filled = false
    const whole = pieces
      .map(piece => {
        if (typeof piece === 'string') return piece
        const value = piece(body)
        if (value === null || typeof value === 'object') return ''
        filled = true
        return String(value).trim()
      })
      .join('')
    // Spaces collapse but line breaks stay: a street's second line is one on purpose.
    const tidy = whole
      .replace(/[^\S\n]+/g, ' ')
      .replace(/ ?\n ?/g, '\n')
      .trim()
    return filled && tidy !== '' ? tidy : null
  }
}

/** Makes an expression ready. Throws a RangeError that names the faulty piece; `config.ts` finds it at start. */
export function evaluate(expression: string): Expression {
  const terms = expression.split(' ?? ').map(term => (/[{}]/.test(term) ? template(term) : path(term.trim())))
  return body => {
    for (const term of terms) {
      const value = term(body)
      if (!isEmpty(value)) return value
    }
    return null
  }
}
