import { expect, test } from 'vitest'
import type { Default, MappingPart, ObjectSchema } from '../model/mapping.ts'
import { defaultsOf } from './defaultsOf.ts'

const id = '012000000000001AAA'
const object = (recordTypes?: ObjectSchema['recordTypes']): ObjectSchema => ({
  name: 'Account',
  createable: true,
  updateable: true,
  fields: new Map(),
  ...(recordTypes && { recordTypes }),
})
const part = (defaults: Record<string, Default>): MappingPart => ({
  role: 'account',
  object: 'Account',
  match: [],
  fields: [],
  links: [],
  defaults,
})
const types = [{ id, developerName: 'PersonAccount' }]

test('values are what they are; a record type is the id that this org has for it', () => {
  const given = part({ Rating: 'Hot', Active: false, Site: null, RecordTypeId: { recordType: 'PersonAccount' } })
  expect(defaultsOf(given, object(types))).toEqual({
    defaults: { Rating: 'Hot', Active: false, Site: null, RecordTypeId: id },
    missing: [],
  })
})

test.each([['personaccount'], [id], [id.slice(0, 15)]])('%s names it too', recordType => {
  expect(defaultsOf(part({ RecordTypeId: { recordType } }), object(types)).defaults).toEqual({ RecordTypeId: id })
})

test('a record type that is not there for us is missing, in an org without any as well', () => {
  const given = part({ RecordTypeId: { recordType: 'Shopper' } })
  expect(defaultsOf(given, object(types))).toEqual({ defaults: {}, missing: ['RecordTypeId'] })
  expect(defaultsOf(given, object())).toEqual({ defaults: {}, missing: ['RecordTypeId'] })
})
