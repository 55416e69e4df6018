/** Which expressions of a mapping can be written, and that nothing odd slips through. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { writable } from './paths.ts'

describe('writable', () => {
  it.each([
    'email',
    ' firstName ',
    'customerNumber',
    'addresses[@defaultBillingAddressId].city',
    'addresses[@defaultShippingAddressId].phone',
    'custom.fields.marketingEmail',
    'custom.fields.opt-in',
    'customerGroup.obj.name',
    'stores',
    'companyName ?? email',
    'addresses[@defaultBillingAddressId].state ?? addresses[@defaultBillingAddressId].region',
  ])('%j of a customer', path => expect(writable('customer', path)).toBe(true))

  it.each([
    'isEmailVerified',
    'customerGroup.obj.key',
    'customerGroup.id',
    'stores[0].key',
    'password',
    'id',
    'email|local',
    '{firstName} {lastName}',
    'companyName ?? {firstName} {lastName}',
    'companyName ?? email|local',
    'addresses[@defaultBillingAddressId]',
    'addresses[@defaultBillingAddressId].id',
    'addresses[@defaultBillingAddressId].custom.fields.note',
    'addresses[@vatId].city',
    'addresses[0].city',
    'custom.fields',
    'custom.fields.name.en',
    'custom.fields.tags[0]',
    'custom.type.id',
    'constructor',
    'addresses[@constructor].city',
    '',
  ])('not %j', path => expect(writable('customer', path)).toBe(false))

  it('nothing of a type without a table', () => {
    expect(writable('business-unit', 'name')).toBe(false)
    fc.assert(fc.property(fc.string(), path => !writable('store', path)))
  })
})
