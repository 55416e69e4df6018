/** The short way through `plan`, of a linked record of which nothing moved, answers as the merge of all its fields does. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ask } from '../../src/core/ask.ts'
import { plan } from '../../src/core/plan.ts'
import type { Draft, IdentityLink } from '../../src/model/identity.ts'
import { type FieldRule, type MappingPart, ownerships, type Value } from '../../src/model/mapping.ts'
import { digest } from '../given.ts'

const names = ['A', 'B', 'C', 'D']
const value: fc.Arbitrary<Value> = fc.constantFrom(null, 'x', 'y')
/** A field's rule, the record's value, and what was agreed on: that value, another one, or nothing. */
const field = fc.record({
  owner: fc.constantFrom(...ownerships),
  required: fc.boolean(),
  value,
  agreed: fc.oneof(
    fc.constant('same' as const),
    fc.constant('never' as const),
    value.map(other => ({ other })),
  ),
})

test('an untouched record is planned alike with and without the merge', () => {
  let short = 0
  fc.assert(
    fc.property(fc.array(field, { minLength: 1, maxLength: names.length }), some => {
      const fields: FieldRule[] = some.map(({ owner, required }, at) => ({
        crm: names[at] ?? '',
        commerce: 'x',
        owner,
        required,
        stricter: ['a', 'b'],
      }))
      const part: MappingPart = { role: 'r', object: 'O', match: [], fields, links: [], defaults: {} }
      const values = Object.fromEntries(some.map((one, at) => [names[at] ?? '', one.value]))
      const agreements = some.flatMap(({ agreed, value: ours }, at) => {
        const name = names[at] ?? ''
        return agreed === 'never' ? [] : [[name, digest(name, agreed === 'same' ? ours : agreed.other)]]
      })
      const draft: Draft = {
        mapping: 'm',
        role: 'r',
        source: { side: 'commerce', type: 'customer', id: 'demo/1' },
        object: 'O',
        keyField: 'K',
        key: 'demo/1',
        version: 1,
        modifiedAt: '2026-01-01T00:00:00.000Z',
        fields: values,
        digests: Object.fromEntries(Object.entries(values).map(([name, one]) => [name, digest(name, one)])),
        fallbacks: {},
        defaults: {},
        links: {},
        dropped: [],
      }
      const link: IdentityLink = {
        mapping: 'm',
        role: 'r',
        commerce: draft.source,
        crm: { side: 'crm', type: 'O', id: '001' },
        primary: true,
        base: Object.fromEntries(agreements),
        revision: 1,
        restores: {},
        since: draft.modifiedAt,
        savedAt: draft.modifiedAt,
      }
      // What asks for the target's values is read first, and then never takes the short way.
      fc.pre(ask(draft, link, part, false).length === 0)
      const planned = (known: IdentityLink) =>
        plan(draft, {
          part,
          match: { is: 'linked', link: known },
          present: null,
          survivor: null,
          whenGone: 'review',
          uncertain: false,
          decision: null,
          resolve: () => ({ is: 'unknown' }),
          emptyDigest: name => digest(name, null),
        })
      const quick = planned(link)
      // Counted restores of any field forbid the short way.
      const merged = planned({ ...link, restores: { Other: 1 } })
      expect(quick.do).toBe(merged.do)
      if (quick.do !== 'nothing' || merged.do !== 'nothing') return
      short++
      expect(quick).toMatchObject({ base: merged.base, yields: merged.yields })
      expect(Object.keys(quick.base)).toEqual(Object.keys(merged.base))
    }),
    { numRuns: 2_000 },
  )
  expect(short).toBeGreaterThan(100)
})
