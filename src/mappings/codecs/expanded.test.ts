/** A reference that was not expanded blanks nothing. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { context, keepsTheLaws, value } from '../testing/laws.ts'
import { expanded } from './expanded.ts'

const codec = expanded({ reference: 'customerGroup' })

describe('expanded', () => {
  keepsTheLaws(codec, { like: fc.string() })

  test('gives the name of the record that came along', () => {
    expect(codec.toCrm(' Gold ', context({ 'customerGroup.id': 'g1' }))).toEqual(value('Gold'))
  })

  test('without a reference there is no value; without its record nothing is said', () => {
    expect(codec.toCrm(null, context())).toEqual(value(null))
    expect(codec.toCrm(null, context({ 'customerGroup.id': 'g1' })).is).toBe('bad')
  })
})
