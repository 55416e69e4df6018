/** What the door says of a mapping that is not sound. */
import { expect, test } from 'vitest'
import type { FieldRule, LinkRule, Mapping, MappingPart } from '../model/mapping.ts'
import { define, problemsOf } from './define.ts'

const part: MappingPart = { role: 'contact', object: 'Contact', match: [], fields: [], links: [], defaults: {} }
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
const rule: FieldRule = { crm: 'City', commerce: 'city', owner: 'commerce' }
const link: LinkRule = {
  crm: 'AccountId',
  relationship: 'Account',
  mapping: 'person',
  role: 'account',
  of: 'self',
  owner: 'seed',
  required: true,
}
const withPart = (more: Partial<MappingPart>): Mapping => ({ ...mapping, parts: [{ ...part, ...more }] })
const withRule = (more: Partial<FieldRule>): Mapping => withPart({ fields: [{ ...rule, ...more }] })

test('a sound mapping is given back', () => {
  expect(
    define(withPart({ fields: [rule], match: [{ by: 'external-id', crm: 'CT_Id__c', commerce: 'key' }] })).name,
  ).toBe('person')
})

test.each<[string, Mapping, string]>([
  ['a faulty expression', withRule({ commerce: 'first name' }), 'person.contact.City.commerce'],
  ['a faulty fallback', withRule({ fallback: '{' }), 'person.contact.City.fallback'],
  ['a faulty condition', { ...mapping, when: 'a b' }, 'person.when'],
  [
    'a faulty match rule',
    withPart({ match: [{ by: 'fallback', crm: 'Email', commerce: 'e mail' }] }),
    'person.contact.match.Email',
  ],
  [
    'a faulty reference',
    withPart({ links: [{ ...link, of: { type: 'x', id: 'a b' } }] }),
    'person.contact.AccountId.of',
  ],
  ['an owner that is none', withRule({ owner: 'both' as FieldRule['owner'] }), 'person.contact.City.owner'],
  ['strictest without a measure', withRule({ owner: 'strictest' }), 'person.contact.City.stricter'],
  ['strictest with an empty measure', withRule({ owner: 'strictest', stricter: [] }), 'person.contact.City.stricter'],
  [
    'a measure that nobody asks',
    withRule({ owner: 'latest', stricter: [true, false] }),
    'person.contact.City.stricter',
  ],
  [
    'two fields of Salesforce that rule over one place',
    withPart({
      fields: [
        { ...rule, owner: 'crm' },
        { ...rule, crm: 'Town', owner: 'crm' },
      ],
    }),
    'person.contact.Town.owner',
  ],
  ['a deactivation that writes nothing', { ...mapping, deletion: 'deactivate' }, 'person.deletion'],
  ['a fallback that is never written', withRule({ owner: 'crm', fallback: 'x' }), 'person.contact.City.fallback'],
  ['a record that can never be made', withRule({ owner: 'crm', required: true }), 'person.contact.City'],
  ['a field mapped twice', withPart({ fields: [rule, rule] }), 'person.contact.City'],
  ['the key field as a field', withRule({ crm: 'CT_Id__c' }), 'person.contact.CT_Id__c'],
  ['a role twice', { ...mapping, parts: [part, part] }, 'person.contact'],
  ['a parent after its child', withPart({ links: [link] }), 'person.contact.AccountId'],
  ['a role with a slash', withPart({ role: 'a/b' }), 'person.a/b'],
  [
    'a list that is no expression',
    withPart({ each: { of: 'lines[', id: 'id', whenGone: 'delete' } }),
    'person.contact.each.of',
  ],
  ['no part', { ...mapping, parts: [] }, 'person'],
])('%s', (_, faulty, place) => {
  const [problem, ...others] = problemsOf(faulty)
  expect([problem?.place, others]).toEqual([place, []])
  expect(problem?.fix).not.toBe('')
  expect(() => define(faulty)).toThrow(RangeError)
})
