/** Locales find the org's nearest one. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { field } from '../../../test/given.ts'
import { context, keepsTheLaws, value } from '../testing/laws.ts'
import { locale } from './locale.ts'

const codec = locale({ default: 'en' })
const picklist = field('Language', { type: 'picklist', values: ['de', 'de_AT', 'en_US', 'en', 'zh_TW', 'zh_CN'] })
const like = fc.constantFrom('de', 'de-CH', 'de_at', 'EN-us', 'zh-hant-tw', 'fr-FR', 'es-419', 'German')

describe('locale', () => {
  keepsTheLaws(codec, { like })

  test.each([
    ['de-ch', 'de-CH'],
    ['DE_CH', 'de-CH'],
    ['zh-hans-cn', 'zh-Hans-CN'],
    ['es-419', 'es-419'],
    ['en', 'en'],
  ])('%s is stored as %s', (raw, stored) => {
    expect(codec.toCrm(raw, context())).toEqual(value(stored))
  })

  test.each(['German', 'd', 'de-', 'de-CHE', 7])('%j is no locale', raw => {
    expect(codec.toCrm(raw, context()).is).toBe('bad')
  })

  test('comes back as commercetools writes it', () => {
    expect(codec.toCommerce?.('de_AT')).toBe('de-AT')
    expect(codec.toCommerce?.(null)).toBeNull()
  })
})

describe('locale in a picklist', () => {
  keepsTheLaws(codec, { like, field: picklist })

  test.each([
    ['de-AT', 'de_AT'],
    ['de-CH', 'de'],
    ['zh-Hant-TW', 'zh_TW'],
    ['fr-FR', 'en'],
  ])('%s is stored as %s', (raw, stored) => {
    expect(codec.toCrm(raw, context({}, picklist))).toEqual(value(stored))
  })

  test('without a default, an unknown language is left out', () => {
    expect(locale().toCrm('fr-FR', context({}, picklist)).is).toBe('bad')
  })
})
