/** How pages of a dry run of matching add up. */
import { expect, it } from 'vitest'
import type { MatchPage, WouldBe } from '../engine/matchOnly.ts'
import { add, emptyTally } from './matches.ts'

const source = (n: number) => ({ side: 'commerce', type: 'customer', id: `demo/${n}` }) as const
const part = (n: number, more: Partial<WouldBe> = {}): WouldBe => ({
  source: source(n),
  role: 'contact',
  object: 'Contact',
  is: 'new',
  why: '',
  crm: null,
  ...more,
})
const page = (parts: readonly WouldBe[], keys: Readonly<Record<number, string>> = {}): MatchPage => ({
  looked: parts.length,
  parts,
  identities: Object.entries(keys).map(([n, key]) => ({ source: source(Number(n)), keys: [key] })),
  next: null,
})

it('counts outcomes with a few examples, whatever number stands in their reasons', () => {
  const tally = emptyTally()
  const asked = (n: number) => part(n, { is: 'ambiguous', why: `${n} records of Contact match` })
  add(tally, page([1, 2, 3, 4, 5, 6, 7].map(asked)))
  add(tally, page([part(8), part(9, { is: 'linked', crm: { side: 'crm', type: 'Contact', id: '003A' } })]))
  expect(tally.looked).toBe(9)
  expect([...tally.groups.values()].map(({ is, count, examples }) => [is, count, examples.length])).toEqual([
    ['ambiguous', 7, 5],
    ['new', 1, 1],
    ['linked', 1, 1],
  ])
  expect([...tally.groups.values()][2]?.examples).toEqual([{ source: 'demo/9', crm: 'Contact/003A' }])
})

it('counts who has the key of an earlier one, also of an earlier page, and a record of two pages once', () => {
  const tally = emptyTally()
  add(tally, page([part(1), part(2)], { 1: 'a', 2: 'b' }))
  add(tally, page([part(3), part(4, { is: 'found' }), part(1)], { 3: 'a', 4: 'b', 1: 'a' }))
  expect([...tally.groups.values()].map(({ is, count }) => [is, count])).toEqual([
    ['new', 2],
    ['twice', 2],
  ])
})
