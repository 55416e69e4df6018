// One condition on one value, as validation rules and flows state it.

import type { Value } from '../entities.ts'
import type { Condition } from '../org/options.ts'

export function isTrue(condition: Pick<Condition, 'op' | 'value'>, value: Value | null): boolean {
  switch (condition.op) {
    case 'matches':
      return value !== null && new RegExp(String(condition.value)).test(String(value))
    case 'notMatches':
      return value !== null && !new RegExp(String(condition.value)).test(String(value))
    case 'equals':
      return value === condition.value
    case 'notEquals':
      return value !== condition.value
    case 'blank':
      return value === null
    case 'notBlank':
      return value !== null
    case 'longerThan':
      return String(value ?? '').length > Number(condition.value)
  }
}
