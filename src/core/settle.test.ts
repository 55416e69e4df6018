/** What plans and their outcomes leave behind. */
import { describe, expect, test } from 'vitest'
import { digest, given } from '../../test/given.ts'
import type { IdentityLink } from '../model/identity.ts'
import type { Mapping } from '../model/mapping.ts'
import type { Duplicate, Failure, Outcome } from '../model/outcome.ts'
import type { WritePlan } from '../model/plan.ts'
import { respond } from './respond.ts'
import { settle } from './settle.ts'

const start = '2026-01-01T00:00:00.000Z'

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
      fields: [
        { crm: 'City', commerce: 'city', owner: 'commerce' },
        { crm: 'Score', commerce: 'score', owner: 'crm' },
        { crm: 'Email', commerce: 'email', owner: 'latest' },
      ],
      links: [],
      defaults: {},
    },
  ],
  deletion: 'ignore',
  creates: 'commerce',
  expand: [],
  touchedBy: [],
}

const plansOf = (more: object, snapshot: object = { city: 'London' }) => {
  const [made] = given({ mapping, snapshot: { id: 'ada', ...snapshot }, ...more }).made
  if (made === undefined) throw new Error('one part makes one plan')
  return made.plan
}
const linkOf = (plan: WritePlan): IdentityLink | null => ('link' in plan ? plan.link : null)
const contact = { side: 'crm', type: 'Contact', id: '003A' } as const
const done: Outcome = { ok: true, ref: contact, created: true, version: 1 }
const failure: Failure = { is: 'invalid', code: 'STRING_TOO_LONG', message: 'City', fields: ['City'], retryAt: null }

const settled = (plan: WritePlan, outcome: Outcome | null, more: { flowsBack?: boolean } = {}) =>
  settle({ plan, known: linkOf(plan), outcome, next: null, attempts: 2, correlationId: 'c', flowsBack: false, ...more })

describe('a record that was made', () => {
  const plan = plansOf({})

  test('is linked, with what both sides agree on now', () => {
    const [change, ...others] = settled(plan, done).links
    expect(others).toEqual([])
    expect(change).toMatchObject({
      do: 'put',
      revision: null,
      link: { crm: contact, base: { City: digest('City', 'London'), Email: digest('Email', null) } },
    })
  })

  test('is marked on its CRM end where something may flow back', () => {
    expect(settled(plan, done).marks).toEqual([])
    expect(settled(plan, done, { flowsBack: true }).marks).toEqual([contact])
  })

  test('that was there after all agrees only on what was sent', () => {
    const [change] = settled(plan, { ...done, created: false }).links
    expect(change?.do === 'put' && change.link.base).toEqual({ City: digest('City', 'London') })
  })
})

describe('a record that was written', () => {
  const before = { link: { contact: { id: '003A', was: { city: 'Ockham' }, restores: { City: 2 } } } }

  test('moves its base, and its count of restores begins anew', () => {
    const [change] = settled(plansOf(before), done).links
    expect(change).toMatchObject({ do: 'base', base: { City: digest('City', 'London') }, restores: {} })
  })

  test('leaves nothing behind when it failed, but a line for a person', () => {
    const { links, failure: listed, next } = settled(plansOf(before), { ok: false, failure })
    expect(links).toEqual([])
    expect(next).toEqual({ do: 'fail', failure })
    expect(listed).toMatchObject({ role: 'contact', failure, attempts: 3 })
  })
})

describe('a record that was left alone', () => {
  test('costs no write of its link', () => {
    expect(settled(plansOf({ link: { contact: { id: '003A', was: {}, restores: { City: 2 } } } }), null)).toMatchObject(
      {
        next: { do: 'done' },
        links: [],
        marks: [],
      },
    )
  })

  test('moves its base where the CRM’s value stands, and marks that end', () => {
    const plan = plansOf({ link: { contact: { id: '003A', was: { score: '1' } } } }, { city: 'London', score: '2' })
    const { links, marks } = settled(plan, null)
    expect(links).toMatchObject([{ do: 'base', base: { Score: digest('Score', '2') } }])
    expect(marks).toEqual([contact])
  })
})

test('a restore is counted, and the count outlives passes that leave the field alone', () => {
  const plan = plansOf({ link: { contact: { id: '003A', was: { city: 'Ockham' }, restores: { City: 2 } } } })
  const restoring = { ...plan, verdicts: plan.verdicts.map(one => ({ ...one, restores: one.field === 'City' })) }
  expect(settled(restoring, done).links).toMatchObject([{ restores: { City: 3 } }])
})

test('a wait waits, and a conflict is told with whom it is about', () => {
  const { draft } = plansOf({})
  expect(settled({ do: 'wait', draft, verdicts: [], awaits: [] }, null).next).toEqual({ do: 'wait' })
  const conflict = { kind: 'ambiguous', why: '', candidates: [], fields: [] } as const
  expect(settled({ do: 'review', draft, verdicts: [], conflict }, null)).toMatchObject({
    next: { do: 'review' },
    conflict: { kind: 'ambiguous', source: { id: 'demo/ada' }, mapping: 'person', role: 'contact', correlationId: 'c' },
  })
})

test('a deleted record takes its link along', () => {
  const plan = plansOf({ link: { contact: { id: '003A', was: {} } } })
  const link = linkOf(plan)
  if (link === null) throw new Error('the plan keeps its link')
  expect(settled({ do: 'delete', draft: plan.draft, verdicts: [], crm: contact, link }, done).links).toEqual([
    { do: 'remove', link },
  ])
})

describe('a record that a duplicate rule refused', () => {
  const other = { side: 'crm', type: 'Contact', id: '003B' } as const
  const lead = { side: 'crm', type: 'Lead', id: '00QB' } as const
  const refused = (duplicate: Duplicate): Failure => ({
    ...failure,
    code: 'DUPLICATES_DETECTED',
    fields: [],
    duplicate,
  })
  const leaves = (plan: WritePlan, duplicate: Duplicate) => {
    const of = refused(duplicate)
    const next = respond({ failure: of, scope: 'row', attempts: 2, maxAttempts: 10, now: start, jitter: 0 })
    const outcome = { ok: false, failure: of } as const
    return settle({ plan, known: null, outcome, next, attempts: 2, correlationId: 'c', flowsBack: true })
  }
  const named = { rule: 'Same_Email', matches: [contact, other], allowsSave: true }

  test('waits for a person, with the records that the rule named, and is no failure', () => {
    const left = leaves(plansOf({}), named)
    expect(left).toMatchObject({ next: { do: 'review' }, failure: null, links: [], marks: [] })
    expect(left.conflict).toEqual({
      kind: 'duplicate-rule',
      why: 'the duplicate rule Same_Email of the org takes it for a record that is there already',
      candidates: [contact, other],
      fields: [],
      source: { side: 'commerce', type: 'customer', id: 'demo/ada' },
      mapping: 'person',
      role: 'contact',
      correlationId: 'c',
    })
  })

  test('says what a person cannot do about it', () => {
    const why = (duplicate: Duplicate) => leaves(plansOf({}), duplicate).conflict?.why
    expect(why({ ...named, allowsSave: false, matches: [lead, other] })).toBe(
      'the duplicate rule Same_Email of the org takes it for a record that is there already; a Lead can only be looked at, not linked; the rule blocks: it must be changed before both can be kept',
    )
    expect(why({ rule: null, matches: [], allowsSave: null })).toBe(
      'a duplicate rule of the org takes it for a record that is there already; which one was not said',
    )
  })

  test('is asked about when it is linked, too; but the last write of one that is gone is a failure to mend', () => {
    const update = plansOf({ link: { contact: { id: '003A', was: { city: 'Paris' } } } })
    expect(leaves(update, named)).toMatchObject({ next: { do: 'review' }, conflict: { candidates: [contact, other] } })
    if (update.do !== 'update') throw new Error('an update')
    const last = leaves({ ...update, ends: true }, named)
    expect(last).toMatchObject({ next: { do: 'fail' }, conflict: null, failure: { attempts: 3 } })
  })
})
