/** What becomes of addresses, of the phones in them, and of texts that are longer than Salesforce's fields. */
import { describe, expect, test } from 'vitest'
import { created, nothing, picklists, plain, settled } from '../testing/person.ts'
import { american, americanInGermany, longWinded, unreadablePhone, withoutCountry } from './fixtures.ts'
import { customerPerson } from './index.ts'

describe('a phone', () => {
  test('that cannot be read is left out and reported, without repeating it', () => {
    const { contact } = created(unreadablePhone)
    const why = 'is no phone number that can be read as one of DE'
    expect(contact.dropped).toEqual({ Phone: why, OtherPhone: why })
    expect(contact.fields).toMatchObject({ LastName: 'Odd', MobilePhone: '+4917508188156 x640', MailingCity: 'Berlin' })
    expect(contact.fields).not.toHaveProperty('Phone')
  })
})

describe('an address', () => {
  test('without a country gives national numbers and state codes no meaning; the rest goes over', () => {
    const { contact } = created(withoutCountry, picklists)
    expect(contact.dropped).toEqual({
      Phone: 'is no phone number that can be read without a country',
      OtherPhone: 'is no phone number that can be read without a country',
      MailingStateCode: 'needs the country of its address',
      OtherStateCode: 'needs the country of its address',
    })
    expect(contact.fields).toMatchObject({ MailingCity: 'Springfield', MobilePhone: '+16502530000' })
  })

  test('keeps its state as written where the org has no picklists', () => {
    expect(created(withoutCountry).contact.fields).toMatchObject({ MailingState: 'CA' })
    expect(created(americanInGermany).contact.fields).toMatchObject({ MailingState: 'Iowa', MailingCountry: 'DE' })
  })

  test('in America has its state by name or code', () => {
    const { account, contact } = created(american, picklists)
    expect(account.fields).toMatchObject({ BillingStateCode: 'CA', BillingCountryCode: 'US' })
    expect(contact.fields).toMatchObject({ MailingStateCode: 'CA', Phone: '+16502530000', CT_Locale__c: 'en-US' })
  })

  test('in Germany with an American state goes without the state, and the record goes on', () => {
    const { account } = created(americanInGermany, picklists)
    const why = 'is not a state of the country of its address'
    expect(account.dropped).toEqual({ BillingStateCode: why, ShippingStateCode: why })
    expect(account.fields).toMatchObject({ BillingCountryCode: 'DE', BillingCity: 'Lamontfield' })
  })

  test('begins with the number where the shop says so', () => {
    const { account } = created(american, plain, customerPerson({ street: 'number-name' }))
    expect(account.fields).toMatchObject({ BillingStreet: '12 Main Street' })
  })

  test('can be chosen otherwise than by default', () => {
    const { defaultBillingAddressId: _, defaultShippingAddressId: __, ...undecided } = american
    expect(created(undecided).account.fields).not.toHaveProperty('BillingCity')
    const { account, contact } = created(undecided, plain, customerPerson({ billing: 'addresses[0]' }))
    expect(account.fields).toMatchObject({ BillingCity: 'Mountain View' })
    expect(contact.fields).toMatchObject({ MailingCity: 'Mountain View', Phone: '+16502530000' })
  })

  test('without a street has its box', () => {
    expect(created(longWinded).account.fields).toMatchObject({ BillingStreet: 'PO Box 4711' })
  })
})

describe('long texts', () => {
  test('are cut to the field, between characters, and reported', () => {
    const { contact } = created(longWinded)
    expect(contact.fields).toMatchObject({
      FirstName: 'Maximiliane Maximiliane Maximiliane Maxi',
      LastName: '𝒮'.repeat(40),
    })
    expect(contact.dropped).toEqual({
      FirstName: 'was cut to 40 characters',
      LastName: 'was cut to 80 characters',
      MailingCity: 'was cut to 40 characters',
      OtherCity: 'was cut to 40 characters',
    })
  })

  test('that were cut are no drift', () => {
    settled(longWinded, longWinded).plans(nothing, nothing)
  })
})
