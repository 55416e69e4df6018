/** What a merge of fields leaves as the base, and how an endless fight over a field ends. */
import { describe, expect, test } from 'vitest'
import { digest, given } from '../../test/given.ts'
import type { IdentityLink } from '../model/identity.ts'
import type { FieldOwnership, Mapping, Value } from '../model/mapping.ts'
import type { Choice } from '../model/plan.ts'
import type { Side } from '../model/resource.ts'
import { mergeFields, restoresAllowed } from './mergeFields.ts'

/** `ours` is commerce's value, `theirs` Salesforce's, whichever side the pass starts from. */
type Field = {
  owner: FieldOwnership
  from?: Side
  ours: Value
  theirs?: Value
  agreed?: Value
  uncertain?: boolean
  restores?: number
  decision?: Choice
}

/** One field X, in plain values: its verdict, and the value of its base afterwards. */
function mergeOne({
  owner,
  from = 'commerce',
  ours,
  theirs,
  agreed,
  uncertain = false,
  restores = 0,
  decision,
}: Field) {
  const part = {
    role: 'x',
    object: 'X__c',
    match: [],
    links: [],
    defaults: {},
    fields: [{ crm: 'X', commerce: 'X', owner }],
  }
  const mapping: Mapping = {
    name: 'x',
    doc: '',
    commerce: 'x',
    keyField: 'K',
    parts: [part],
    deletion: 'ignore',
    creates: 'commerce',
    expand: [],
    touchedBy: [],
  }
  const [made] = given({ mapping, snapshot: { X: ours } }).made
  if (made === undefined) throw new Error('one part makes one draft')
  const base = agreed === undefined ? {} : { X: digest('X', agreed) }
  const ref = { side: 'crm', type: 'X__c', id: '1' } as const
  const at = '2026-01-01T00:00:00.000Z'
  const names = { mapping: 'x', role: 'x', commerce: made.draft.source }
  const link: IdentityLink = {
    ...names,
    crm: ref,
    primary: true,
    base,
    revision: 1,
    restores: { X: restores },
    since: at,
    savedAt: at,
  }
  const decided = { ...names, source: made.draft.source, conflict: '1', kind: 'rewritten', by: 'Grace', at } as const
  const merged = mergeFields(made.draft, {
    from,
    part,
    link,
    target:
      theirs === undefined ? null : { values: { X: theirs }, digests: { X: digest('X', theirs) }, modifiedAt: at },
    uncertain,
    decision: decision === undefined ? null : { ...decided, choice: decision },
    emptyDigest: field => digest(field, null),
  })
  const [verdict] = merged.verdicts
  const after = merged.base.X
  return {
    ...merged,
    does: verdict?.verdict,
    restores: verdict?.restores,
    after: after === undefined ? 'none' : JSON.parse(after.slice(4)),
  }
}

describe('the base afterwards', () => {
  test.each<[string, Field, string, Value]>([
    ['a write: what was written', { owner: 'commerce', ours: 'b', agreed: 'a' }, 'write', 'b'],
    ['a yield: what the losing side holds', { owner: 'crm', ours: 'b', theirs: 'a', agreed: 'a' }, 'yield', 'b'],
    ['a yield on first contact: the same', { owner: 'latest', ours: null, theirs: 'c' }, 'yield', null],
    ['agreement: the value of both', { owner: 'review', ours: 'b', theirs: 'b', agreed: 'a' }, 'same', 'b'],
    ['a seed that is looked at once: never again', { owner: 'seed', ours: null, theirs: 'c' }, 'same', null],
    ['a seed that changed in commerce: as it was', { owner: 'seed', ours: 'b', agreed: 'a' }, 'yield', 'a'],
    ['an empty value of commerce’s own: still none', { owner: 'commerce', ours: null, theirs: 'c' }, 'same', 'none'],
    ['a value that waits for its owner: still none', { owner: 'crm', ours: 'b' }, 'same', 'none'],
    ['a conflict: as it was', { owner: 'review', ours: 'b', theirs: 'c', agreed: 'a' }, 'conflict', 'a'],
  ])('%s', (_, field, does, after) => {
    expect(mergeOne(field)).toMatchObject({ does, after })
  })
})

describe('after a write that was not answered', () => {
  test.each<[string, Field, string]>([
    ['it landed', { owner: 'commerce', ours: 'b', theirs: 'b', agreed: 'a' }, 'same'],
    ['it did not land', { owner: 'commerce', ours: 'b', theirs: 'a', agreed: 'a' }, 'write'],
    [
      'it landed, and commerce went back meanwhile',
      { owner: 'commerce', ours: 'a', theirs: 'b', agreed: 'a' },
      'write',
    ],
    ['a field that was never agreed on', { owner: 'commerce', ours: null, theirs: 'c' }, 'same'],
    ['the opt-out of a person in between', { owner: 'latest', ours: 'a', theirs: 'c', agreed: 'a' }, 'yield'],
  ])('%s', (_, field, does) => {
    expect(mergeOne({ ...field, uncertain: true }).does).toBe(does)
  })
})

describe('a field that the CRM keeps rewriting', () => {
  const fight: Field = { owner: 'commerce', ours: 'a', theirs: 'c', agreed: 'a' }

  test('is put back some times, and counted', () => {
    expect(mergeOne({ ...fight, restores: restoresAllowed - 1 })).toMatchObject({ does: 'write', restores: true })
  })

  test('is then a conflict', () => {
    const disputed = [{ field: 'X', commerce: 'a', crm: 'c', kind: 'rewritten' }]
    expect(mergeOne({ ...fight, restores: restoresAllowed })).toMatchObject({ does: 'conflict', disputed, after: 'a' })
  })

  test('goes as the person says, and the count begins anew', () => {
    const decide = (side: 'commerce' | 'crm') =>
      mergeOne({ ...fight, restores: restoresAllowed, decision: { do: 'take', side } })
    expect(decide('commerce')).toMatchObject({ does: 'write', restores: false })
    expect(decide('crm')).toMatchObject({ does: 'yield', restores: false, yields: [] })
  })

  test('is no fight when commerce itself changed the field', () => {
    expect(mergeOne({ ...fight, ours: 'b', restores: restoresAllowed })).toMatchObject({
      does: 'write',
      restores: false,
    })
  })
})

describe('a pass from Salesforce over a field of commerce', () => {
  const field = { owner: 'commerce', from: 'crm', agreed: 'a' } as const

  test('restores what was edited there', () => {
    expect(mergeOne({ ...field, ours: 'a', theirs: 'x' })).toMatchObject({ does: 'yield', restores: true })
    expect(mergeOne({ ...field, ours: 'b', theirs: 'x' })).toMatchObject({ does: 'yield', restores: true })
  })

  test('restores nothing where Salesforce only has not heard of the change yet, however often that is seen', () => {
    for (const uncertain of [false, true])
      expect(mergeOne({ ...field, ours: 'b', theirs: 'a', uncertain, restores: restoresAllowed })).toMatchObject({
        does: 'yield',
        restores: false,
        disputed: [],
      })
  })
})

test('only a value with a way back is announced to flow back', () => {
  expect(mergeOne({ owner: 'crm', ours: 'b', agreed: 'a' }).yields).toEqual(['X'])
  expect(mergeOne({ owner: 'seed', ours: 'b', agreed: 'a' }).yields).toEqual([])
})
