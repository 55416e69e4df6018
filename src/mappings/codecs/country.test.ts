/** Country codes, and the org's choice of them. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { field } from '../../../test/given.ts'
import { context, keepsTheLaws, value } from '../testing/laws.ts'
import { country } from './country.ts'

const picklist = field('BillingCountryCode', { type: 'picklist', values: ['DE', 'US'] })

describe('country', () => {
  keepsTheLaws(country, { like: fc.constantFrom('DE', 'de', ' us ', 'Germany', 'FR') })

  test.each([
    ['DE', 'DE'],
    [' de ', 'DE'],
    ['ch', 'CH'],
  ])('%j is stored as %j', (raw, stored) => {
    expect(country.toCrm(raw, context())).toEqual(value(stored))
  })

  test.each(['Germany', 'DEU', 'D', '49', 49])('%j is no country code', raw => {
    expect(country.toCrm(raw, context())).toMatchObject({ is: 'bad' })
  })

  test('a country that the org does not offer is left out', () => {
    expect(country.toCrm('us', context({}, picklist))).toEqual(value('US'))
    expect(country.toCrm('FR', context({}, picklist)).is).toBe('bad')
  })
})

describe('country in a picklist', () => {
  keepsTheLaws(country, { like: fc.constantFrom('DE', 'de', ' us ', 'FR'), field: picklist })
})
