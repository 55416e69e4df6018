/** What Salesforce keeps of a value, by type of field. */
import { expect, test } from 'vitest'
import { field } from '../../test/given.ts'
import type { FieldSchema, Value } from '../model/mapping.ts'
import { stored } from './stored.ts'

const number = { type: 'double', precision: 5, scale: 2 }
const picklist = { type: 'picklist', restricted: true, values: ['Hot', 'Cold'] }
const many = { type: 'multipicklist', restricted: true, values: ['a', 'b', 'c'] }

type Case = readonly [schema: Partial<FieldSchema>, given: Value, kept: Value | undefined, note: string | null]

test.each<Case>([
  [{}, '  Ada ', 'Ada', null],
  [{}, '   ', null, null],
  [{}, 7, '7', null],
  [{ length: 3 }, 'Lovelace', 'Lov', 'was cut to 3 characters'],
  [{ length: 4 }, 'ab 😀', 'ab', 'was cut to 4 characters'],
  [{ type: 'email', length: 80 }, ' Ada@Example.COM', 'ada@example.com', null],
  [{ type: 'email', length: 5 }, 'ada@example.com', undefined, 'is longer than 5 characters'],
  [{ type: 'boolean' }, null, undefined, null],
  [{ type: 'boolean' }, false, false, null],
  [{ type: 'boolean' }, 'yes', undefined, 'is not true or false'],
  [number, 1.005, 1.01, null],
  [number, -1.005, -1.01, null],
  [number, -0.001, 0, null],
  [number, '12.5', 12.5, null],
  [number, 'twelve', undefined, 'is not a number'],
  [number, 1000, undefined, 'has more than 5 digits'],
  [{ type: 'date' }, '2026-02-28', '2026-02-28', null],
  [{ type: 'date' }, '2026-02-30', undefined, 'is not a day (YYYY-MM-DD)'],
  [{ type: 'datetime' }, '2026-01-02T03:04:05.678Z', '2026-01-02T03:04:05.000Z', null],
  [{ type: 'datetime' }, '2026-01-02T03:04:05+01:00', '2026-01-02T02:04:05.000Z', null],
  [{ type: 'datetime' }, '2026-01-02T03:04:05', undefined, 'is not a time with its offset from UTC'],
  [picklist, 'Hot', 'Hot', null],
  [picklist, 'Warm', undefined, 'is not among the values of this picklist'],
  [{ ...picklist, restricted: false }, 'Warm', 'Warm', null],
  [many, 'c; a;a', 'a;c', null],
  [many, 'c;z', undefined, 'is not among the values of this picklist'],
])('%j keeps of %j: %j', (schema, given, kept, note) => {
  const one = field('Field__c', { length: 255, ...schema })
  expect(stored(given, one)).toEqual({ value: kept, note })
  if (kept !== undefined) expect(stored(kept, one), 'and what it keeps stays').toEqual({ value: kept, note: null })
})
