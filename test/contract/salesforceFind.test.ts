/** The contract of `CrmSystem` over HTTP: find and read. */
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Value } from '../../src/model/mapping.ts'
import type { Outcome } from '../../src/model/outcome.ts'
import type { FindQuery } from '../../src/model/ports.ts'
import type { ResourceRef } from '../../src/model/resource.ts'
import { child, context, type SalesforceWorld, salesforceWorld, upsert } from './salesforceWorld.ts'

let world: SalesforceWorld
beforeAll(async () => {
  world = await salesforceWorld()
})
afterAll(() => world[Symbol.asyncDispose]())
beforeEach(async () => {
  await world.control('POST', 'reset')
  await world.requests()
})

const by = { by: 'external-id', crm: 'CT_Id__c', commerce: 'key' } as const
const byEmail = { by: 'fallback', crm: 'Email', commerce: 'email' } as const
const keys = (object: string, values: readonly string[], fields: readonly string[] = []): FindQuery => ({
  object,
  by,
  field: 'CT_Id__c',
  values,
  fields,
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

describe('find', () => {
  test('2,000 keys of two objects take two calls', async () => {
    const ids = Array.from(
      { length: 1000 },
      (_, at) => `demo/${String(at).padStart(8, '0')}-aaaa-bbbb-cccc-ddddeeeeffff`,
    )
    const group = ids.slice(0, 200)
    await write(
      group.map(key => upsert('Account', key, { fields: { Name: key } })),
      group.map(key => contact(key)),
    )
    await world.requests()
    const found = await world.crm.find([keys('Account', ids, ['Name']), keys('Contact', ids)], context())
    expect(await costs()).toBe(2)
    expect(found).toHaveLength(400)
    expect(new Set(found.map(one => `${one.ref.type} ${one.matched}`)).size).toBe(400)
    const [account] = found
    expect(account).toMatchObject({
      ref: { side: 'crm', type: 'Account' },
      by,
      values: { Name: account?.matched, CT_Id__c: account?.matched },
    })
    expect(account?.version).toBe(Date.parse(account?.modifiedAt ?? ''))
  })

  test('keys with quotes, backslashes, line breaks and other scripts are found; case must agree', async () => {
    const odd = [
      "O'Neil",
      'back\\slash',
      'a"b',
      "x' OR Name != '",
      'tab\tand\nline',
      'Ünïcode ✓ 漢字 😀',
      '100% &=+#?/',
      '@{s0}',
    ]
    const made = await write(odd.map(key => contact(key)))
    expect(made.every(one => one.ok)).toBe(true)
    const found = await world.crm.find([keys('Contact', [...odd, "o'neil", '', '\ud800'])], context())
    expect(found.map(one => one.matched).sort()).toEqual([...odd].sort())
  })

  test('whatever a key is made of, it is found, and only it', async () => {
    const texts = fc.sample(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }), { numRuns: 150, seed: 7 })
    const odd = [...new Set(texts.map(text => `${text}.`.trim()))].filter(text => text.isWellFormed())
    await write(odd.map(key => contact(key)))
    const stored = new Set((await world.rows('Contact')).map(row => row.CT_Id__c))
    const found = await world.crm.find([keys('Contact', odd)], context())
    expect(found.map(one => one.matched).sort()).toEqual(odd.filter(key => stored.has(key)).sort())
    expect(found.length).toBeGreaterThan(100)
  })

  test('a fallback key is found whatever its case, once for each value asked', async () => {
    await write([contact('demo/1', 'Doe', { fields: { LastName: 'Doe', Email: 'jane@example.com' } })])
    const query = { object: 'Contact', by: byEmail, field: 'Email', fields: ['LastName', 'Birthdate'] }
    const found = await world.crm.find([{ ...query, values: ['Jane@Example.com', 'other@example.com'] }], context())
    expect(found).toMatchObject([
      { matched: 'Jane@Example.com', values: { LastName: 'Doe', Birthdate: null, Email: 'jane@example.com' } },
    ])
  })

  test('what refers to a record is told with it, in the same call', async () => {
    const of = (account: string, key: string, fields: Record<string, Value>) =>
      contact(key, 'Doe', { fields: { LastName: 'Doe', ...fields }, links: [child(account)] })
    await write(
      ['demo/1', 'demo/2'].map(key => upsert('Account', key, { fields: { Name: key } })),
      [
        of('demo/1', 'a', { HasOptedOutOfEmail: true, Title: 'a' }),
        of('demo/1', 'b', { Title: "x' OR Id != '" }),
        of('demo/2', 'c', { Title: 'c' }),
      ],
    )
    await world.requests()
    const related = (name: string, where: Record<string, Value>, latest: string | null = null) => ({
      ...keys('Account', ['demo/1', 'demo/2']),
      related: [{ name, relationship: 'Contacts', where, latest }],
    })
    const found = await world.crm.find(
      [
        related('out', { HasOptedOutOfEmail: true }),
        related('odd', { Title: "x' OR Id != '" }),
        related('last', { HasOptedOutOfEmail: false }, 'CreatedDate'),
        related('none', { Title: 'nobody' }, 'Title'),
      ],
      context(),
    )
    expect(await costs()).toBe(1)
    const told = (key: string) => Object.assign({}, ...found.filter(one => one.matched === key).map(one => one.values))
    const time = expect.stringMatching(/^\d{4}-.*Z$/)
    expect(told('demo/1')).toMatchObject({ out: true, odd: true, last: time, none: null })
    expect(told('demo/2')).toMatchObject({ out: false, odd: false, last: time, none: null })
  })

  test('values come as we say them: dates, times in UTC, numbers, booleans', async () => {
    await world.crm.schema(['Contact'], { refresh: true }, context())
    await write([
      contact('demo/1', 'Doe', {
        fields: { LastName: '2026-01-01T00:00:00.000+0000', Birthdate: '1980-02-29', HasOptedOutOfEmail: true },
      }),
    ])
    const fields = ['LastName', 'Birthdate', 'HasOptedOutOfEmail', 'CreatedDate', 'AccountId']
    const [found] = await world.crm.find([keys('Contact', ['demo/1'], fields)], context())
    expect(found?.values).toEqual({
      LastName: '2026-01-01T00:00:00.000+0000',
      Birthdate: '1980-02-29',
      HasOptedOutOfEmail: true,
      CreatedDate: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      AccountId: null,
      CT_Id__c: 'demo/1',
    })
  })

  test('all pages are read', async () => {
    const many = Array.from({ length: 1000 }, (_, at) =>
      contact(`demo/${at}`, 'Same', { fields: { LastName: 'Same', Email: 'same@example.com' } }),
    )
    const more = many.map((row, at) => ({ ...row, key: { field: 'CT_Id__c', value: `more/${at}` } }))
    for (const rows of [
      many,
      more,
      [contact('last/1', 'Same', { fields: { LastName: 'Same', Email: 'same@example.com' } })],
    ])
      await world.crm.write(
        {
          groups: Array.from({ length: Math.ceil(rows.length / 200) }, (_, at) => rows.slice(at * 200, at * 200 + 200)),
        },
        context(),
      )
    const query = { object: 'Contact', by: byEmail, field: 'Email', fields: [], values: ['same@example.com'] }
    expect(await world.crm.find([query], context())).toHaveLength(2001)
  })

  test('nothing to ask is no call, and an unknown field is named', async () => {
    expect(await world.crm.find([keys('Contact', [])], context())).toEqual([])
    expect(await costs()).toBe(0)
    const asked = world.crm.find([keys('Contact', ['demo/1'], ['Nothing__c'])], context())
    await expect(asked).rejects.toMatchObject({
      failure: { is: 'denied', code: 'INVALID_FIELD', fields: ['Nothing__c'] },
    })
  })
})

describe('read', () => {
  test('tells present, deleted and merged apart, in the order asked', async () => {
    const made = (
      await write([contact('demo/1', 'Winner'), contact('demo/2', 'Loser'), contact('demo/3', 'Deleted')])
    ).map(refOf)
    const [winner, loser, deleted] = made
    if (!winner || !loser || !deleted) throw new Error('not made')
    await world.control('POST', 'merge', { object: 'Contact', masterId: winner.id, loserId: loser.id })
    await world.control('POST', 'delete', { object: 'Contact', id: deleted.id })
    await world.requests()
    const never: ResourceRef = { side: 'crm', type: 'Account', id: '001000000000999AAA' }
    const odd: ResourceRef = { side: 'crm', type: 'Contact', id: "x' OR Id != '" }
    const read = await world.crm.read(
      [loser, winner, never, deleted, odd, winner],
      { Contact: ['LastName'] },
      context(),
    )
    expect(read.map(one => one.state)).toEqual(['merged', 'present', 'absent', 'absent', 'absent', 'present'])
    expect(read[0]).toEqual({ state: 'merged', ref: loser, into: winner })
    expect(read[1]).toMatchObject({ ref: winner, values: { LastName: 'Winner' } })
    expect(await costs()).toBe(1)
  })

  test('2,000 records take one call', async () => {
    const rows = Array.from({ length: 1000 }, (_, at) => contact(`demo/${at}`))
    const groups = Array.from({ length: 5 }, (_, at) => rows.slice(at * 200, at * 200 + 200))
    const refs = (await write(...groups)).map(refOf)
    await world.requests()
    const read = await world.crm.read([...refs, ...refs], { Contact: ['LastName'] }, context())
    expect(read.every(one => one.state === 'present')).toBe(true)
    expect(await costs()).toBe(1)
  })
})
