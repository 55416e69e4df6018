/** The order of a list of keys is no change. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { field } from '../../../test/given.ts'
import { context, keepsTheLaws, value } from '../testing/laws.ts'
import { keys } from './keys.ts'

const references = fc.array(fc.record({ typeId: fc.constant('store'), key: fc.string() }))

describe('keys', () => {
  keepsTheLaws(keys, { like: references })

  test('are sorted, each once', () => {
    const stores = ['b2c-de', 'b2c-at', 'b2c-de'].map(key => ({ typeId: 'store', key }))
    expect(keys.toCrm(stores, context())).toEqual(value('b2c-at;b2c-de'))
    expect(keys.toCrm([], context())).toEqual(value(null))
  })

  test('that do not fit the field are left out, not cut to a key that does not exist', () => {
    const stores = [{ key: 'a'.repeat(200) }, { key: 'b'.repeat(200) }]
    expect(keys.toCrm(stores, context({}, field('CT_Store_Keys__c'))).is).toBe('bad')
  })

  test('references by id are no keys', () => {
    expect(keys.toCrm([{ typeId: 'store', id: '1' }], context()).is).toBe('bad')
  })
})
