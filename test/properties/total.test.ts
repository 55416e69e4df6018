/** Decisions are total: arbitrary records and arbitrary failures get an answer, and no answer is a hot loop. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { evaluate } from '../../src/core/evaluate.ts'
import { project } from '../../src/core/project.ts'
import { respond } from '../../src/core/respond.ts'
import { stored } from '../../src/core/stored.ts'
import type { FieldSchema, Mapping } from '../../src/model/mapping.ts'
import type { Failure } from '../../src/model/outcome.ts'
import type { JsonObject } from '../../src/model/resource.ts'
import { digest, field, schemaFor, snapshotOf } from '../given.ts'

const words = ['id', 'a', 'b', 'items', 'email', 'constructor', '__proto__', 'length'] as const
const word = fc.constantFrom(...words)
const step = fc.oneof(
  word,
  word.map(name => `items[@${name}]`),
  fc.nat(3).map(index => `items[${index}]`),
)
const path = fc
  .tuple(fc.array(step, { minLength: 1, maxLength: 4 }), fc.boolean())
  .map(([steps, local]) => `${steps.join('.')}${local ? '|local' : ''}`)
const term = fc.oneof(
  path,
  fc.array(path, { minLength: 1, maxLength: 3 }).map(paths => paths.map(one => `{${one}}`).join(' ')),
)
const expression = fc.array(term, { minLength: 1, maxLength: 3 }).map(terms => terms.join(' ?? '))

/** Records that have the names that expressions know, among others, with anything in them. */
const { json } = fc.letrec<{ json: JsonObject[string]; record: JsonObject }>(tie => ({
  record: fc.dictionary(fc.oneof(word, fc.string({ maxLength: 3 })), tie('json'), { maxKeys: 5 }),
  json: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc.array(tie('json'), { maxLength: 4 }),
    tie('record'),
  ),
}))
const record: fc.Arbitrary<JsonObject> = fc.dictionary(fc.oneof(word, fc.string({ maxLength: 3 })), json, {
  maxKeys: 6,
})

const types = [
  'string',
  'textarea',
  'email',
  'url',
  'boolean',
  'int',
  'double',
  'currency',
  'date',
  'datetime',
  'picklist',
  'multipicklist',
  'reference',
  'anyType',
] as const
const schema: fc.Arbitrary<FieldSchema> = fc
  .record({
    type: fc.constantFrom<string>(...types),
    length: fc.nat(8),
    precision: fc.nat(18),
    scale: fc.nat(4),
    restricted: fc.boolean(),
    values: fc.constantFrom<readonly string[]>([], ['a', 'b'], ['true']),
  })
  .map(some => field('F', some))

test('an expression of the grammar is accepted, and answers any record', () => {
  fc.assert(
    fc.property(expression, record, (text, body) => {
      const value = evaluate(text)(body)
      expect(value === null || ['string', 'number', 'boolean', 'object'].includes(typeof value)).toBe(true)
    }),
    { numRuns: 1000 },
  )
})

test('any other text is accepted or refused with a RangeError', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 20 }), record, (text, body) => {
      try {
        evaluate(text)(body)
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError)
      }
    }),
    { numRuns: 1000 },
  )
})

test('any record becomes a draft, and what a draft holds is what Salesforce would keep of it', () => {
  fc.assert(
    fc.property(expression, expression, schema, record, (commerce, fallback, one, body) => {
      const mapping: Mapping = {
        name: 'm',
        doc: '',
        commerce: 'c',
        keyField: 'K',
        parts: [
          {
            role: 'r',
            object: 'O',
            match: [],
            fields: [{ crm: 'F', commerce, owner: 'commerce', fallback }],
            links: [],
            defaults: {},
          },
        ],
        deletion: 'ignore',
        creates: 'commerce',
        expand: [],
        touchedBy: [],
      }
      const drafts = project(mapping, schemaFor(mapping, { O: { F: one } }), digest).drafts(snapshotOf('c', body))
      expect(drafts).toHaveLength(1)
      for (const draft of drafts)
        for (const value of [...Object.values(draft.fields), ...Object.values(draft.fallbacks)])
          expect(stored(value, one)).toEqual({ value, note: null })
    }),
    { numRuns: 1000 },
  )
})

const failure: fc.Arbitrary<Failure> = fc.record({
  is: fc.constantFrom('invalid', 'stale', 'throttled', 'unavailable', 'uncertain', 'denied'),
  code: fc.constant('CODE'),
  message: fc.constant(''),
  fields: fc.constant([]),
  retryAt: fc.oneof(
    fc.constant(null),
    fc.constant('no time'),
    fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true }).map(date => date.toISOString()),
  ),
})

test('a failing row comes back at once a few times only; every other return has a time well ahead', () => {
  const tries = fc.array(fc.tuple(failure, fc.constantFrom('row' as const, 'call' as const)), { maxLength: 60 })
  fc.assert(
    fc.property(tries, fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(20), (some, jitter, maxAttempts) => {
      const now = '2026-01-01T00:00:00.000Z'
      let attempts = 0
      let atOnce = 0
      for (const [one, scope] of some) {
        const next = respond({ failure: one, scope, attempts, maxAttempts, now, jitter })
        if (next.do === 'fail') return
        if (next.do === 'replan') atOnce++
        else expect(next.do === 'retry' ? next.at > now : next.do === 'pause' && next.until > now).toBe(true)
        const backAt = next.do === 'retry' ? next.at : next.do === 'pause' && one.is !== 'throttled' ? next.until : null
        if (backAt !== null) expect(Date.parse(backAt) - Date.parse(now)).toBeGreaterThanOrEqual(500)
        // A pause does not burn an attempt.
        if (next.do !== 'pause') attempts++
      }
      expect(atOnce).toBeLessThanOrEqual(3)
    }),
    { numRuns: 500 },
  )
})
