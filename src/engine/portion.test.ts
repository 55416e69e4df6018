import { expect, it } from 'vitest'
import { personMapping } from '../../test/memory/world.ts'
import type { MappingPart } from '../model/mapping.ts'
import type { ReadRow } from './consider.ts'
import { portion } from './portion.ts'

const part: MappingPart = { role: 'order', object: 'O', match: [], fields: [], links: [], defaults: {} }
const orders = {
  ...personMapping,
  commerce: 'order',
  parts: [part, { ...part, role: 'line', each: { of: 'lines', id: 'id', whenGone: 'delete' as const } }],
}
const order = (lines: unknown, type = 'order') =>
  ({ row: { ref: { side: 'commerce', type, id: 'demo/1' } }, snapshot: { body: { lines } } }) as unknown as ReadRow
const long = order(Array.from({ length: 4_999 }, () => ({})))
const sizes = (rows: readonly ReadRow[]) => {
  const { taken, later } = portion({ mappings: [personMapping, orders] }, rows)
  return [taken.length, later.length]
}

it('takes as many as make ten thousand drafts, in their order', () => {
  expect(sizes([long, long])).toEqual([2, 0])
  expect(sizes([long, long, order([]), long])).toEqual([2, 2])
  expect(sizes([order('none'), order(null), order([{}], 'customer'), long])).toEqual([4, 0])
})

it('takes one that is larger by itself alone', () => {
  expect(sizes([order(Array.from({ length: 20_000 }, () => ({}))), order([])])).toEqual([1, 1])
})

it('takes all where no mapping has lists', () => {
  expect(portion({ mappings: [personMapping] }, [long, long, long]).later).toEqual([])
})
