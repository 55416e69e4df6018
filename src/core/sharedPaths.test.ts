/** Fields that may be written to one place are found, whatever their expressions look like. */
import { describe, expect, test } from 'vitest'
import { customerPerson } from '../mappings/customer-person/index.ts'
import type { FieldRule, Mapping, Value } from '../model/mapping.ts'
import { pathsBack, sharedPaths } from './sharedPaths.ts'

const mapping = (fields: readonly FieldRule[]): Mapping => {
  const whole = customerPerson()
  return { ...whole, parts: whole.parts.map((part, at) => ({ ...part, fields: at === 0 ? fields : [] })) }
}
const rule = (crm: string, commerce: string, more: Partial<FieldRule> = {}): FieldRule => ({
  crm,
  commerce,
  owner: 'latest',
  ...more,
})
const shared = (...fields: readonly FieldRule[]) =>
  [...sharedPaths(mapping(fields)).values()].map(group => group.map(one => one.field))

describe('shared paths', () => {
  test('are those of equal expressions, of alternatives, and of what comes apart', () => {
    const apart = { paths: ['street', 'number'], of: () => ({}), composed: (value: Value) => value }
    expect(shared(rule('A', 'x'), rule('B', 'x'), rule('C', 'y'))).toEqual([['A', 'B']])
    expect(shared(rule('A', 'x ?? y'), rule('B', 'y'), rule('C', 'z'))).toEqual([['A', 'B']])
    expect(shared(rule('A', '{street} {number}', { apart }), rule('B', 'number'))).toEqual([['A', 'B']])
  })

  test('join fields that share nothing with each other but with a third', () => {
    expect(shared(rule('A', 'x'), rule('B', 'y'), rule('C', 'x ?? y'))).toEqual([['A', 'B', 'C']])
  })

  test('are none where values do not flow back', () => {
    expect(shared(rule('A', 'x', { owner: 'commerce' }), rule('B', 'x'))).toEqual([])
    expect(shared(rule('A', 'x', { owner: 'seed' }), rule('B', 'x'))).toEqual([])
  })

  test('of a template that does not come apart are no paths that can be written', () => {
    expect(pathsBack(rule('A', 'a ?? {b} {c}'))).toEqual(['a', '{b} {c}'])
  })
})
