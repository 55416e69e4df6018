/** How a draft finds its counterpart; plan.test.ts has the rest of the rule book. */
import { expect, test } from 'vitest'
import { given } from '../../test/given.ts'
import type { Candidate, Draft } from '../model/identity.ts'
import type { Mapping, MatchRule } from '../model/mapping.ts'
import { match } from './match.ts'

const byKey: MatchRule = { by: 'external-id', crm: 'CT_Id__c', commerce: 'key' }
const byNumber: MatchRule = { by: 'external-id', crm: 'Number__c', commerce: 'number' }
const byEmail: MatchRule = { by: 'fallback', crm: 'Email', commerce: 'email', corroborate: ['LastName'] }

const mapping: Mapping = {
  name: 'person',
  doc: '',
  commerce: 'customer',
  keyField: 'CT_Id__c',
  parts: [
    {
      role: 'contact',
      object: 'Contact',
      match: [byKey, byNumber, byEmail],
      fields: [{ crm: 'LastName', commerce: 'lastName', owner: 'commerce' }],
      links: [],
      defaults: {},
    },
  ],
  deletion: 'ignore',
  creates: 'commerce',
  expand: [],
  touchedBy: [],
}

function draft(): Draft {
  const [made] = given({ mapping, snapshot: { id: 'ada', lastName: 'Müller-Lüdenscheidt' } }).made
  if (made === undefined) throw new Error('one part makes one draft')
  return made.draft
}

const candidate = (id: string, by: MatchRule, values: Candidate['values'] = {}): Candidate => ({
  ref: { side: 'crm', type: 'Contact', id },
  version: 1,
  modifiedAt: '2026-01-01T00:00:00.000Z',
  values,
  digests: {},
  by,
  claimedBy: null,
})

const found = (...candidates: Candidate[]) => match(draft(), { link: null, candidates, decision: null })

test('nothing found is a new record', () => {
  expect(found()).toEqual({ is: 'new' })
})

test('an external ID comes before a fallback key', () => {
  expect(found(candidate('B', byEmail), candidate('A', byNumber))).toMatchObject({ candidate: { ref: { id: 'A' } } })
})

test('one record found by two keys is one record', () => {
  expect(found(candidate('A', byKey), candidate('A', byNumber))).toMatchObject({ is: 'found', by: byKey })
})

test('a key that differs in case is another record’s', () => {
  expect(found(candidate('A', byKey, { CT_Id__c: 'demo/ADA' }))).toEqual({ is: 'new' })
})

test('a detail corroborates without case, accents and punctuation, and contradicts only with a value', () => {
  expect(found(candidate('A', byEmail, { LastName: 'MULLER LUDENSCHEIDT' }))).toMatchObject({ is: 'found' })
  expect(found(candidate('A', byEmail, { LastName: null }))).toMatchObject({ is: 'found' })
  expect(found(candidate('A', byEmail, { LastName: 'Müller' }))).toMatchObject({ is: 'ambiguous', why: 'disagrees' })
})
