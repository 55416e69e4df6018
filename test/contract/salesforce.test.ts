/** The contract of `CrmSystem` over HTTP: describe, write, limits, check. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Outcome } from '../../src/model/outcome.ts'
import type { ResourceRef } from '../../src/model/resource.ts'
import { child, context, remove, type SalesforceWorld, salesforceWorld, update, upsert } from './salesforceWorld.ts'

let world: SalesforceWorld
beforeAll(async () => {
  world = await salesforceWorld()
})
afterAll(() => world[Symbol.asyncDispose]())
beforeEach(async () => {
  await world.control('POST', 'reset')
  await world.requests()
})

const refOf = (outcome: Outcome | undefined): ResourceRef => {
  if (outcome?.ok !== true) throw new Error(JSON.stringify(outcome))
  return outcome.ref
}
const contact = (key: string, name = 'Doe', more = {}) =>
  upsert('Contact', key, { fields: { LastName: name }, ...more })
const write = async (...groups: Parameters<typeof world.crm.write>[0]['groups']) =>
  world.crm.write({ groups }, context())
const costs = async () => (await world.requests()).reduce((sum, one) => sum + one.cost, 0)

describe('schema', () => {
  test('describes all objects in one call, leaves out what is not there, and keeps the answer', async () => {
    const schema = await world.crm.schema(['Account', 'Contact', 'Nothing__c'], { refresh: true }, context())
    expect([...schema.keys()]).toEqual(['Account', 'Contact'])
    expect(await costs()).toBe(1)
    const key = schema.get('Contact')?.fields.get('CT_Id__c')
    expect(key).toMatchObject({ type: 'string', unique: true, externalId: true, filterable: true, createable: true })
    expect(schema.get('Contact')?.fields.get('LastName')).toMatchObject({ nillable: false, length: 80 })
    expect(schema.get('Contact')?.fields.get('AccountId')?.referenceTo).toEqual(['Account'])
    expect(await world.crm.schema(['Contact', 'Account', 'Nothing__c'], { refresh: false }, context())).toBe(schema)
    expect(await costs()).toBe(0)
    await world.crm.schema(['Contact'], { refresh: true }, context())
    expect(await costs()).toBe(1)
    // Nothing new: what was derived from the schema may be kept.
    expect(await world.crm.schema(['Account', 'Contact', 'Nothing__c'], { refresh: true }, context())).toBe(schema)
  })
})

describe('write', () => {
  test('upserts 1,000 rows, children naming their parents by external ID, in one call', async () => {
    const hundred = (from: number) => Array.from({ length: 200 }, (_, at) => from + at)
    const accounts = [0, 200].map(from =>
      hundred(from).map(n => upsert('Account', `demo/a${n}`, { fields: { Name: `A ${n}` } })),
    )
    const contacts = [0, 200, 400].map(from =>
      hundred(from).map(n => contact(`demo/c${n}`, `C ${n}`, { links: [child(`demo/a${n % 400}`)] })),
    )
    const outcomes = await write(...accounts, ...contacts)
    expect(outcomes).toHaveLength(1000)
    expect(outcomes.every(one => one.ok && one.created)).toBe(true)
    expect(await costs()).toBe(1)
    const rows = await world.rows('Contact')
    const [first] = rows.filter(row => row.CT_Id__c === 'demo/c401')
    expect(first).toMatchObject({ LastName: 'C 401', AccountId: refOf(outcomes[1]).id })
    const again = await write(...accounts)
    expect(again.every(one => one.ok && !one.created)).toBe(true)
    expect(refOf(again[399])).toEqual(refOf(outcomes[399]))
  })

  test('updates, deletes and clears by id, outcomes in the order of the rows whatever their objects', async () => {
    const made = await write(
      [contact('demo/1'), contact('demo/2')],
      [upsert('Account', 'demo/3', { fields: { Name: 'N', Phone: '1' } })],
    )
    const [one, two, three] = made.map(refOf)
    if (!one || !two || !three) throw new Error('not made')
    const outcomes = await write(
      [
        update(one, { fields: { LastName: 'Roe' } }),
        update(three, { fields: { Phone: null } }),
        update(one, { fields: { LastName: 'Twice' } }),
      ],
      [remove(two)],
    )
    expect(outcomes.map(outcome => outcome.ok)).toEqual([false, true, false, true])
    const good = await write([update(one, { fields: { LastName: 'Roe' } }), update(three, { fields: { Name: 'M' } })])
    expect(good.map(refOf)).toEqual([one, three])
    expect(await write([remove(two)])).toEqual([{ ok: true, ref: two, created: false, version: null }])
    expect((await world.rows('Account'))[0]).toMatchObject({ Name: 'M', Phone: null })
    const gone = await write([update(two, { fields: { LastName: 'X' } })])
    expect(gone).toMatchObject([{ ok: false, failure: { is: 'stale', code: 'ENTITY_IS_DELETED' } }])
  })

  test('a row that fails says why in our words, and the others go on', async () => {
    await world.crm.schema(['Contact'], { refresh: true }, context())
    const outcomes = await write([
      contact('demo/1', 'N'.repeat(81)),
      contact('demo/2', 'Good'),
      contact('demo/3', 'Bad', { fields: { LastName: 'Bad', Email: 'no-email-at-all' } }),
      upsert('Contact', 'demo/4'),
      contact('demo/5', 'Orphan', { links: [child('demo/none')] }),
      contact('demo/6', 'Odd', { fields: { LastName: 'Odd', Nothing__c: 'x' } }),
    ])
    expect(
      outcomes.map(one => (one.ok ? 'ok' : `${one.failure.is} ${one.failure.code} ${one.failure.fields}`)),
    ).toEqual([
      'invalid STRING_TOO_LONG LastName',
      'ok',
      'invalid INVALID_EMAIL_ADDRESS Email',
      'invalid REQUIRED_FIELD_MISSING LastName',
      'stale INVALID_FIELD AccountId',
      'invalid INVALID_FIELD Nothing__c',
    ])
    expect(outcomes[0]).toMatchObject({
      failure: { message: 'A text is longer than its field: Last Name (LastName).' },
    })
    expect(JSON.stringify(outcomes)).not.toContain('no-email-at-all')
  })

  test('a guarded row goes alone and is stale once somebody else edited the record', async () => {
    await world.control('POST', 'clock', { freeze: true })
    const [ref] = (await write([contact('demo/1')])).map(refOf)
    if (!ref) throw new Error('not made')
    const [before] = await world.crm.read([ref], { Contact: ['LastName'] }, context())
    if (before?.state !== 'present') throw new Error('not there')
    const row = () => update(ref, { fields: { LastName: 'Roe' }, ifUnmodifiedSince: before.modifiedAt })
    expect(await write([row()])).toEqual([{ ok: true, ref, created: false, version: null }])
    await world.control('POST', 'clock', { advanceMs: 2000 })
    await world.control('POST', 'edit', { object: 'Contact', id: ref.id, fields: { LastName: 'Hers' } })
    expect(await write([row()])).toMatchObject([{ ok: false, failure: { is: 'stale', code: 'PRECONDITION_FAILED' } }])
    expect((await world.rows('Contact'))[0]?.LastName).toBe('Hers')
    const mixed = await write([contact('demo/2')], [row()], [contact('demo/3')])
    expect(mixed.map(one => one.ok)).toEqual([true, false, true])
  })

  test('a value that looks like a reference of a composite call is only a value', async () => {
    const outcomes = await write(
      [upsert('Account', 'demo/a', { fields: { Name: 'Acme' } })],
      [contact('demo/c', '@{s0[0].id}', { links: [child('demo/a')] })],
    )
    expect(outcomes.map(one => one.ok)).toEqual([true, true])
    expect((await world.rows('Contact'))[0]?.LastName).toBe('@{s0[0].id}')
  })

  test('a key of ours that another record took meanwhile is a lost race, another unique value is not', async () => {
    const [one, two] = (await write([contact('demo/1'), contact('demo/2')])).map(refOf)
    if (!one || !two) throw new Error('not made')
    const twice = await write([contact('demo/3'), contact('demo/3')])
    expect(twice).toMatchObject([{ failure: { is: 'stale' } }, { failure: { is: 'stale' } }])
    const taken = await write([update(one, { fields: { CT_Id__c: 'demo/2' } })])
    expect(taken).toMatchObject([{ failure: { is: 'invalid', code: 'DUPLICATE_VALUE', fields: ['CT_Id__c'] } }])
  })

  test('an object that the org does not have fails its own group only', async () => {
    const outcomes = await write([upsert('Nothing__c', 'demo/1')], [contact('demo/2')])
    expect(outcomes).toMatchObject([{ failure: { is: 'denied', code: 'NOT_FOUND' } }, { ok: true }])
  })
})

describe('limits, org and check', () => {
  test('limits come with every answer, and from the org when asked', async () => {
    await write([contact('demo/1')])
    const last = await world.crm.limits({ ask: false }, context())
    expect(last).toMatchObject({ used: expect.any(Number), max: 100_000 })
    expect(await costs()).toBe(1)
    const asked = await world.crm.limits({ ask: true }, context())
    expect(asked?.used).toBe((last?.used ?? 0) + 1)
    expect(await costs()).toBe(1)
  })

  test('the org has an id, and a right set-up has no problems', async () => {
    expect(await world.crm.orgId(context())).toMatch(/^00D\w{15}$/)
    expect(await world.crm.check(context().signal)).toEqual([])
  })
})
