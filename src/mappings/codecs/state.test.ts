/** States belong to their country: one that does not is left out before Salesforce refuses the whole record. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { field } from '../../../test/given.ts'
import { context, keepsTheLaws, value } from '../testing/laws.ts'
import { state } from './state.ts'
import { subdivision } from './subdivisions.ts'

const codec = state({ country: 'country' })
const picklist = field('BillingStateCode', {
  type: 'picklist',
  values: ['CA', 'NY', 'BC', 'BY', 'NSW', 'MD', 'WA', 'SP', 'M'],
})
const like = fc.constantFrom(
  'CA',
  'ca',
  'California',
  ' new york ',
  'Bayern',
  'BY',
  'New South Wales',
  'Texas',
  'nowhere',
)

describe.each(['US', 'DE', 'AU', 'ES', null])('state in %s', country => {
  keepsTheLaws(codec, { like, paths: { country }, field: picklist })
})

describe('state as plain text', () => {
  keepsTheLaws(codec, { like })

  test('stays as written', () => {
    expect(codec.toCrm(' Bayern ', context({ country: 'DE' }))).toEqual(value('Bayern'))
    expect(codec.toCrm('anything', context({}, field('BillingState')))).toEqual(value('anything'))
  })
})

describe('state in a picklist', () => {
  test.each([
    ['California', 'US', 'CA'],
    ['ca', 'us', 'CA'],
    ['US-NY', 'US', 'NY'],
    ['british columbia', 'CA', 'BC'],
    ['New South Wales', 'AU', 'NSW'],
    ['BAYERN', 'DE', 'BY'],
    ['Sao Paulo', 'BR', 'SP'],
    // Not in our table: the org's word is taken.
    ['m', 'ES', 'M'],
  ])('%s in %s is stored as %s', (raw, country, stored) => {
    expect(codec.toCrm(raw, context({ country }, picklist))).toEqual(value(stored))
  })

  test.each([
    ['California', 'DE', 'is not a state of the country of its address'],
    ['CA', 'DE', 'is not a state of the country of its address'],
    ['Bavaria', 'US', 'is not a state of the country of its address'],
    ['CA', null, 'needs the country of its address'],
    ['Texas', 'US', "is not among the org's states: add it under State and Country/Territory Picklists"],
    ['Madrid', 'ES', "is not among the org's states: add it under State and Country/Territory Picklists"],
  ])('%s in %s is left out', (raw, country, why) => {
    expect(codec.toCrm(raw, context({ country }, picklist))).toEqual({ is: 'bad', why })
  })
})

describe('subdivision', () => {
  test('knows codes and names without case, accents and punctuation', () => {
    expect(subdivision('DE', 'baden wurttemberg')).toBe('BW')
    expect(subdivision('CH', 'St Gallen')).toBe('SG')
    expect(subdivision('US', 'us virgin islands')).toBeNull()
    expect(subdivision('AT', '9')).toBe('9')
    expect(subdivision('NL', 'Utrecht')).toBeUndefined()
  })
})
