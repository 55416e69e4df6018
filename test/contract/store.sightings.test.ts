/** What the store owes people who have no record of their own: who was seen where, until they are forgotten. */
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import type { Sighting } from '../../src/model/outcome.ts'
import type { ResourceRef } from '../../src/model/resource.ts'
import { changed, contact, line, put, settle, settlement } from './storeWords.ts'
import { onEachDatabase } from './storeWorld.ts'

const order = (n: number): ResourceRef => ({ side: 'commerce', type: 'order', id: `demo/o${n}` })
const guest = (name: string): ResourceRef => ({ side: 'commerce', type: 'guest', id: `demo/guest/${name}` })
const seen = (n: number, who: string | null, more: Partial<Sighting> = {}): Sighting => ({
  in: order(n),
  who: who === null ? null : guest(who),
  at: `2026-01-0${n}T00:00:00.000Z`,
  gone: false,
  erase: false,
  lane: 'live',
  correlationId: 'c',
  ...more,
})

onEachDatabase('Sightings', world => {
  const see = async (...sightings: Sighting[]): Promise<void> => {
    await world.store.mark(sightings.map(one => changed(one.in)))
    const { token } = await world.claimed()
    await world.store.save(token, settlement({ sightings }))
    await world.store.save(token, settlement({ rows: sightings.map(one => settle(one.in)) }))
  }
  const marked = async (name: string) => {
    const row = await world.store.dirty(guest(name))
    return row && { deleted: row.deleted, erase: row.erase, forced: row.forced, lane: row.lane }
  }
  const fresh = { deleted: false, erase: false, forced: true, lane: 'live' }
  const done = async (...names: string[]): Promise<void> => {
    const { token, rows } = await world.claimed()
    expect(rows.map(row => row.ref.id).sort()).toEqual(names.map(name => guest(name).id).sort())
    await world.store.save(token, settlement({ rows: rows.map(row => settle(row.ref, null)) }))
  }

  it('mark who was seen, once, and are told newest first', async () => {
    await see(seen(1, 'a'), seen(3, 'a'), seen(2, 'a'), seen(4, 'b'), seen(5, null))
    expect(await marked('a')).toEqual(fresh)
    await done('a', 'b')
    const told = await world.store.sightings([guest('a'), guest('b'), guest('c')], 2)
    expect(told.map(one => `${one.who.id} ${one.in.id}`)).toEqual([
      'demo/guest/a demo/o3',
      'demo/guest/a demo/o2',
      'demo/guest/b demo/o4',
    ])
  })

  it('of another one mark both, and nobody is seen in it twice', async () => {
    await see(seen(1, 'a'))
    await done('a')
    await see(seen(1, 'b'))
    await done('a', 'b')
    expect(await world.store.sightings([guest('a')], 3)).toEqual([])
    expect(await world.store.sightings([guest('b')], 3)).toHaveLength(1)
    await see(seen(1, null))
    expect(await marked('b')).toEqual(fresh)
    expect(await world.store.sightings([guest('b')], 3)).toEqual([])
  })

  it('that are gone say so, and whether the person is to be erased', async () => {
    await see(seen(1, 'a'), seen(2, 'b'))
    await done('a', 'b')
    await see(seen(1, null, { gone: true }), seen(2, null, { gone: true, erase: true }))
    expect(await marked('a')).toEqual({ ...fresh, deleted: true })
    expect(await marked('b')).toEqual({ ...fresh, deleted: true, erase: true })
  })

  it('are refused to a token that holds nothing any more', async () => {
    await world.store.mark([changed(order(1))])
    const { token } = await world.claimed()
    await world.expire()
    await world.claimed()
    expect(await world.store.save(token, settlement({ sightings: [seen(1, 'a')] }))).toBe(false)
    expect(await marked('a')).toBeNull()
  })

  it('of one who was forgotten leave an id and a time, and never show them again', async () => {
    await see(seen(1, 'a'), seen(2, 'a'), seen(3, 'b'))
    const { token, rows } = await world.claimed()
    const about = { mapping: 'guest-person', role: 'contact', correlationId: 'c' }
    const conflict = { ...about, kind: 'ambiguous' as const, why: 'w', candidates: [], fields: [], source: guest('a') }
    await world.store.save(
      token,
      settlement({
        rows: rows.map(row => settle(row.ref, 0)),
        links: [put(guest('a'), contact(1), { mapping: 'guest-person' })],
        conflicts: [conflict],
        journal: [line(guest('a')), line(guest('b')), line(contact(1), { target: guest('a') })],
      }),
    )
    await world.store.mark([changed(guest('a'))], { force: true })
    const last = await world.claimed()
    const links = last.links.map(link => ({ do: 'remove' as const, link }))
    await world.store.save(
      last.token,
      settlement({
        rows: [settle(guest('a'), null, true)],
        links,
        erased: [guest('a'), contact(1)],
        forgotten: [guest('a')],
        journal: [line(guest('a'))],
      }),
    )
    const tables = await sql<{ name: string }>`
      select tablename as name from pg_tables where schemaname = 'public' and tablename not like 'kysely%'`.execute(
      world.db,
    )
    for (const { name } of tables.rows) {
      const { rows: all } = await sql`select * from ${sql.table(name)}`.execute(world.db)
      expect(JSON.stringify(all), name).not.toContain('guest/a')
    }
    expect(await world.store.sightings([guest('b')], 3)).toHaveLength(1)
    await see(seen(1, 'a'), seen(4, 'a'))
    expect((await world.store.sightings([guest('a')], 3)).map(one => one.in.id)).toEqual(['demo/o4'])
  })
})
