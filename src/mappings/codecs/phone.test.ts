/** Phone numbers as they are dialled from anywhere, and silence about those that cannot be read. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { field } from '../../../test/given.ts'
import { context, keepsTheLaws, value } from '../testing/laws.ts'
import { phone } from './phone.ts'

const codec = phone({ country: 'country' })
const countries = ['DE', 'US', 'GB', 'FR', 'IT', 'CH', 'AT', 'JP', 'AR', 'MX', 'BR', 'AU', 'CN', 'IN', 'CA', 'KZ', 'SM']
const digits = (min: number, max: number) => fc.stringMatching(new RegExp(`^[0-9]{${min},${max}}$`))
const numbers = fc
  .tuple(
    fc.constantFrom('', '+', '00', '0', '+49 ', '+54 9 ', '+52 1 ', '+39 0', '+55 ', '+1 ', '1-'),
    digits(4, 13),
    fc.oneof(
      fc.constant(''),
      digits(1, 6).map(text => ` x${text}`),
    ),
  )
  .map(pieces => pieces.join(''))

describe.each(countries)('phone in %s', country => {
  keepsTheLaws(codec, { like: numbers, paths: { country } })
})

describe('phone without a country', () => {
  keepsTheLaws(codec, { like: numbers })
})

describe('phone', () => {
  test.each([
    ['030 901820', 'DE', '+4930901820'],
    ['+49 (0)30 901820', 'DE', '+4930901820'],
    ['(650) 253-0000', 'US', '+16502530000'],
    ['044 668 18 00', 'ch', '+41446681800'],
    ['02 1234 5678', 'IT', '+390212345678'],
    ['+41 44 668 18 00', 'DE', '+41446681800'],
    ['+41 44 668 18 00', null, '+41446681800'],
    ['03-1234-5678', 'JP', '+81312345678'],
    ['1-750-818-8156 x640', 'US', '+17508188156 x640'],
  ])('%s in %s is stored as %s', (raw, country, stored) => {
    expect(codec.toCrm(raw, context({ country }))).toEqual(value(stored))
  })

  test.each([
    ['call me', 'DE', 'is no phone number that can be read as one of DE'],
    ['12', 'DE', 'is no phone number that can be read as one of DE'],
    ['030 901820', null, 'is no phone number that can be read without a country'],
    ['030 901820', 'XX', 'is no phone number that can be read as one of XX'],
    ['tel: 030 901820 or 030 901821', 'DE', 'is no phone number that can be read as one of DE'],
  ])('%s in %s is left out', (raw, country, why) => {
    expect(codec.toCrm(raw, context({ country }))).toEqual({ is: 'bad', why })
  })

  test('an extension that does not fit is left off whole', () => {
    const narrow = field('Phone', { type: 'phone', length: 15 })
    expect(codec.toCrm('1-750-818-8156 x640', context({ country: 'US' }, narrow))).toEqual(value('+17508188156'))
    const tooNarrow = field('Phone', { type: 'phone', length: 10 })
    expect(codec.toCrm('1-750-818-8156', context({ country: 'US' }, tooNarrow)).is).toBe('bad')
  })
})
