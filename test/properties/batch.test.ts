/** Rule 6: a batch keeps each write once, in dependency order, inside the limits, for arbitrary plans. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { batch } from '../../src/core/batch.ts'
import type { Draft } from '../../src/model/identity.ts'
import type { WritePlan, WriteRow } from '../../src/model/plan.ts'

const at = '2026-01-01T00:00:00.000Z'
const objects = ['Account', 'Contact', 'Order'] as const

const draft = (object: string, key: string): Draft => ({
  mapping: 'm',
  role: 'r',
  source: { side: 'commerce', type: 'customer', id: key },
  object,
  keyField: 'CT_Id__c',
  key,
  version: 1,
  modifiedAt: at,
  fields: {},
  digests: {},
  fallbacks: {},
  defaults: {},
  links: {},
  dropped: [],
})

const plain = { verdicts: [], fields: {}, base: {} }
const linkTo = (key: string) => ({ by: 'key', field: 'P', relationship: 'P', keyField: 'CT_Id__c', key }) as const

/** Keys are `<generation>-<number>`, and a record names only older generations: so there is always an order. */
const create = fc
  .record({
    object: fc.constantFrom(...objects),
    generation: fc.nat(3),
    number: fc.nat(6),
    parents: fc.array(fc.tuple(fc.nat(3), fc.nat(6)), { maxLength: 3 }),
  })
  .map(({ object, generation, number, parents }): WritePlan => {
    const older = parents.filter(([parent]) => parent < generation)
    const links = older.map(([parent, which]) => linkTo(`${parent}-${which}`))
    return { ...plain, do: 'create', draft: draft(object, `${generation}-${number}`), links }
  })
const update = fc
  .record({ object: fc.constantFrom(...objects), id: fc.nat(20), parent: fc.nat(6), guarded: fc.boolean() })
  .map(({ object, id, parent, guarded }): WritePlan => {
    const crm = { side: 'crm', type: object, id: `id${id}` } as const
    const ifUnmodifiedSince = guarded ? at : null
    const links = [linkTo(`0-${parent}`)]
    return { ...plain, do: 'update', draft: draft(object, 'x'), crm, link: null, links, yields: [], ifUnmodifiedSince }
  })
const others: fc.Arbitrary<WritePlan> = fc.constantFrom<WritePlan>(
  { do: 'wait', draft: draft('Contact', 'w'), verdicts: [], awaits: [] },
  { ...plain, do: 'nothing', draft: draft('Contact', 'n'), why: '', crm: null, link: null, yields: [] },
)
const plans = fc.array(fc.oneof({ weight: 4, arbitrary: create }, { weight: 2, arbitrary: update }, others), {
  maxLength: 60,
})
const limits = fc.record({
  rowsPerGroup: fc.integer({ min: 1, max: 8 }),
  groupsPerCall: fc.integer({ min: 1, max: 5 }),
})

type Place = { readonly row: WriteRow; readonly wave: number; readonly call: number; readonly group: number }

const placesOf = (waves: ReturnType<typeof batch>['waves']): Place[] =>
  waves.flatMap((calls, wave) =>
    calls.flatMap(({ groups }, call) => groups.flatMap((rows, group) => rows.map(row => ({ row, wave, call, group })))),
  )

/** Is the first settled, or at least executed, when the second is? Calls of one wave may be in flight together. */
const before = (a: Place, b: Place): boolean =>
  a.wave < b.wave || (a.wave === b.wave && a.call === b.call && a.group < b.group)

const runs = { numRuns: 500 }

test('each write once, and nothing else', () => {
  fc.assert(
    fc.property(plans, limits, (some, limit) => {
      const written = placesOf(batch(some, limit).waves).map(({ row }) => row.plan)
      const wanted = some.flatMap(({ do: what }, index) => (what === 'create' || what === 'update' ? [index] : []))
      expect(written.toSorted((a, b) => a - b)).toEqual(wanted)
    }),
    runs,
  )
})

test('inside the limits: group and call sizes, one object a group of creations, guarded rows alone, nothing empty', () => {
  fc.assert(
    fc.property(plans, limits, (some, limit) => {
      const { waves } = batch(some, limit)
      for (const wave of waves) expect(wave.length).toBeGreaterThan(0)
      for (const { groups } of waves.flat()) {
        expect(groups.length).toBeGreaterThan(0)
        expect(groups.length).toBeLessThanOrEqual(limit.groupsPerCall)
        for (const rows of groups) {
          expect(rows.length).toBeGreaterThan(0)
          expect(rows.length).toBeLessThanOrEqual(limit.rowsPerGroup)
          expect(new Set(rows.map(row => row.do)).size).toBe(1)
          if (rows[0]?.do === 'create') expect(new Set(rows.map(row => row.object)).size).toBe(1)
        }
        const rows = groups.flat()
        if (rows.some(row => row.ifUnmodifiedSince !== null)) expect(rows).toHaveLength(1)
      }
    }),
    runs,
  )
})

test('in dependency order: parents before children, the writes of one record in their own order', () => {
  fc.assert(
    fc.property(plans, limits, (some, limit) => {
      const places = placesOf(batch(some, limit).waves)
      for (const child of places)
        for (const link of child.row.links)
          for (const parent of places)
            if (link.by === 'key' && parent.row.key?.value === link.key) expect(before(parent, child)).toBe(true)
      const target = ({ row }: Place): string => `${row.object} ${row.key?.value ?? row.id}`
      for (const first of places)
        for (const second of places)
          if (target(first) === target(second) && first.row.plan < second.row.plan)
            expect(before(first, second)).toBe(true)
    }),
    runs,
  )
})
