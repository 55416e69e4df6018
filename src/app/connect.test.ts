/** Every field of the shipped mappings may have an owner that lets Salesforce's value flow back, but for those that argue why not. */
import { describe, expect, it } from 'vitest'
import { customerPerson } from '../mappings/customer-person/index.ts'
import type { Mapping } from '../model/mapping.ts'
import { writable } from '../systems/commercetools/write/paths.ts'
import { unwritable } from './connect.ts'

const flowing = (mapping: Mapping): Mapping => ({
  ...mapping,
  parts: mapping.parts.map(part => ({ ...part, fields: part.fields.map(rule => ({ ...rule, owner: 'latest' })) })),
})
const refused = (mapping: Mapping): readonly string[] =>
  unwritable({ mappings: [flowing(mapping)] }, { writable, write: async () => [] }).map(one => one.place)

describe('an owner that lets values flow back', () => {
  it('is refused only for the name of an Account that is put together, and for what a shopper alone can prove', () => {
    expect(refused(customerPerson())).toEqual([
      'mapping customer-person.Account.Name.owner',
      'mapping customer-person.Contact.CT_Email_Verified__c.owner',
    ])
    expect(refused(customerPerson({ people: 'person-account' }))).toEqual([
      'mapping customer-person.Account.CT_Email_Verified__pc.owner',
    ])
  })

  it('is refused for addresses that are none of the defaults, and for templates that do not come apart', () => {
    const places = refused(customerPerson({ billing: 'addresses[0]' }))
    expect(places).toContain('mapping customer-person.Contact.MailingStreet.owner')
    expect(places).toContain('mapping customer-person.Contact.MailingCity.owner')
    expect(places).not.toContain('mapping customer-person.Contact.OtherStreet.owner')
    const own = customerPerson()
    const parts = own.parts.map(part => ({ ...part, fields: part.fields.map(({ apart: _, ...rule }) => rule) }))
    expect(refused({ ...own, parts })).toContain('mapping customer-person.Contact.OtherStreet.owner')
  })
})
