/** How a draft finds its counterpart; plan.test.ts has the rest of the rule book. */
import { describe, expect, test } from 'vitest'
import { blind, given } from '../../test/given.ts'
import type { Candidate, Draft } from '../model/identity.ts'
import type { FallbackRule, Mapping, MatchRule } from '../model/mapping.ts'
import type { View } from './certain.ts'
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

const found = (...candidates: Candidate[]) => match(draft(), { link: null, candidates, decision: null, view: blind })

test('nothing found is a new record', () => {
  expect(found()).toEqual({ is: 'new' })
})

test('an external ID comes before a fallback key, and what that one leads to is told', () => {
  const both = [candidate('B', byEmail), candidate('A', byNumber)]
  expect(found(...both)).toMatchObject({ candidate: { ref: { id: 'A' } }, other: { ref: { id: 'B' } } })
  expect(found(candidate('A', byEmail), candidate('A', byNumber))).toMatchObject({ by: byNumber, other: null })
})

test('one record found by two keys is one record', () => {
  expect(found(candidate('A', byKey), candidate('A', byNumber))).toMatchObject({ is: 'found', by: byKey })
})

test('who prefers duplicates to waiting has a new one made beside several, and beside one that is not certain', () => {
  const unsure: FallbackRule = { ...byEmail, when: 'verified' }
  const made = (...candidates: Candidate[]) =>
    match(draft(), { link: null, candidates, decision: null, view: blind, createsWhenUnclear: true })
  const several = [candidate('A', byEmail), candidate('B', byEmail)]
  expect(found(...several)).toMatchObject({ is: 'ambiguous' })
  expect(made(...several)).toMatchObject({ is: 'new', despite: several })
  expect(made(candidate('A', unsure))).toMatchObject({ is: 'new', despite: [{ ref: { id: 'A' } }] })
  const taken = {
    ...candidate('A', byEmail),
    claimedBy: { side: 'commerce', type: 'customer', id: 'demo/eve' } as const,
  }
  expect(made(taken)).toMatchObject({ is: 'ambiguous', why: 'claimed' })
  expect(made(candidate('A', byEmail, { LastName: 'Else' }))).toMatchObject({ is: 'ambiguous', why: 'disagrees' })
})

test('a key that differs in case is another record’s', () => {
  expect(found(candidate('A', byKey, { CT_Id__c: 'demo/ADA' }))).toEqual({ is: 'new' })
})

test('a detail corroborates without case, accents and punctuation, and contradicts only with a value', () => {
  expect(found(candidate('A', byEmail, { LastName: 'MULLER LUDENSCHEIDT' }))).toMatchObject({ is: 'found' })
  expect(found(candidate('A', byEmail, { LastName: null }))).toMatchObject({ is: 'found' })
  expect(found(candidate('A', byEmail, { LastName: 'Müller' }))).toMatchObject({ is: 'ambiguous', why: 'disagrees' })
})

test('a detail is compared by what it means', () => {
  const view: View = { ...blind, meant: (_field, value) => (value === 'M.-L.' ? 'Müller-Lüdenscheidt' : value) }
  const candidates = [candidate('A', byEmail, { LastName: 'M.-L.' })]
  expect(match(draft(), { link: null, candidates, decision: null, view })).toMatchObject({ is: 'found' })
})

describe('a fallback key', () => {
  const rule = (more: Partial<FallbackRule>): FallbackRule => ({
    by: 'fallback',
    crm: 'Email',
    commerce: 'email',
    ...more,
  })
  const among = (by: FallbackRule, view: Partial<View>, ...values: Candidate['values'][]) => {
    const candidates = values.map((each, at) => candidate('ABCDE'.charAt(at), by, each))
    return match(draft(), { link: null, candidates, decision: null, view: { ...blind, ...view } })
  }
  const chosen = (by: FallbackRule, ...values: Candidate['values'][]) => {
    const made = among(by, {}, ...values)
    if (made.is === 'found') return made.candidate.ref.id
    return made.is === 'ambiguous' ? made.candidates.map(one => one.ref.id).join() : made.is
  }

  test('is certain when its condition holds or one detail agrees, and else a person looks', () => {
    const by = rule({ when: 'verified', agree: ['LastName', 'Phone'] })
    expect(among(by, { value: () => true }, { LastName: null })).toMatchObject({ is: 'found' })
    expect(among(by, {}, { LastName: 'muller luedenscheidt' })).toMatchObject({ is: 'ambiguous', why: 'ambiguous' })
    expect(among(by, {}, { LastName: 'muller ludenscheidt' })).toMatchObject({ is: 'found' })
    for (const answer of [null, false])
      expect(among(by, { value: () => answer }, { LastName: null })).toMatchObject({
        is: 'ambiguous',
        because: 'the record found by Email is not certain: verified is not set, and no LastName or Phone confirms it',
      })
  })

  test('prefers who has such records, then whose latest is the latest; where nobody asked, it tells nobody apart', () => {
    const cases = { related: 'Cases', where: { IsClosed: false } } as const
    const open = 'Cases(IsClosed=false)'
    const by = rule({ prefer: [cases, { related: 'Orders', latest: 'EffectiveDate' }] })
    const [a, b, c] = [
      { [open]: false, 'Orders.EffectiveDate': '2026-03-01' },
      { [open]: true, 'Orders.EffectiveDate': '2026-01-01' },
      { [open]: true, 'Orders.EffectiveDate': '2026-02-01' },
    ]
    expect(chosen(by, a, b)).toBe('B')
    expect(chosen(by, a, b, c)).toBe('C')
    expect(chosen(by, a, { [open]: false, 'Orders.EffectiveDate': null })).toBe('A')
    expect(chosen(by, a, b, {})).toBe('A,B,C')
  })

  test('prefers a record type by its developer name', () => {
    const by = rule({ prefer: [{ crm: 'RecordTypeId', is: 'Shopper' }] })
    const view = { recordType: (name: string) => (name === 'Shopper' ? '012S' : null) }
    expect(among(by, view, { RecordTypeId: '012B' }, { RecordTypeId: '012S' })).toMatchObject({
      candidate: { ref: { id: 'B' } },
    })
  })

  test('sees only records within its bounds', () => {
    const by = rule({
      within: [
        { crm: 'Brand__c', commerce: 'brand' },
        { crm: 'Kind__c', is: ['a', 'b'] },
      ],
    })
    const view = { value: (path: string) => (path === 'brand' ? 'Öko Welt' : null) }
    expect(among(by, view, { Brand__c: 'OKO-WELT', Kind__c: 'b' }, { Brand__c: 'other', Kind__c: 'a' })).toMatchObject({
      is: 'found',
      candidate: { ref: { id: 'A' } },
    })
    expect(among(by, view, { Brand__c: 'Öko Welt', Kind__c: 'c' })).toEqual({ is: 'new' })
    const types = rule({ within: [{ crm: 'RecordTypeId', is: ['Consumer'] }] })
    const recordType = (name: string) => (name === 'Consumer' ? '012A' : null)
    expect(among(types, { recordType }, { RecordTypeId: '012A' })).toMatchObject({ is: 'found' })
    expect(among(types, { recordType }, { RecordTypeId: '012B' })).toEqual({ is: 'new' })
    expect(among(types, {}, { RecordTypeId: null })).toEqual({ is: 'new' })
  })

  test('of several passes over those that a detail contradicts, and asks when that is all of them', () => {
    const by = rule({ corroborate: ['LastName'] })
    expect(chosen(by, { LastName: 'Smith' }, { LastName: 'Müller-Lüdenscheidt' }, { LastName: 'Jones' })).toBe('B')
    expect(chosen(by, { LastName: 'Smith' }, { LastName: 'Jones' })).toBe('A,B')
    expect(chosen(by, { LastName: null }, { LastName: null })).toBe('A,B')
  })

  test('of several takes the preferred one, by one tie-break after the other', () => {
    const by = rule({
      prefer: [
        { crm: 'Active__c', is: true },
        { crm: 'LastActivityDate', has: 'highest' },
      ],
    })
    const [old, recent] = ['2025-01-01', '2026-01-01']
    expect(chosen(by, { Active__c: true, LastActivityDate: old }, { Active__c: false, LastActivityDate: recent })).toBe(
      'A',
    )
    expect(chosen(by, { Active__c: true, LastActivityDate: old }, { Active__c: true, LastActivityDate: recent })).toBe(
      'B',
    )
    expect(chosen(by, { Active__c: false, LastActivityDate: null }, { Active__c: false, LastActivityDate: old })).toBe(
      'B',
    )
    expect(chosen(by, { LastActivityDate: old }, { LastActivityDate: old })).toBe('A,B')
    expect(chosen(rule({ prefer: [{ crm: 'Rank__c', has: 'lowest' }] }), { Rank__c: 10 }, { Rank__c: 9 })).toBe('B')
  })

  test('that found nobody leaves it to the next rule, and one that found several does not', () => {
    const [first, next] = [rule({}), rule({ crm: 'Phone', commerce: 'phone' })]
    expect(found(candidate('B', next))).toMatchObject({ candidate: { ref: { id: 'B' } } })
    expect(found(candidate('A', first), candidate('C', first), candidate('B', next))).toMatchObject({ is: 'ambiguous' })
  })
})

test('a record that another one holds is claimed, and one with the key of an unknown project is foreign', () => {
  const claimedBy = { side: 'commerce', type: 'customer', id: 'demo/bob' } as const
  expect(found({ ...candidate('A', byEmail), claimedBy })).toMatchObject({ why: 'claimed' })
  expect(found(candidate('A', byEmail, { CT_Id__c: 'demo/bob' }))).toMatchObject({ why: 'claimed' })
  expect(found(candidate('A', byEmail, { CT_Id__c: 'elsewhere/bob' }))).toMatchObject({ why: 'foreign' })
})
