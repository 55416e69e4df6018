// Files of Bulk jobs: headers and cells that fit or do not, in a dialect that is the declared one or not.

import fc from 'fast-check'
import { names, texts } from './values.ts'

const DELIMITERS = { COMMA: ',', SEMICOLON: ';', TAB: '\t', PIPE: '|', CARET: '^', BACKQUOTE: '`' } as const
const ENDINGS = { LF: '\n', CRLF: '\r\n' } as const

/** Columns that an object takes; the first is what it cannot do without. */
const COLUMNS: Record<string, string[]> = {
  Account: ['Name', 'CT_Id__c', 'Phone', 'ParentId', 'Parent.CT_Id__c', 'Nick__c', 'AnnualRevenue', 'Id'],
  Contact: [
    'LastName',
    'CT_Id__c',
    'Email',
    'Account.CT_Id__c',
    'Vip__c',
    'Score__c',
    'Birthdate',
    'Seen_At__c',
    'Tier__c',
    'Id',
  ],
  CT_Cart__c: ['CT_Id__c', 'Contact__r.CT_Id__c', 'Contact__r.Email', 'Contact__c', 'Id'],
  Order: ['AccountId', 'EffectiveDate', 'Status', 'Id'],
  Task: ['Subject', 'Account:What.CT_Id__c', 'Contact:Who.Email', 'WhatId', 'Id'],
}

const cell = fc.oneof(
  texts,
  fc.constantFrom('#N/A', 'true', '7', '2026-01-31', 'a', 'a@b.de', 'Gold', '001gL0000000001QAA', ''),
  fc.constantFrom('"quoted, and ""so"""', '"no end', 'in"side', '""', ' ', '"two\nlines"'),
)
/** Quoted, so that no sign of it means anything. */
const safe = fc
  .constantFrom('#N/A', 'true', '7', 'a', 'b', '2026-01-31', '', 'É', "'")
  .map(text => JSON.stringify(text))

const head = (object: string): fc.Arbitrary<string[]> =>
  fc.oneof(
    { weight: 3, arbitrary: fc.shuffledSubarray(COLUMNS[object] ?? [], { minLength: 1 }) },
    fc.array(fc.oneof(names, fc.constantFrom(...(COLUMNS[object] ?? []))), { maxLength: 5 }),
  )

export const files = fc
  .record({
    operation: fc.constantFrom('insert', 'update', 'upsert', 'delete'),
    object: fc.constantFrom(...Object.keys(COLUMNS)),
    columnDelimiter: fc.constantFrom(...(Object.keys(DELIMITERS) as (keyof typeof DELIMITERS)[])),
    lineEnding: fc.constantFrom(...(Object.keys(ENDINGS) as (keyof typeof ENDINGS)[])),
    isHonest: fc.boolean(),
  })
  .chain(({ isHonest, ...job }) =>
    head(job.object).chain(columns => {
      const width = { minLength: columns.length, maxLength: columns.length }
      const row = isHonest ? fc.array(safe, width) : fc.oneof(fc.array(cell, width), fc.array(cell, { maxLength: 6 }))
      const between = isHonest
        ? fc.constant(DELIMITERS[job.columnDelimiter])
        : fc.constantFrom(...Object.values(DELIMITERS))
      const end = isHonest ? fc.constant(ENDINGS[job.lineEnding]) : fc.constantFrom('\n', '\r\n', '\r')
      return fc
        .tuple(fc.array(row, { maxLength: 5 }), between, end)
        .map(([rows, by, last]) => ({ ...job, text: [columns, ...rows].map(line => line.join(by)).join(last) }))
    }),
  )
