/** What becomes of a decision in the passes that follow: waited for, taken back, held back, foreseen, made for many. */
import { describe, expect, it } from 'vitest'
import { memoryWorld } from '../../test/memory/world.ts'
import type { Choice } from '../model/plan.ts'
import { decide } from './decide.ts'
import { decideAll, previewAll } from './decideAll.ts'
import { foresee } from './foresee.ts'

const anna = { firstName: 'Anna', lastName: 'Beck', email: 'anna@example.com' }
const context = { correlationId: '', signal: new AbortController().signal }
const account = (id: string) => ({ side: 'crm', type: 'Account', id }) as const

/** Two Accounts bear this customer's key, so a person is asked which one it is. */
async function unclear(ids: readonly string[] = ['1']) {
  const world = memoryWorld()
  for (const id of ids)
    for (const twin of [`a${id}`, `b${id}`])
      world.crm.rows.set(twin, {
        id: twin,
        object: 'Account',
        fields: { CT_Id__c: `demo/${id}`, Name: 'Beck' },
        modified: 0,
        deleted: false,
      })
  for (const id of ids) await world.shopper.saves(`demo/${id}`, anna)
  await world.quiet()
  const open = () => world.store.conflictRows.filter(one => one.state === 'open')
  const [first] = open()
  if (first === undefined) throw new Error('nobody was asked')
  return { ...world, open, id: first.id, by: (choice: Choice) => decide(world.engine, first.id, choice, 'Ada', 'c') }
}

describe('waiting for a record merge', () => {
  it('writes nothing and asks nothing until one candidate is left; then the record goes on', async () => {
    const world = await unclear()
    expect(await world.by({ do: 'wait' })).toMatchObject({ is: 'decided' })
    for (const firstName of ['Anne', 'Anke']) {
      await world.shopper.saves('demo/1', { ...anna, firstName })
      await world.quiet()
    }
    expect(world.crm.calls.filter(call => call.what === 'write')).toEqual([])
    expect(world.store.conflictRows).toMatchObject([{ id: world.id, state: 'awaits-merge' }])

    world.crm.remove('a1', 'b1')
    await world.shopper.saves('demo/1', anna)
    await world.quiet()
    expect(world.store.conflictRows).toMatchObject([{ id: world.id, state: 'closed' }])
    expect(world.crm.rows.get('b1')?.fields.Name).toBe('Anna Beck')
    expect(world.contact('demo/1')?.fields.AccountId).toBe('b1')
    expect(await world.store.decisions([{ side: 'commerce', type: 'customer', id: 'demo/1' }])).toEqual([])
  })

  it('is a person’s answer only where a merge would be one', async () => {
    const world = await unclear()
    expect(await world.by({ do: 'take', side: 'crm' })).toMatchObject({ is: 'misfit' })
    expect(world.open()).toHaveLength(1)
    expect(await decide(world.engine, 'nowhere', { do: 'wait' }, 'Ada', 'c')).toEqual({ is: 'not-there' })
  })
})

describe('a decision taken back', () => {
  it('before its pass: nothing is written, and the same is asked again', async () => {
    const world = await unclear()
    await world.by({ do: 'create' })
    expect(await world.by({ do: 'link', crm: account('b1') })).toMatchObject({
      is: 'over',
      state: 'decided',
      last: { by: 'Ada', choice: { do: 'create' } },
    })
    expect(await world.store.undo(world.id, 'Ada', 'c')).toBe('undone')
    await world.quiet()
    expect(world.open()).toMatchObject([{ id: world.id, kind: 'ambiguous' }])
    expect(world.crm.of('Account')).toHaveLength(2)
  })

  it('to ignore: the record goes on as if nobody had said so', async () => {
    const world = await unclear()
    await world.by({ do: 'ignore' })
    await world.quiet()
    expect(world.store.conflictRows).toMatchObject([{ state: 'ignored' }])
    world.crm.remove('a1')
    await world.shopper.saves('demo/1', { ...anna, firstName: 'Anne' })
    await world.quiet()
    expect(world.crm.rows.get('b1')?.fields.Name).toBe('Beck')
    expect(await world.store.undo(world.id, 'Ada', 'c')).toBe('undone')
    await world.quiet()
    expect(world.crm.rows.get('b1')?.fields.Name).toBe('Anne Beck')
    expect(world.open()).toEqual([])
  })

  it('after its pass: refused', async () => {
    const world = await unclear()
    await world.by({ do: 'link', crm: account('b1') })
    await world.quiet()
    expect(await world.store.undo(world.id, 'Ada', 'c')).toBe('carried-out')
  })
})

it('keeps the decision on a part while the part it belongs to waits for a person', async () => {
  const world = await unclear()
  const fields = { CT_Id__c: 'demo/1', LastName: 'Beck' }
  for (const id of ['ca', 'cb']) world.crm.rows.set(id, { id, object: 'Contact', fields, modified: 0, deleted: false })
  await world.shopper.saves('demo/1', { ...anna, firstName: 'Anne' })
  await world.quiet()
  const contact = world.open().find(one => one.role === 'contact')
  await decide(world.engine, contact?.id ?? '', { do: 'create' }, 'Ada', 'c')
  await world.quiet()
  const states = () => world.store.conflictRows.map(one => [one.role, one.state])
  expect(states(), 'a new Contact needs its Account').toEqual([
    ['account', 'open'],
    ['contact', 'decided'],
  ])
  expect(world.crm.calls.filter(call => call.what === 'write')).toEqual([])
  await world.by({ do: 'link', crm: account('b1') })
  await world.quiet()
  expect(states()).toEqual([
    ['account', 'closed'],
    ['contact', 'closed'],
  ])
  expect(world.contact('demo/1')?.fields).toMatchObject({ FirstName: 'Anne', AccountId: 'b1' })
})

describe('what each decision would write', () => {
  it('is told for every choice, and nothing of it is done', async () => {
    const world = await unclear()
    const conflict = await world.store.conflict(world.id)
    if (conflict === null) throw new Error('not there')
    const calls = world.crm.calls.length
    const foreseen = await foresee(world.engine, conflict, context)
    const told = foreseen.map(({ choice, parts }) => [
      choice.do,
      ...parts.filter(part => part.role === 'account').map(part => [part.do, part.crm?.id, part.values.Name]),
    ])
    expect(told).toEqual([
      ['link', ['update', 'a1', 'Anna Beck']],
      ['link', ['update', 'b1', 'Anna Beck']],
      ['create', ['create', undefined, 'Anna Beck']],
      ['wait', ['review', undefined, undefined]],
      ['ignore', ['nothing', undefined, undefined]],
    ])
    expect(world.crm.calls.slice(calls).filter(call => call.what === 'write')).toEqual([])
    expect(world.open()).toHaveLength(1)
    await world.by({ do: 'link', crm: account('b1') })
    await world.quiet()
    expect(world.crm.rows.get('b1')?.fields.Name, 'as it was foretold').toBe('Anna Beck')
    const closed = await world.store.conflict(world.id)
    expect(closed && (await foresee(world.engine, closed, context))).toEqual([])
  })
})

describe('one decision for many', () => {
  const ids = Array.from({ length: 230 }, (_, n) => String(n))
  const filter = { kind: 'ambiguous' }

  it('is counted and shown first, made for exactly as many, and not twice', async () => {
    const world = await unclear(ids)
    const preview = await previewAll(world.engine, filter, { do: 'take', side: 'crm' }, 'c')
    expect(preview).toMatchObject({ is: 'previewed', meant: { total: 230, kinds: { ambiguous: 230 } } })
    expect(preview.is === 'previewed' && [preview.examples.length, preview.misfits.length]).toEqual([20, 20])
    expect(world.open(), 'a preview decides nothing').toHaveLength(230)

    const how = { by: 'Ada', correlationId: 'many' }
    expect(await decideAll(world.engine, filter, { do: 'ignore' }, 229, how)).toMatchObject({
      is: 'moved',
      meant: { total: 230 },
    })
    expect(await decideAll(world.engine, filter, { do: 'take', side: 'crm' }, 230, how)).toEqual({
      is: 'decided',
      decided: 0,
      skipped: 230,
      left: 0,
    })
    expect(world.open()).toHaveLength(230)
    expect(await decideAll(world.engine, filter, { do: 'ignore' }, 230, how)).toEqual({
      is: 'decided',
      decided: 230,
      skipped: 0,
      left: 0,
    })
    expect(await decideAll(world.engine, filter, { do: 'ignore' }, 230, how)).toMatchObject({ is: 'moved' })
    await world.quiet()
    expect(world.store.conflictRows.map(one => one.state)).toEqual(ids.map(() => 'ignored'))
  })

  it('goes on where it was interrupted', async () => {
    const world = await unclear(ids)
    let batches = 0
    const store = {
      ...world.store,
      decideAll: (...of: Parameters<typeof world.store.decideAll>) => {
        if (++batches === 2) throw new Error('cut off')
        return world.store.decideAll(...of)
      },
    }
    const how = { by: 'Ada', correlationId: 'many' }
    const cut = decideAll({ ...world.engine, store }, filter, { do: 'ignore' }, 230, how)
    await expect(cut).rejects.toThrow('cut off')
    const left = world.open().length
    expect(left).toBe(130)
    expect(await decideAll(world.engine, filter, { do: 'ignore' }, left, how)).toMatchObject({ decided: 130 })
    const made = await Promise.all(world.store.conflictRows.map(({ id }) => world.store.pastDecisions(id)))
    expect(made.map(past => past.length)).toEqual(ids.map(() => 1))
  })
})
