/** That a second key leads to a record of Salesforce nobody is linked to: asked about that record, and over with its reason. */
import { expect, it } from 'vitest'
import type { Settlement } from '../../src/model/outcome.ts'
import { changed, contact, customer, put, settle, settlement } from './storeWords.ts'
import { linked, onEachDatabase } from './storeWorld.ts'

const doubt: Settlement['conflicts'][number] = {
  kind: 'disagrees',
  why: 'customer demo/c1 is linked to 003a, and has the Email of this record',
  candidates: [contact('a')],
  fields: [{ field: 'Email', commerce: 'ada@example.com', crm: 'ada@example.com' }],
  source: contact('b'),
  mapping: 'person',
  role: 'contact',
  correlationId: 'correlation',
}

onEachDatabase('A doubt about a record of Salesforce', world => {
  const pass = async (n: number, of: Partial<Settlement>) => {
    await world.store.mark([changed(customer(n))])
    const { token } = await world.claimed('commerce')
    expect(await world.store.save(token, settlement({ rows: [settle(customer(n))], ...of }))).toBe(true)
  }
  const open = async () =>
    (await world.store.openAbout([contact('b'), contact('c')], 'disagrees')).map(({ source, fields }) => [
      source.id,
      fields.map(({ crm }) => crm),
    ])
  const asked = async () => {
    const link = await linked(world, customer(1), contact('a'))
    await pass(1, { conflicts: [doubt] })
    expect(await open()).toEqual([['003b', ['ada@example.com']]])
    return link
  }

  it('stays while the record that was taken instead is looked at again, and is asked about once', async () => {
    await asked()
    const ofTheRecord = { source: customer(1), mapping: 'person', role: 'contact', seen: true }
    await pass(1, { resolved: [ofTheRecord], conflicts: [doubt] })
    expect(await open()).toHaveLength(1)
    expect(await world.store.openAbout([contact('b')], 'foreign')).toEqual([])
  })

  it('is over when somebody is linked to the record', async () => {
    await asked()
    await linked(world, customer(2), contact('b'))
    expect(await open()).toEqual([])
  })

  it('is over when nobody is linked any more to the one that was taken instead', async () => {
    const link = await asked()
    await pass(2, { links: [put(customer(2), contact('z'))] })
    expect(await open()).toHaveLength(1)
    await pass(1, { links: [{ do: 'remove', link }] })
    expect(await open()).toEqual([])
  })

  it('is never asked again when somebody said that all is well', async () => {
    await asked()
    const [one] = await world.store.openAbout([contact('b')], 'disagrees')
    await world.store.decide(one?.id ?? '', { do: 'ignore' }, 'Grace', 'by hand')
    const { token } = await world.claimed('crm')
    const applied = await world.store.decisions([contact('b')])
    await world.store.save(token, settlement({ rows: [settle(contact('b'))], applied }))
    expect(await world.store.conflict(one?.id ?? '')).toMatchObject({ state: 'ignored' })
    await pass(1, { conflicts: [doubt] })
    expect(await open()).toEqual([])
  })
})
