/** When a write is told to go through in spite of a rule against duplicates: only by a person's word about just that. */
import { expect, test } from 'vitest'
import { given } from '../../test/given.ts'
import type { Mapping } from '../model/mapping.ts'
import type { Choice, Decision } from '../model/plan.ts'
import { anyway } from './anyway.ts'

const mapping: Mapping = {
  name: 'person',
  doc: '',
  commerce: 'customer',
  keyField: 'CT_Id__c',
  parts: [
    {
      role: 'contact',
      object: 'Contact',
      match: [],
      fields: [{ crm: 'City', commerce: 'city', owner: 'commerce' }],
      links: [],
      defaults: {},
    },
  ],
  deletion: 'ignore',
  creates: 'commerce',
  expand: [],
  touchedBy: [],
}
const planOf = (more: object = {}) => {
  const [made] = given({ mapping, snapshot: { id: 'ada', city: 'London' }, ...more }).made
  if (made === undefined) throw new Error('one part makes one plan')
  return made.plan
}
const decision = (choice: Choice, kind: Decision['kind'] = 'duplicate-rule'): Decision => ({
  conflict: 'c',
  kind,
  source: { side: 'commerce', type: 'customer', id: 'demo/ada' },
  mapping: 'person',
  role: 'contact',
  choice,
  by: 'Grace',
  at: '2026-01-01T00:00:00.000Z',
})
const create = planOf()
const update = planOf({ link: { contact: { id: '003A', was: { city: 'Paris' } } } })
const still = planOf({ link: { contact: { id: '003A', was: {} } } })
const crm = { side: 'crm', type: 'Contact', id: '003B' } as const

test.each<[Choice, boolean]>([
  [{ do: 'create' }, true],
  [{ do: 'take', side: 'commerce' }, true],
  [{ do: 'take', side: 'crm' }, false],
  [{ do: 'link', crm }, false],
  [{ do: 'ignore' }, false],
])('%o: %s', (choice, isMeant) => {
  expect([create.do, update.do]).toEqual(['create', 'update'])
  for (const plan of [create, update])
    expect('evenIfDuplicate' in anyway(plan, decision(choice)), plan.do).toBe(isMeant)
})

test('what was decided of another kind of conflict, or of none, says nothing about duplicates', () => {
  for (const kind of ['deleted', 'ambiguous', 'claimed'] as const)
    expect(anyway(create, decision({ do: 'create' }, kind))).toBe(create)
  expect(anyway(create, null)).toBe(create)
})

test('a plan that writes nothing stays what it is', () => {
  expect(still.do).toBe('nothing')
  expect(anyway(still, decision({ do: 'create' }))).toBe(still)
})
