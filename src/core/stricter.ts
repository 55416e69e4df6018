/** For `strictest`: which of two values restricts more, by the rule's own list, the most restrictive one first. */
import type { Value } from '../model/mapping.ts'

/** A value that the list does not name binds the least: an empty field is no decision. A tie is commerce's. */
export function stricter(order: readonly Value[], commerce: Value, crm: Value): 'commerce' | 'crm' {
  const rank = (value: Value): number => {
    const at = order.indexOf(value)
    return at < 0 ? order.length : at
  }
  return rank(crm) < rank(commerce) ? 'crm' : 'commerce'
}
