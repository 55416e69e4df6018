// Records as clients write them, half with fields and values that an org takes.

import fc from 'fast-check'
import { ids, names, objects, texts } from './values.ts'

export const { value } = fc.letrec<{ value: unknown }>(tie => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    texts,
    fc.constantFrom(null, true, false, 0, -0, 1, -1, 1.005, 1e21, 1e308, 5e-324, 2 ** 53),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(names, tie('value'), { maxKeys: 5, noNullPrototype: true }),
  ),
}))
const wild = fc.dictionary(names, value, { maxKeys: 6, noNullPrototype: true })

/** Fields that an object has, with values that they take. */
const short = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
const person = { LastName: short, FirstName: short, Email: fc.constantFrom('a@b.de', 'A@B.de', null), Phone: short }
const sensible: Record<string, Record<string, fc.Arbitrary<unknown>>> = {
  Account: {
    Name: short,
    Phone: short,
    CT_Id__c: fc.constantFrom('a', 'b', 'c'),
    Nick__c: short,
    ParentId: fc.constantFrom(null, '001gL0000000001QAA', '001gL0000000002QAA'),
    BillingCountryCode: fc.constantFrom('US', 'DE', null),
    AnnualRevenue: fc.double({ min: -1e6, max: 1e6, noNaN: true }),
  },
  Contact: {
    ...person,
    CT_Id__c: fc.constantFrom('a', 'b', 'c'),
    Score__c: fc.double({ min: -999, max: 999, noNaN: true }),
    Vip__c: fc.boolean(),
    Birthdate: fc
      .date({ min: new Date('1900-01-01'), max: new Date('2020-01-01'), noInvalidDate: true })
      .map(at => at.toISOString().slice(0, 10)),
    Seen_At__c: fc
      .date({ min: new Date('1900-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
      .map(at => at.toISOString()),
    Tier__c: fc.constantFrom('Gold', 'Silver', null),
    Interests__c: fc.constantFrom('A', 'A;B', null),
    Account: fc.constantFrom({ CT_Id__c: 'a' }, null),
  },
  Lead: { ...person, Company: short },
  Opportunity: { Name: short, StageName: fc.constant('Prospecting'), CloseDate: fc.constant('2026-01-31') },
  Task: { Subject: short, WhatId: fc.constantFrom('001gL0000000001QAA', null) },
  CT_Cart__c: { CT_Id__c: fc.constantFrom('a', 'b'), Contact__c: fc.constantFrom('003gL0000000001QAA', null) },
  Order: {
    AccountId: fc.constant('001gL0000000001QAA'),
    EffectiveDate: fc.constant('2026-01-31'),
    Status: fc.constantFrom('Draft', 'Activated'),
  },
}
const required: Record<string, string[]> = {
  Account: ['Name'],
  Contact: ['LastName'],
  Lead: ['LastName', 'Company'],
  Opportunity: ['Name', 'StageName', 'CloseDate'],
  Order: ['AccountId', 'EffectiveDate', 'Status'],
}
const plain = fc.constantFrom(...Object.keys(sensible))
const sane = plain.chain(type =>
  fc.record(sensible[type] ?? {}, { requiredKeys: required[type] ?? [] }).map(more => ({ type, more })),
)
const needed = { Name: 'N', LastName: 'L' }
export const fields = fc.oneof(
  { weight: 2, arbitrary: sane.map(({ more }) => more) },
  fc.tuple(sane, wild).map(([{ more }, also]) => ({ ...more, ...also })),
  wild,
)
export const record = fc.oneof(
  { weight: 3, arbitrary: sane.map(({ type, more }) => ({ attributes: { type }, ...more })) },
  fc
    .tuple(objects, fields, fc.option(ids, { nil: undefined }))
    .map(([type, more, Id]) => ({ attributes: { type }, ...needed, ...more, ...(Id === undefined ? {} : { Id }) })),
)
/** A write of one record to where such records live. */
export const single: fc.Arbitrary<{ path: string; body: unknown }> = fc
  .tuple(sane, fc.constantFrom('', '/CT_Id__c/a', '/CT_Id__c/new', '/001gL0000000001QAA', '/003gL0000000001QAA'))
  .map(([{ type, more }, rest]) => ({ path: `/sobjects/${type}${rest}`, body: more }))
