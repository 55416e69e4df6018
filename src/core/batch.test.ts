/** How plans become calls. */
import { describe, expect, test } from 'vitest'
import type { Draft } from '../model/identity.ts'
import type { PlannedLink, WritePlan } from '../model/plan.ts'
import { batch } from './batch.ts'
import { fill } from './fill.ts'

const salesforce = { rowsPerGroup: 200, groupsPerCall: 5 }
const at = '2026-01-01T00:00:00.000Z'

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

const under = (key: string): PlannedLink => ({
  by: 'key',
  field: 'AccountId',
  relationship: 'Account',
  keyField: 'CT_Id__c',
  key,
})

const create = (object: string, key: string, ...links: PlannedLink[]): WritePlan => ({
  do: 'create',
  draft: draft(object, key),
  verdicts: [],
  fields: {},
  links,
  base: {},
})

const update = (id: string, ifUnmodifiedSince: string | null = null, type = 'Contact'): WritePlan => ({
  do: 'update',
  draft: draft(type, id),
  verdicts: [],
  crm: { side: 'crm', type, id },
  link: null,
  fields: {},
  links: [],
  base: {},
  yields: [],
  ifUnmodifiedSince,
})

const wait: WritePlan = { do: 'wait', draft: draft('Contact', 'w'), verdicts: [], awaits: [] }

/** A batch in words: `waves > calls > groups > rows`, a row as its key or id. */
const told = (plans: readonly WritePlan[], limits = salesforce) =>
  batch(plans, limits).waves.map(wave =>
    wave.map(call => call.groups.map(group => group.map(row => `${row.object} ${row.key?.value ?? row.id}`))),
  )

test('nothing to write is no call', () => {
  expect(told([])).toEqual([])
  expect(told([wait])).toEqual([])
})

test('what fits one call goes in one, parents in an earlier group than their children', () => {
  const plans = [create('Contact', '1', under('1')), wait, create('Account', '1'), update('003X')]
  expect(told(plans)).toEqual([[[['Account 1'], ['Contact 003X'], ['Contact 1']]]])
})

test('what does not fit goes in waves: a wave starts when the parents are settled', () => {
  const plans = ['1', '2', '3'].flatMap(key => [create('Contact', key, under(key)), create('Account', key)])
  expect(told(plans, { rowsPerGroup: 2, groupsPerCall: 2 })).toEqual([
    [[['Account 1', 'Account 2'], ['Account 3']]],
    [[['Contact 1', 'Contact 2'], ['Contact 3']]],
  ])
})

test('children of one parent stay together', () => {
  const plans = ['a', 'b', 'a', 'b'].map((parent, n) => create('Contact', `${n}`, under(parent)))
  expect(told(plans)).toEqual([[[['Contact 0', 'Contact 2', 'Contact 1', 'Contact 3']]]])
})

test('a guarded row goes alone: the condition is the call’s', () => {
  expect(told([update('A'), update('B', at), update('C')])).toEqual([[[['Contact A', 'Contact C']], [['Contact B']]]])
})

test('two writes of one record keep their order and never share a group', () => {
  expect(told([update('A'), update('A')])).toEqual([[[['Contact A'], ['Contact A']]]])
})

test('rows of a mixed group are sorted by object: a collection is cut where the object changes', () => {
  const plans = [update('1'), update('2', null, 'Account'), update('3')]
  expect(told(plans)).toEqual([[[['Contact 1', 'Contact 3', 'Account 2']]]])
})

test('records that name each other are still written, each once', () => {
  const ring = [create('Account', '1', under('2')), create('Account', '2', under('1'))]
  expect(told(ring, { rowsPerGroup: 200, groupsPerCall: 1 })).toEqual([[[['Account 1']]], [[['Account 2']]]])
})

describe('takes a whole pass at once', () => {
  const sizes = (plans: readonly WritePlan[]) =>
    batch(plans, salesforce).waves.map(wave => wave.map(call => call.groups.flat().length))

  test('1,000 customers of two records each', () => {
    const plans = Array.from({ length: 1000 }, (_, n) => [
      create('Account', `${n}`),
      create('Contact', `${n}`, under(`${n}`)),
    ])
    const made = sizes(plans.flat())
    expect(made.flat().reduce((sum, size) => sum + size, 0)).toBe(2000)
    expect(made.flat().length).toBe(2)
  })

  test('2,000 children of one parent, and a chain of 2,000', () => {
    const family = Array.from({ length: 2000 }, (_, n) => create('Contact', `c${n}`, under('p')))
    expect(
      sizes([create('Account', 'p'), ...family])
        .flat()
        .reduce((sum, size) => sum + size, 0),
    ).toBe(2001)
    const chain = Array.from({ length: 2000 }, (_, n) => create('Account', `${n}`, under(`${n + 1}`)))
    expect(
      sizes(chain)
        .flat()
        .reduce((sum, size) => sum + size, 0),
    ).toBe(2000)
  })
})

describe('records that name their parents by id', () => {
  const late = (parent: string) => ({
    by: 'key' as const,
    field: 'OrderId',
    relationship: 'Order',
    keyField: 'CT_Id__c',
    key: parent,
    late: true as const,
  })
  /** So many orders of three lines each. */
  const orders = (count: number): WritePlan[] =>
    Array.from({ length: count }, (_, n) => [
      create('Order', `o${n}`),
      ...[0, 1, 2].map(line => create('OrderItem', `o${n}/${line}`, late(`o${n}`))),
    ]).flat()
  const calls = (count: number) =>
    batch(orders(count), salesforce).waves.map(wave =>
      wave.map(({ groups }) => groups.map(rows => `${rows.length} ${rows[0]?.object}`)),
    )

  test('go in the call that makes those, where there is room', () => {
    expect(calls(100)).toEqual([[['100 Order', '200 OrderItem', '100 OrderItem']]])
  })

  test('fill that call, and follow it with the rest', () => {
    const lines = (count: number) => Array(count).fill('200 OrderItem')
    expect(calls(400)).toEqual([[['200 Order', '200 Order', ...lines(3)]], [lines(3)]])
    expect(calls(1_000)).toEqual([[Array(5).fill('200 Order')], [lines(5), lines(5), lines(5)]])
  })
})

describe('a few rows that would make a call of their own', () => {
  const small = { rowsPerGroup: 2, groupsPerCall: 5 }
  const many = (count: number): WritePlan[] => Array.from({ length: count }, (_, n) => update(`c${n}`))
  /** Another plan of the record that this one is of. */
  const sameRecord = (plan: WritePlan, other: WritePlan): WritePlan => ({
    ...other,
    draft: { ...other.draft, source: plan.draft.source },
  })
  const calls = ({ waves }: ReturnType<typeof fill>) => waves.map(wave => wave.map(call => call.groups.flat().length))

  test('are left to the next pass', () => {
    const filled = fill(many(12), small)
    expect(calls(filled)).toEqual([[10]])
    expect([...filled.later]).toEqual([10, 11])
  })

  test('go when they are more than a fifth of a call', () => {
    const filled = fill(many(13), small)
    expect(calls(filled)).toEqual([[10, 3]])
    expect(filled.later.size).toBe(0)
  })

  test('go when they are all there is', () => {
    expect(calls(fill(many(1), small))).toEqual([[1]])
  })

  test('take the rest of their record with them, also what writes nothing', () => {
    const plans = many(11)
    const last = plans[10]
    if (last === undefined) throw new RangeError('eleven plans')
    const filled = fill([sameRecord(last, wait), ...plans], small)
    expect([...filled.later]).toEqual([0, 11])
  })

  test('go when another record names one of them', () => {
    const parents = Array.from({ length: 11 }, (_, n) => create('Account', `a${n}`))
    const filled = fill([...parents, ...many(10), create('Contact', 'child', under('a10'))], small)
    expect(filled.later.has(10)).toBe(false)
  })

  test('are not looked for among guarded rows, which travel alone anyhow', () => {
    const filled = fill([...many(10), update('guarded', at)], small)
    expect(calls(filled)).toEqual([[10, 1]])
    expect(filled.later.size).toBe(0)
  })
})

test('a duplicate that is meant goes alone, before its children and told so', () => {
  const meant: WritePlan = { ...create('Account', '1'), evenIfDuplicate: true } as WritePlan
  const plans = [meant, create('Account', '2'), create('Contact', '1', under('1')), update('003X')]
  expect(told(plans)).toEqual([[[['Account 2'], ['Contact 003X']], [['Account 1']]], [[['Contact 1']]]])
  const [alone] = batch(plans, salesforce)
    .waves.flat(2)
    .filter(call => call.groups.flat().length === 1)
  expect(alone?.groups.flat()).toMatchObject([{ plan: 0, evenIfDuplicate: true }])
})
