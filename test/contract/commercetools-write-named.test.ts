/** Changes that name other records, and alternatives: found by what they are called, set where the value counts. */
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/model/resource.ts'
import { bearer, calls, context, faults, post, project, ref, shopper, system } from './commercetools.world.ts'
import { asked, at, billing, failed, type Present, read, round, write } from './commercetools-write.world.ts'

const groupName = 'customerGroup.obj.name'

async function make(what: 'customer-groups' | 'stores', draft: object, key = 'demo'): Promise<JsonObject> {
  return (await post(`/${key}/${what}`, draft, { authorization: `Bearer ${await bearer()}` })) as JsonObject
}

async function readWithGroup(id: string): Promise<Present> {
  const [snapshot] = await system().read([ref(id)], ['customerGroup'], context())
  if (snapshot?.state !== 'present') throw new Error('the customer is not there')
  return snapshot
}

describe('a customer group', () => {
  it('is set by its name, changed, and taken away', async () => {
    const [gold, silver] = [
      await make('customer-groups', { groupName: 'Gold "&" más' }),
      await make('customer-groups', { groupName: 'Silver' }),
    ]
    const id = await shopper({})
    expect(await write(await readWithGroup(id), { [groupName]: 'Gold "&" más' })).toMatchObject({
      ok: true,
      version: 2,
    })
    expect((await readWithGroup(id)).body.customerGroup).toMatchObject({ id: gold.id })
    expect(await write(await readWithGroup(id), { [groupName]: 'Silver' })).toMatchObject({ ok: true, version: 3 })
    expect((await readWithGroup(id)).body.customerGroup).toMatchObject({ id: silver.id })
    expect(await write(await readWithGroup(id), { [groupName]: null })).toMatchObject({ ok: true, version: 4 })
    expect((await readWithGroup(id)).body.customerGroup).toBeUndefined()
  })

  it('that the customer is in already costs no request, not even a look', async () => {
    await make('customer-groups', { groupName: 'Gold', key: 'gold' })
    const id = await shopper({ customerGroup: { typeId: 'customer-group', key: 'gold' } })
    const before = await readWithGroup(id)
    const looked = (await calls('query')).length
    expect(await write(before, { [groupName]: 'Gold' })).toMatchObject({ ok: true, version: 1 })
    expect(await write(await read(await shopper({})), { [groupName]: null })).toMatchObject({ ok: true, version: 1 })
    expect((await calls('query')).length).toBe(looked + 1)
    expect(await calls('update')).toEqual([])
  })

  it('that does not exist is refused with the fix, and nothing of the record is written', async () => {
    const { outcome, after } = await round({}, { [groupName]: 'Platinum', title: 'Dr.' })
    const failure = failed(outcome)
    expect(failure).toMatchObject({ is: 'invalid', code: 'NO_SUCH_RECORD', fields: [groupName] })
    expect(failure.message).toContain('no customer group with this name')
    expect(failure.message).not.toContain('Platinum')
    expect(after.version).toBe(1)
    expect(failed((await round({}, { [groupName]: 'x'.repeat(5_000) })).outcome).code).toBe('NO_SUCH_RECORD')
  })

  it('is looked up once for a whole batch, a few queries for many names', async () => {
    for (let n = 0; n < 25; n += 1) await make('customer-groups', { groupName: `Group ${n}` })
    const all = await Promise.all(Array.from({ length: 50 }, async () => readWithGroup(await shopper({}))))
    const looked = (await calls('query')).length
    const outcomes = await system().write(
      all.map((each, n) => asked(each, { [groupName]: `Group ${n % 25}` })),
      context(),
    )
    expect(outcomes.every(each => each.ok)).toBe(true)
    expect((await calls('query')).length - looked).toBe(3)
  })

  it('that cannot be looked up fails who names one, and nobody else', async () => {
    const [named, other] = [await read(await shopper({})), await read(await shopper({}))]
    await faults({ on: 'query', do: 'status', status: 503, times: 99 })
    const outcomes = await system().write(
      [asked(named, { [groupName]: 'Gold' }), asked(other, { title: 'Dr.' })],
      context(),
    )
    expect(outcomes).toMatchObject([
      { ok: false, failure: { is: 'unavailable' } },
      { ok: true, version: 2 },
    ])
  })

  it('is one of the own project', async () => {
    await make('customer-groups', { groupName: 'Gold' })
    const ct = system({ projects: [project(), project({ key: 'demo-2', scopes: ['manage_project:demo-2'] })] })
    const foreign = await read(await shopper({}))
    const [outcome] = await ct.write(
      [
        {
          ...asked(foreign, { [groupName]: 'Gold' }),
          ref: { ...foreign.ref, id: foreign.ref.id.replace('demo/', 'demo-2/') },
        },
      ],
      context(),
    )
    expect(outcome?.ok).toBe(false)
  })
})

describe('stores', () => {
  it('are set by their keys, whatever their order, and emptied', async () => {
    for (const key of ['b2c-at', 'b2c-de']) await make('stores', { key })
    const { before, after } = await round({}, { stores: ['b2c-at', 'b2c-de', 'b2c-at'] })
    expect(after).toMatchObject({ version: 2, body: { stores: [{ key: 'b2c-at' }, { key: 'b2c-de' }] } })
    expect(await write(after, { stores: ['b2c-de', 'b2c-at'] })).toMatchObject({ ok: true, version: 2 })
    expect(await write(after, { stores: null })).toMatchObject({ ok: true, version: 3 })
    expect((await read(before.ref.id.slice('demo/'.length))).body.stores).toEqual([])
  })

  it('that do not exist are refused by commercetools, in words of ours', async () => {
    const failure = failed((await round({}, { stores: ['b2c-at'] })).outcome)
    expect(failure).toMatchObject({ is: 'invalid', code: 'ReferencedResourceNotFound', fields: ['stores'] })
    expect(failed((await round({}, { stores: [7] })).outcome)).toMatchObject({ code: 'NOT_TEXT', fields: ['stores'] })
  })
})

describe('alternatives', () => {
  const either = `${billing}.state ?? ${billing}.region`
  const living = (address: object) => ({ addresses: [{ country: 'DE', ...address }], defaultBillingAddress: 0 })

  it.each([
    ['the first where none is filled', {}, { state: 'BY' }],
    ['the first where it counts', { state: 'Bayern', region: 'Süd' }, { state: 'BY', region: 'Süd' }],
    ['the next where that one counts', { region: 'Bayern' }, { region: 'BY' }],
  ])('change %s', async (_which, address, expected) => {
    const { after } = await round(living(address), { [either]: 'BY' })
    expect(at(after.body, either)).toBe('BY')
    const { id: _, ...made } = (after.body.addresses as JsonObject[])[0] ?? {}
    expect(made).toEqual({ country: 'DE', ...expected })
  })

  it('are emptied together', async () => {
    const { after } = await round(living({ state: 'Bayern', region: 'Süd' }), { [either]: null })
    expect(at(after.body, either)).toBe(null)
  })

  it('and a change of one of them are two values for one place', async () => {
    const { outcome } = await round(living({ region: 'Bayern' }), { [either]: 'BY', [`${billing}.region`]: 'SN' })
    expect(failed(outcome)).toMatchObject({ code: 'TWO_VALUES', fields: [`${billing}.region`] })
  })
})
