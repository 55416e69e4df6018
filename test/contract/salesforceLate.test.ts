/** Records that name by its id another one which the same call makes: in one call, and what a refused parent costs. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Outcome } from '../../src/model/outcome.ts'
import type { WriteRow } from '../../src/model/plan.ts'
import { context, type SalesforceWorld, salesforceWorld, upsert } from './salesforceWorld.ts'

let world: SalesforceWorld
let contactId = ''

beforeEach(async () => {
  world = await salesforceWorld()
  // Which object a field leads to is known from the describe, as in every pass.
  await world.crm.schema(['Opportunity', 'OpportunityContactRole'], { refresh: false }, context())
  const [contact] = await world.crm.write(
    { groups: [[upsert('Contact', 'c', { fields: { LastName: 'Doe' } })]] },
    context(),
  )
  contactId = contact?.ok === true ? contact.ref.id : ''
  await world.requests()
})
afterEach(() => world[Symbol.asyncDispose]())

const deal = (key: string, Name: string | null): WriteRow =>
  upsert('Opportunity', key, { fields: { Name, StageName: 'Qualification', CloseDate: '2026-01-31' } })
/** Its key is that of its deal: they are told apart by the object that the field leads to. */
const role = (key: string): WriteRow => ({
  ...upsert('OpportunityContactRole', key, { fields: { IsPrimary: true } }),
  links: [
    { by: 'key', field: 'OpportunityId', relationship: 'Opportunity', keyField: 'CT_Id__c', key, late: true },
    { by: 'id', field: 'ContactId', id: contactId },
  ],
})
const keys = ['demo/1', 'demo/2', 'demo/3']
const write = (deals: readonly WriteRow[]): Promise<readonly Outcome[]> =>
  world.crm.write({ groups: [[...deals], keys.map(role)] }, context())
/** The deal of each role, by their keys. */
async function placed(): Promise<Record<string, unknown>> {
  const deals = new Map((await world.rows('Opportunity')).map(row => [row.Id, row.CT_Id__c]))
  const roles = await world.rows('OpportunityContactRole')
  return Object.fromEntries(roles.map(row => [row.CT_Id__c, deals.get(row.OpportunityId ?? '')]))
}

describe('a record that names by its id one that the same call makes', () => {
  test('goes with it in one call', async () => {
    const outcomes = await write(keys.map(key => deal(key, 'Cranes')))
    expect(outcomes.map(one => one.ok)).toEqual(Array(6).fill(true))
    expect((await world.requests()).map(({ cost }) => cost)).toEqual([1])
    expect(await placed()).toEqual(Object.fromEntries(keys.map(key => [key, key])))
  })

  test('comes back where that one is refused; the others go in one call more', async () => {
    const outcomes = await write(keys.map(key => deal(key, key === 'demo/2' ? null : 'Cranes')))
    expect(outcomes).toMatchObject([
      { ok: true },
      { ok: false, failure: { is: 'invalid' } },
      { ok: true },
      { ok: true },
      { ok: false, failure: { is: 'stale', code: 'PARENT_NOT_FOUND' } },
      { ok: true },
    ])
    expect(await world.requests()).toHaveLength(2)
    expect(await placed()).toEqual({ 'demo/1': 'demo/1', 'demo/3': 'demo/3' })
  })

  test('goes by its id where a value would be misread in such a call', async () => {
    const outcomes = await write(keys.map(key => deal(key, '@{s0.id}')))
    expect(outcomes.map(one => one.ok)).toEqual(Array(6).fill(true))
    expect(await world.requests()).toHaveLength(2)
    expect(await placed()).toEqual(Object.fromEntries(keys.map(key => [key, key])))
    expect((await world.rows('Opportunity')).map(row => row.Name)).toEqual(Array(3).fill('@{s0.id}'))
  })

  test('is not sent where nobody makes it', async () => {
    const outcomes = await write([])
    expect(outcomes).toMatchObject(keys.map(() => ({ failure: { is: 'stale', code: 'PARENT_NOT_FOUND' } })))
    expect(await world.requests()).toHaveLength(0)
  })
})
