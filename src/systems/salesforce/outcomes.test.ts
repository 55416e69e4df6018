import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { WriteRow } from '../../model/plan.ts'
import { errorsIn } from './failure.ts'
import { outcomes, rowFailure } from './outcomes.ts'
import { sentences } from './sentences.ts'
import { units } from './units.ts'

const row = (more: Partial<WriteRow> = {}): WriteRow => ({
  plan: 0,
  do: 'create',
  object: 'Contact',
  key: { field: 'CT_Id__c', value: 'demo/1' },
  id: null,
  fields: { LastName: 'Doe', Email: 'x' },
  links: [],
  ifUnmodifiedSince: null,
  ...more,
})
const said = (of: WriteRow, statusCode: string, message = '', fields: string[] = []) =>
  rowFailure(of, errorsIn([{ statusCode, message, fields }]), undefined)

test('of a new record that refers to none a reference that is not there is its owner', () => {
  const fields = { Name: 'Doe', OwnerId: '005000000000101AAA' }
  const failing = (more: Partial<WriteRow>) =>
    said(row({ do: 'create', id: null, fields, ...more }), 'INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id')
  expect(failing({})).toMatchObject({ is: 'invalid', message: expect.stringContaining('owner') })
  expect(failing({ fields: { Name: 'Doe' } })).toMatchObject({ is: 'stale' })
  expect(failing({ do: 'update', id: '001000000000001AAA' })).toMatchObject({ is: 'stale' })
})

test('each code says what to do next', () => {
  const table: [string, string, string[], string][] = [
    ['UNABLE_TO_LOCK_ROW', 'unable to obtain exclusive access to this record', [], 'stale'],
    ['ENTITY_IS_DELETED', 'entity is deleted', [], 'stale'],
    ['NOT_FOUND', 'The requested resource does not exist', [], 'stale'],
    ['INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id', [], 'stale'],
    [
      'INVALID_CROSS_REFERENCE_KEY',
      "Record Type ID: this ID value isn't valid for the user: 012",
      ['RecordTypeId'],
      'invalid',
    ],
    ['DUPLICATE_VALUE', 'duplicate value found: CT_Id__c duplicates value on record with id: 003', [], 'stale'],
    ['DUPLICATE_VALUE', 'duplicate value found: <unknown> duplicates value on record with id: <unknown>', [], 'stale'],
    ['DUPLICATE_VALUE', 'Duplicate external id specified: demo/1', ['CT_Id__c'], 'stale'],
    ['DUPLICATE_VALUE', 'duplicate value found: Email duplicates value on record with id: 003', [], 'invalid'],
    ['DUPLICATES_DETECTED', 'Use one of these records?', [], 'invalid'],
    ['FIELD_CUSTOM_VALIDATION_EXCEPTION', 'Doe is not welcome', ['LastName'], 'invalid'],
    ['INVALID_FIELD', 'Foreign key external ID: demo/9 not found for field CT_Id__c in entity Account', [], 'stale'],
    ['INVALID_FIELD', "No such column 'Email' on sobject of type Contact", [], 'invalid'],
    ['PROCESSING_HALTED', 'The transaction was rolled back', [], 'stale'],
    ['ALL_OR_NONE_OPERATION_ROLLED_BACK', 'Record rolled back', [], 'stale'],
    ['STORAGE_LIMIT_EXCEEDED', 'storage limit exceeded', [], 'denied'],
    ['INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY', 'insufficient access rights', [], 'denied'],
    ['INSUFFICIENT_ACCESS_OF_A_NEW_KIND', 'insufficient', [], 'denied'],
    ['REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.', [], 'throttled'],
    ['UNKNOWN_EXCEPTION', 'An unexpected error occurred', [], 'unavailable'],
    ['SOMETHING_NEW', 'hm', [], 'invalid'],
  ]
  for (const [code, message, fields, is] of table)
    expect([code, message, said(row(), code, message, fields).is]).toEqual([code, message, is])
  expect(said(row(), 'SOMETHING_NEW').code).toBe('SOMETHING_NEW')
})

test('a row says statusCode, a call says errorCode: both are read, and garbage is no error', () => {
  expect(errorsIn([{ errorCode: 'STRING_TOO_LONG' }, { statusCode: 'INVALID_FIELD', fields: null }])).toEqual([
    { code: 'STRING_TOO_LONG', message: '', fields: [] },
    { code: 'INVALID_FIELD', message: '', fields: [] },
  ])
  for (const odd of [undefined, null, 'x', {}, [1]]) expect(errorsIn(odd)).toEqual([])
})

test('no value of a row ever reaches a failure, whatever Salesforce says', () => {
  const value = fc.string({ minLength: 3 }).map(text => `~${text}~`)
  const codes = fc.constantFrom(...Object.keys(sentences), 'SOMETHING_NEW', 'duplicate value')
  const say = fc.constantFrom(
    'Email: invalid email address: %',
    '%',
    'duplicate value found: % duplicates',
    'data value too large: % (max length=40)',
  )
  fc.assert(
    fc.property(
      value,
      value,
      codes,
      say,
      fc.boolean(),
      fc.integer({ min: 200, max: 599 }),
      (a, b, code, text, isWhole, status) => {
        const written = row({ key: { field: 'CT_Id__c', value: a }, fields: { LastName: a, Email: b } })
        const error = {
          statusCode: isWhole ? undefined : code,
          errorCode: isWhole ? code : undefined,
          message: text.replaceAll('%', () => a),
          fields: [a, 'Email', b],
        }
        const [unit] = units('/services/data/v67.0', { groups: [[written]] })
        if (!unit) throw new Error('one row, one unit')
        const answer = isWhole
          ? { status, json: [error] }
          : { status: 200, json: [{ success: false, errors: [error] }] }
        const text2 = JSON.stringify(outcomes(unit, answer, () => undefined))
        for (const secret of [a, b]) expect(text2).not.toContain(JSON.stringify(secret).slice(1, -1))
      },
    ),
  )
})

test('a delete of what is gone is done', () => {
  const gone = row({ do: 'delete', key: null, id: '003000000000001AAA', fields: {} })
  const [unit] = units('/services/data/v67.0', { groups: [[gone]] })
  if (!unit) throw new Error('one row, one unit')
  const answer = { status: 200, json: [{ success: false, errors: [{ statusCode: 'ENTITY_IS_DELETED', fields: [] }] }] }
  expect(outcomes(unit, answer, () => undefined)).toMatchObject([{ ok: true, created: false }])
})

test('an answer that does not speak of a row leaves it uncertain', () => {
  const [unit] = units('/services/data/v67.0', {
    groups: [[row(), row({ key: { field: 'CT_Id__c', value: 'demo/2' } })]],
  })
  if (!unit) throw new Error('one group, one unit')
  const one = { id: '003000000000001AAA', success: true, created: true, errors: [] }
  expect(outcomes(unit, { status: 200, json: [one] }, () => undefined)).toMatchObject([
    { ok: true },
    { failure: { is: 'uncertain' } },
  ])
  for (const json of [undefined, 'x', {}, [1, 2]])
    expect(outcomes(unit, { status: 200, json }, () => undefined)).toMatchObject([{ failure: { is: 'uncertain' } }, {}])
  expect(outcomes(unit, null, () => undefined)).toMatchObject([{ failure: { is: 'uncertain' } }, {}])
})

describe('what a duplicate rule says', () => {
  const match = (Id: unknown, type: unknown = 'Contact') => ({ record: { attributes: { type }, Id, Email: 'x' } })
  const body = (name: string, result: unknown) => [{ [name]: result, errorCode: 'DUPLICATES_DETECTED', message: 'x' }]
  const [a, b] = ['003000000000001AAA', '00Q000000000001AAA'] as const
  const found = (json: unknown) => errorsIn(json)[0]?.duplicate
  const unknown = { rule: null, matches: [], allowsSave: null }

  test.each(['duplicateResut', 'duplicateResult'])('is read under either spelling of its name: %s', name => {
    const matchResults = [{ matchRecords: [match(a), match(b, 'Lead')] }, { matchRecords: [match(a)] }]
    expect(found(body(name, { allowSave: false, duplicateRule: 'Rule_1', matchResults }))).toEqual({
      rule: 'Rule_1',
      allowsSave: false,
      matches: [
        { side: 'crm', type: 'Contact', id: a },
        { side: 'crm', type: 'Lead', id: b },
      ],
    })
  })

  test('what is not of the form was not said, and the refusal is one all the same', () => {
    for (const result of [undefined, null, 'x', [], {}, { matchResults: 'x' }, { matchResults: [{ matchRecords: 1 }] }])
      expect(found(body('duplicateResut', result))).toEqual(unknown)
    const odd = {
      allowSave: 'yes',
      duplicateRule: 'x@y',
      matchResults: [{ matchRecords: [match('jane@example.org'), match(a, '../x'), null] }],
    }
    expect(found(body('duplicateResut', odd))).toEqual(unknown)
    expect(found([{ statusCode: 'DUPLICATES_DETECTED', message: 'Use one of these records?', fields: [] }])).toEqual(
      unknown,
    )
    expect(found([{ statusCode: 'DUPLICATE_VALUE', duplicateResut: {} }])).toBeUndefined()
  })

  test('comes with the failure of the row, and of no other', () => {
    expect(said(row(), 'DUPLICATES_DETECTED').duplicate).toEqual(unknown)
    expect(said(row(), 'STRING_TOO_LONG')).not.toHaveProperty('duplicate')
  })
})
