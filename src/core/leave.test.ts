import { describe, expect, test } from 'vitest'
import { field } from '../../test/given.ts'
import type { IdentityLink } from '../model/identity.ts'
import type { DeletionPolicy, Mapping, MappingPart, ObjectSchema } from '../model/mapping.ts'
import { deletionPolicies } from '../model/mapping.ts'
import { anonymised, deactivated, departed, type LeaveInput, type Left, leave } from './leave.ts'
import { settle } from './settle.ts'

const part: MappingPart = {
  role: 'contact',
  object: 'Contact',
  match: [],
  fields: [
    { crm: 'LastName', commerce: 'lastName', owner: 'commerce', required: true },
    { crm: 'Email', commerce: 'email', owner: 'crm' },
    { crm: 'MailingCountryCode', orElse: 'MailingCountry', commerce: 'country', owner: 'commerce' },
    { crm: 'Vip__c', commerce: 'vip', owner: 'seed' },
    { crm: 'Locale__c', commerce: 'locale', owner: 'commerce', personal: false },
    { crm: 'Formula__c', commerce: 'x', owner: 'crm' },
  ],
  links: [],
  defaults: {},
  personal: ['Fax', 'NotHere__c'],
  deactivate: { Left_At__c: { at: 'deletion' }, Status__c: 'gone', NotHere__c: 1 },
}
const mapping: Mapping = {
  name: 'person',
  doc: '',
  commerce: 'customer',
  keyField: 'CT_Id__c',
  parts: [part],
  deletion: 'ignore',
  creates: 'commerce',
  expand: [],
  touchedBy: [],
}
const fields = [
  field('CT_Id__c'),
  field('LastName'),
  field('Email'),
  field('MailingCountry'),
  field('Vip__c', { type: 'boolean', nillable: false }),
  field('Locale__c'),
  field('Formula__c', { updateable: false }),
  field('Fax', { nillable: false }),
  field('Left_At__c'),
  field('Status__c'),
]
const object: ObjectSchema = {
  name: 'Contact',
  createable: true,
  updateable: true,
  fields: new Map(fields.map(one => [one.name, one])),
}
const source = { side: 'commerce', type: 'customer', id: 'demo/1' } as const
const crm = { side: 'crm', type: 'Contact', id: 'C1' } as const
const at = '2026-01-01T00:00:00.000Z'
const link: IdentityLink = {
  mapping: 'person',
  role: 'contact',
  commerce: source,
  crm,
  primary: true,
  base: {},
  revision: 1,
  restores: {},
  since: at,
  savedAt: at,
}
const left: Left = { ref: crm, values: { LastName: 'Beck', CT_Id__c: 'demo/1' }, isShared: false, takesAlong: false }
const draft = departed(mapping, part, source, at)
const planned = (how: DeletionPolicy, more: Partial<LeaveInput> = {}) =>
  leave(draft, part, { how, erase: false, link, found: left, deletedAt: at, object, ...more })

test('anonymise empties what is personal and writable, whoever owns it, by the name that the org has', () => {
  expect(anonymised(part, object)).toEqual({
    LastName: 'Anonymised',
    Email: null,
    MailingCountry: null,
    Vip__c: false,
    Fax: 'Anonymised',
  })
  expect(anonymised(part, undefined)).toEqual({})
})

test('deactivate writes its own fields, as far as the org has them', () => {
  expect(deactivated(part, object, at)).toEqual({ Left_At__c: at, Status__c: 'gone' })
})

describe('the last plan of a part', () => {
  test.each(deletionPolicies)('%s ends the link, except for ignore, and settles so', how => {
    const plan = planned(how)
    const wrote = plan.do === 'update' || plan.do === 'delete'
    const outcome = wrote ? ({ ok: true, ref: crm, created: false, version: null } as const) : null
    const rest = { known: link, next: null, attempts: 0, correlationId: 'c', flowsBack: true }
    const { links, marks } = settle({ plan, outcome, ...rest })
    expect(links.map(one => one.do)).toEqual(how === 'ignore' ? [] : ['remove'])
    expect(marks).toEqual([])
  })

  test('writes only what is not so yet, and nothing the second time', () => {
    const first = planned('anonymise')
    expect(first).toMatchObject({ do: 'update', fields: { LastName: 'Anonymised', Vip__c: false }, ends: true })
    const values = { ...left.values, ...anonymised(part, object) }
    expect(planned('anonymise', { found: { ...left, values } })).toMatchObject({ do: 'nothing', ends: true })
  })

  test('empties our key only for who is to be erased', () => {
    expect(planned('anonymise')).not.toMatchObject({ fields: { CT_Id__c: null } })
    expect(planned('anonymise', { erase: true })).toMatchObject({ fields: { CT_Id__c: null } })
  })

  test('deletes, unless others would go along', () => {
    expect(planned('delete')).toMatchObject({ do: 'delete', crm, link })
    expect(planned('delete', { found: { ...left, takesAlong: true } })).toMatchObject({ do: 'update', ends: true })
  })

  test.each(['deactivate', 'anonymise', 'delete'] as const)('%s: writes nothing to what is gone, or shared', how => {
    expect(planned(how, { found: null })).toMatchObject({ do: 'nothing', ends: true })
    expect(planned(how, { found: { ...left, isShared: true } })).toMatchObject({ do: 'nothing', ends: true })
  })
})
