/** From a commerce record to drafts in the words of one org. */
import { describe, expect, test } from 'vitest'
import { digest, field, schemaFor, snapshotOf } from '../../test/given.ts'
import type { Codec, FieldRule, Mapping, Schema } from '../model/mapping.ts'
import type { JsonObject } from '../model/resource.ts'
import { project } from './project.ts'

const upper: Codec = {
  name: 'upper',
  doc: '',
  toCrm: (value, { get, field: target }) =>
    typeof value === 'string'
      ? { is: 'value', value: `${value.toUpperCase()} ${get('suffix') ?? ''}${target?.name ?? ''}` }
      : { is: 'bad', why: 'is no text' },
}

const mappingOf = (fields: readonly FieldRule[], more: Partial<Mapping> = {}): Mapping => ({
  name: 'person',
  doc: '',
  commerce: 'customer',
  keyField: 'CT_Id__c',
  parts: [
    {
      role: 'contact',
      object: 'Contact',
      match: [],
      fields,
      links: [
        {
          crm: 'UnitId__c',
          relationship: 'Unit__r',
          mapping: 'unit',
          role: 'unit',
          of: { type: 'business-unit', id: 'unit' },
          owner: 'seed',
          required: false,
        },
      ],
      defaults: { RecordTypeId: '012' },
    },
  ],
  deletion: 'ignore',
  creates: 'commerce',
  expand: [],
  touchedBy: [],
  ...more,
})
const city: FieldRule = { crm: 'City', commerce: 'city', owner: 'commerce' }
const drafts = (mapping: Mapping, body: JsonObject, schema: Schema = schemaFor(mapping)) =>
  project(mapping, schema, digest).drafts(snapshotOf('customer', body))

test('a draft carries key, version, values, digests, defaults and pointers', () => {
  const [draft] = drafts(mappingOf([city]), { id: 'ada', version: 7, city: ' London ', unit: 'acme' })
  expect(draft).toMatchObject({
    key: 'demo/ada',
    version: 7,
    fields: { City: 'London' },
    digests: { City: digest('City', 'London') },
    defaults: { RecordTypeId: '012' },
    links: { UnitId__c: { to: 'draft', role: 'unit', source: { type: 'business-unit', id: 'demo/acme' } } },
  })
})

test('a codec sees the whole record and the field; a bad value drops the field and keeps the record', () => {
  const mapping = mappingOf([{ ...city, codec: upper }])
  expect(drafts(mapping, { city: 'Rome', suffix: '!' })[0]?.fields).toEqual({ City: 'ROME !City' })
  const [bad] = drafts(mapping, { city: 5 })
  expect(bad).toMatchObject({ fields: {}, dropped: [{ field: 'City', why: 'is no text' }] })
})

test('a value that is not single is dropped and reported', () => {
  expect(drafts(mappingOf([city]), { city: { en: 'Rome' } })[0]).toMatchObject({
    fields: {},
    dropped: [{ field: 'City', why: 'is not a single value' }],
  })
})

test.each([
  [{}, 0],
  [{ sync: false }, 0],
  [{ sync: ' ' }, 0],
  [{ sync: true }, 1],
  [{ sync: 'yes' }, 1],
])('a record takes part only when the condition holds: %j', (body, count) => {
  expect(drafts(mappingOf([city], { when: 'sync' }), body)).toHaveLength(count)
})

describe('what the org lacks', () => {
  const org = (...names: string[]): Schema =>
    new Map([
      [
        'Contact',
        {
          name: 'Contact',
          createable: true,
          updateable: true,
          fields: new Map(names.map(name => [name, field(name)])),
        },
      ],
    ])

  test('is missing, and the rest goes on', () => {
    const mapping = mappingOf([city, { ...city, crm: 'Gone__c' }])
    const { missing } = project(mapping, org('City', 'CT_Id__c'), digest)
    expect(missing).toEqual([{ object: 'Contact', field: 'Gone__c' }])
    expect(drafts(mapping, { city: 'Rome' }, org('City', 'CT_Id__c'))[0]?.fields).toEqual({ City: 'Rome' })
  })

  test('goes to the alternative, unless that has a rule of its own', () => {
    const other: FieldRule = { crm: 'CityCode', orElse: 'City', commerce: 'code', owner: 'commerce' }
    expect(drafts(mappingOf([other]), { code: 'ROM' }, org('City', 'CT_Id__c'))[0]?.fields).toEqual({ City: 'ROM' })
    const both = mappingOf([city, other])
    expect(drafts(both, { code: 'ROM', city: 'Rome' }, org('City', 'CT_Id__c'))[0]?.fields).toEqual({ City: 'Rome' })
  })

  test('an object makes no draft; a key field that we may not write is missing', () => {
    expect(drafts(mappingOf([city]), { city: 'Rome' }, new Map())).toEqual([])
    expect(project(mappingOf([city]), org('City'), digest).missing).toEqual([{ object: 'Contact', field: 'CT_Id__c' }])
  })
})
