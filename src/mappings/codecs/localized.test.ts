import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { context, keepsTheLaws, value } from '../testing/laws.ts'
import { localized } from './localized.ts'

const codec = localized({ locale: 'locale' })
const names = { 'de-CH': 'Velo', de: 'Fahrrad', en: 'Bicycle', 'fr-FR': 'Vélo' }

describe('localized', () => {
  keepsTheLaws(codec, {
    like: fc.dictionary(fc.constantFrom('de', 'en', 'de-CH', 'fr'), fc.string()),
    paths: { locale: 'de-CH' },
  })

  test.each([
    ['de-CH', 'Velo'],
    ['de_ch', 'Velo'],
    ['de-AT', 'Fahrrad'],
    ['fr', 'Vélo'],
    ['it', 'Bicycle'],
    ['no locale', 'Bicycle'],
    [null, 'Bicycle'],
  ])('for %s', (locale, text) => {
    expect(codec.toCrm(names, context({ locale }))).toEqual(value(text))
  })

  test('passes over what is blank, and takes the first language when nothing fits', () => {
    expect(codec.toCrm({ de: ' ', sv: 'Cykel', nl: 'Fiets' }, context({ locale: 'de' }))).toEqual(value('Fiets'))
    expect(codec.toCrm({ de: '' }, context({ locale: 'de' }))).toEqual(value(null))
    expect(codec.toCrm({}, context())).toEqual(value(null))
  })

  test('refuses a list', () => {
    expect(codec.toCrm(['a'], context())).toMatchObject({ is: 'bad' })
  })
})
