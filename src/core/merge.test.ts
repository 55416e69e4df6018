/** The three-way merge as tables: owner, what changed since the base, and whose value stands. */
import { describe, expect, test } from 'vitest'
import { type FieldOwnership, ownerships } from '../model/mapping.ts'
import type { Verdict } from '../model/plan.ts'
import type { Side } from '../model/resource.ts'
import { type FieldState, merge } from './merge.ts'

/** Values in words: `-` is empty, `?` is unread or never agreed on. */
const side = (value: string) => ({ digest: value, empty: value === '-' })

function verdictOf(
  owner: FieldOwnership,
  from: Side,
  [base, ours, theirs]: readonly [string, string, string],
  more: Partial<FieldState> = {},
) {
  return merge({
    owner,
    from,
    ours: side(ours),
    theirs: theirs === '?' ? 'unread' : side(theirs),
    base: base === '?' ? null : base,
    oursIsLater: true,
    oursIsStricter: true,
    decided: null,
    ...more,
  })
}

type Row = readonly [base: string, ours: string, theirs: string, ...verdicts: Verdict[]]

/** One column an owner, in the order of `ownerships`: commerce, crm, latest, review, seed, strictest. */
const fromCommerce: readonly Row[] = [
  // Agreed on before.
  ['a', 'a', 'a', 'same', 'same', 'same', 'same', 'same', 'same'],
  ['a', 'a', '?', 'same', 'same', 'same', 'same', 'same', 'same'],
  ['a', 'b', '?', 'write', 'yield', 'write', 'write', 'yield', 'write'],
  ['a', 'b', 'a', 'write', 'yield', 'write', 'write', 'yield', 'write'],
  ['a', 'a', 'c', 'write', 'yield', 'yield', 'yield', 'yield', 'yield'],
  ['a', 'b', 'c', 'write', 'yield', 'write', 'conflict', 'yield', 'write'],
  ['a', 'b', 'b', 'same', 'same', 'same', 'same', 'same', 'same'],
  ['a', '-', 'a', 'write', 'yield', 'write', 'write', 'yield', 'write'],
  ['-', 'b', '-', 'write', 'yield', 'write', 'write', 'yield', 'write'],
  // First contact.
  ['?', 'a', 'a', 'same', 'same', 'same', 'same', 'same', 'same'],
  ['?', '-', '-', 'same', 'same', 'same', 'same', 'same', 'same'],
  ['?', '-', 'c', 'same', 'yield', 'yield', 'yield', 'same', 'yield'],
  ['?', 'b', '-', 'write', 'same', 'write', 'write', 'write', 'write'],
  ['?', 'b', 'c', 'write', 'yield', 'write', 'conflict', 'yield', 'write'],
  ['?', 'b', '?', 'write', 'same', 'write', 'write', 'write', 'write'],
  ['?', '-', '?', 'same', 'same', 'same', 'same', 'same', 'same'],
]

const fromCrm: readonly Row[] = [
  ['a', 'a', 'a', 'same', 'same', 'same', 'same', 'same', 'same'],
  ['a', 'b', 'a', 'yield', 'write', 'write', 'write', 'same', 'write'],
  ['a', 'a', 'c', 'yield', 'write', 'yield', 'yield', 'same', 'yield'],
  ['a', 'b', 'c', 'yield', 'write', 'write', 'conflict', 'same', 'write'],
  ['?', '-', 'c', 'yield', 'same', 'yield', 'yield', 'same', 'yield'],
  ['?', 'b', '-', 'same', 'write', 'write', 'write', 'same', 'write'],
  ['?', 'b', 'c', 'yield', 'write', 'write', 'conflict', 'same', 'write'],
  ['?', 'b', '?', 'same', 'write', 'write', 'write', 'same', 'write'],
]

describe.each([
  ['commerce', fromCommerce],
  ['crm', fromCrm],
] as const)('a pass that starts from %s', (from, rows) => {
  const cases = rows.flatMap(([base, ours, theirs, ...verdicts]) =>
    ownerships.map((owner, at) => ({ owner, base, ours, theirs, verdict: verdicts[at] ?? 'same' })),
  )
  test.each(cases)('$owner: base $base, ours $ours, theirs $theirs → $verdict', one => {
    expect(verdictOf(one.owner, from, [one.base, one.ours, one.theirs]).verdict).toBe(one.verdict)
  })
})

describe('both sides changed the field', () => {
  const both = ['a', 'b', 'c'] as const

  test('latest: the later edit stands', () => {
    expect(verdictOf('latest', 'commerce', both, { oursIsLater: false }).verdict).toBe('yield')
  })

  test('strictest: the stricter value stands, whoever wrote it', () => {
    expect(verdictOf('strictest', 'commerce', both, { oursIsStricter: false }).verdict).toBe('yield')
  })

  test('review: the side that a person chose stands', () => {
    expect(verdictOf('review', 'commerce', both, { decided: 'commerce' }).verdict).toBe('write')
    expect(verdictOf('review', 'commerce', both, { decided: 'crm' }).verdict).toBe('yield')
  })
})

test('only an edit of the side that does not own the field is restored', () => {
  expect(verdictOf('commerce', 'commerce', ['a', 'a', 'c']).restores).toBe(true)
  expect(verdictOf('commerce', 'commerce', ['a', 'b', 'c']).restores).toBe(false)
  expect(verdictOf('crm', 'crm', ['a', 'a', 'c']).restores).toBe(true)
  expect(verdictOf('latest', 'commerce', ['a', 'a', 'c']).restores).toBe(false)
})
