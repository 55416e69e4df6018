import { expect, test } from 'vitest'
import type { WriteRow } from '../../model/plan.ts'
import { single, units } from './units.ts'

const row = (more: Partial<WriteRow>): WriteRow => ({
  plan: 0,
  do: 'update',
  object: 'Contact',
  key: null,
  id: '003000000000001AAA',
  fields: { LastName: 'Doe' },
  links: [],
  ifUnmodifiedSince: null,
  ...more,
})

test('a guarded row is a request of its own, with an HTTP date', () => {
  const guarded = row({ ifUnmodifiedSince: '2026-01-02T03:04:05.678Z' })
  expect(units('/root', { groups: [[row({ id: '003000000000002AAA' }), guarded]] })).toMatchObject([
    { shape: 'update', path: '/root/composite/sobjects', headers: {} },
    {
      shape: 'guarded',
      path: '/root/sobjects/Contact/003000000000001AAA',
      body: { LastName: 'Doe' },
      headers: { 'if-unmodified-since': 'Fri, 02 Jan 2026 03:04:05 GMT' },
    },
  ])
})

test('rows of a collection stand together by object, and keep their place in the call', () => {
  const [unit] = units('/root', { groups: [['B', 'A', 'B', 'A'].map(object => row({ object }))] })
  expect(unit?.rows.map(one => `${one.row.object}${one.at}`)).toEqual(['A1', 'A3', 'B0', 'B2'])
})

test('links are written by id or by the key of the parent', () => {
  const links: WriteRow['links'] = [
    { by: 'id', field: 'ReportsToId', id: '003000000000009AAA' },
    { by: 'key', field: 'AccountId', relationship: 'Account', keyField: 'CT_Id__c', key: 'demo/a' },
  ]
  const [unit] = units('/root', { groups: [[row({ links })]] })
  expect(unit?.body).toEqual({
    allOrNone: false,
    records: [
      {
        attributes: { type: 'Contact' },
        id: '003000000000001AAA',
        LastName: 'Doe',
        ReportsToId: '003000000000009AAA',
        Account: { CT_Id__c: 'demo/a' },
      },
    ],
  })
})

test('a row that is meant to be saved as a duplicate has a request of its own, told so', () => {
  const meant = row({ id: '003000000000002AAA', evenIfDuplicate: true })
  expect(units('/root', { groups: [[row({}), meant, row({ id: '003000000000003AAA' })]] })).toMatchObject([
    { shape: 'update', rows: [{ at: 0 }, { at: 2 }], headers: {} },
    { shape: 'update', rows: [{ at: 1 }], headers: { 'Sforce-Duplicate-Rule-Header': 'allowSave=true' } },
  ])
})

test('a row by itself is named in the address, whatever its key holds; its body does not repeat it', () => {
  const key = { field: 'CT_Id__c', value: 'demo/a b#1?é%' }
  expect(single('/root', { row: row({ do: 'create', id: null, key }), at: 7 })).toEqual({
    shape: 'single',
    rows: [{ row: row({ do: 'create', id: null, key }), at: 7 }],
    method: 'PATCH',
    path: '/root/sobjects/Contact/CT_Id__c/demo%2Fa%20b%231%3F%C3%A9%25',
    body: { LastName: 'Doe' },
    headers: {},
  })
  expect(single('/root', { row: row({}), at: 0 })?.path).toBe('/root/sobjects/Contact/003000000000001AAA')
})
