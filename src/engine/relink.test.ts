/** The memory is lost, the keys in Salesforce are not: links come back, and only real differences are written. */
import { describe, expect, it } from 'vitest'
import { booleans, sharedMapping } from '../../test/memory/sharing.ts'
import { memoryStore } from '../../test/memory/store.ts'
import { tapped } from '../../test/memory/tapped.ts'
import { memoryWorld } from '../../test/memory/world.ts'
import type { FieldOwnership } from '../model/mapping.ts'
import type { ResourceRef } from '../model/resource.ts'
import { decide } from './decide.ts'
import type { Engine } from './engine.ts'
import { type RelinkPage, relink, stream } from './relink.ts'
import { sync } from './sync.ts'

const anna = { firstName: 'Anna', lastName: 'Beck', email: 'anna@example.com', phone: '1', note: null }
const context = { correlationId: 'relink', signal: new AbortController().signal }
const customer = (id: string): ResourceRef => ({ side: 'commerce', type: 'customer', id })

/** Three customers, two of them one person, and then the database is gone. */
async function lost(owner?: FieldOwnership) {
  const before = memoryWorld({ mappings: [sharedMapping('share', {}, owner)], special: booleans })
  await before.shopper.saves('demo/1', anna)
  await before.quiet()
  await before.shopper.saves('demo/2', { ...anna, firstName: 'Anni' })
  await before.quiet()
  await before.shopper.saves('demo/3', { ...anna, lastName: 'Huber', email: 'h@example.com' })
  await before.quiet()
  const store = memoryStore(before.clock)
  const engine: Engine = { ...before.engine, store }
  return {
    ...before,
    store,
    engine,
    async all(on: Engine = engine, dryRun = false): Promise<readonly RelinkPage[]> {
      const pages: RelinkPage[] = []
      let position: string | null = null
      do {
        const page: RelinkPage | null = await relink(on, { position, dryRun }, context)
        if (page === null) throw new Error('no such position')
        pages.push(page)
        position = page.next
      } while (position !== null)
      return pages
    },
    /** All is looked at once more. */
    async idle(): Promise<number> {
      const count = before.writes().length
      for (const id of ['demo/1', 'demo/2', 'demo/3'])
        await store.mark([
          {
            id: `idle ${id}`,
            ref: customer(id),
            kind: 'changed',
            version: null,
            at: before.clock.now(),
            correlationId: 'c',
            lane: 'live',
            erase: false,
          },
        ])
      await this.passes()
      return before.writes().length - count
    },
    async passes(): Promise<void> {
      for (;;) {
        const claim = await store.claim({ side: 'commerce', limit: 100, leaseMs: 60_000, lanes: ['live', 'backfill'] })
        if (claim === null) return
        await sync(engine, claim, { leaseStartMs: 0, troubles: 0, signal: context.signal })
      }
    },
    linksOf: async (id: string) =>
      (await store.links([customer(id)])).map(one => `${one.role} ${one.crm.id} ${one.primary}`).sort(),
  }
}

describe('relink', () => {
  it('links what is there, those who share a record too; an idle pass then writes nothing', async () => {
    const now = await lost()
    const rows = now.crm.rows.size
    const pages = await now.all()
    expect(pages.map(one => [one.role, one.counts.linked, one.differing])).toEqual([
      ['account', 2, 0],
      ['contact', 2, 0],
      ['identity', 2, 0],
    ])
    const contact = now.contact('demo/1')?.id
    expect(await now.linksOf('demo/2')).toEqual([
      `contact ${contact} false`,
      expect.stringMatching(/^identity .* true$/),
    ])
    expect(await now.linksOf('demo/1')).toContainEqual(`contact ${contact} true`)
    expect(now.store.dirtyRows.size, 'nothing differs, so nothing is to be looked at').toBe(0)
    expect(await now.idle()).toBe(0)
    expect(now.crm.rows.size, 'no duplicates').toBe(rows)
  })

  it('is the same when it is run twice', async () => {
    const now = await lost()
    await now.all()
    const links = new Map(now.store.linkRows)
    const again = await now.all()
    expect(again.map(one => [one.counts.known, one.counts.linked])).toEqual([
      [2, 0],
      [2, 0],
      [2, 0],
    ])
    expect([...now.store.linkRows]).toEqual([...links])
  })

  it('only counts in a dry run', async () => {
    const now = await lost()
    const pages = await now.all(now.engine, true)
    expect(pages.map(one => one.counts.linked)).toEqual([2, 2, 2])
    expect(now.store.linkRows.size).toBe(0)
    expect(await now.store.checkpoint(stream)).toBeNull()
  })

  it('overwrites nothing blindly: a difference goes by its owner, and an empty value erases nothing', async () => {
    const now = await lost('latest')
    const contact = now.contact('demo/3')
    now.clock.advance(60_000)
    now.crm.edit(contact?.id ?? '', { FirstName: 'Annika', LastName: 'Wrong', Phone: '1' })
    now.commerce.put('demo/3', { ...anna, lastName: 'Huber', email: 'h@example.com', phone: null })
    now.clock.advance(60_000)
    now.crm.edit(contact?.id ?? '', { FirstName: 'Annika' })
    const pages = await now.all()
    expect(pages.map(one => one.differing)).toEqual([0, 1, 0])
    await now.passes()
    // Commerce's own field is put right; the later edit of the other stands; the phone that is gone in the shop stays.
    expect(now.contact('demo/3')?.fields).toMatchObject({ FirstName: 'Annika', LastName: 'Huber', Phone: '1' })
  })

  it('leaves orphans, and what somebody else has, as they are', async () => {
    const now = await lost()
    now.commerce.remove('demo/3')
    const other = now.crm.make('Contact', { LastName: 'Kern' })
    await now.store.relink({
      links: [
        {
          mapping: 'customer-person',
          role: 'contact',
          commerce: customer('demo/1'),
          crm: { side: 'crm', type: 'Contact', id: other.id },
          primary: true,
          base: {},
          restores: {},
        },
      ],
      marks: [],
      conflicts: [],
      resolved: [],
      journal: [],
    })
    const pages = await now.all()
    expect(pages.map(one => [one.counts.orphan, one.counts.elsewhere])).toEqual([
      [1, 0],
      [1, 1],
      [0, 1],
    ])
    expect(now.contact('demo/3')).toBeDefined()
    expect(pages[1]?.examples.orphan).toHaveLength(1)
  })

  it('asks about keys of projects that are not served, once each, until they are', async () => {
    const now = await lost()
    now.crm.make('Contact', { LastName: 'Far', CT_Id__c: 'old/9' })
    await now.all()
    const pages = await now.all()
    expect(pages[1]).toMatchObject({ counts: { foreign: 1 }, foreign: { old: 1 } })
    const open = () => now.store.conflictRows.filter(one => one.state === 'open')
    expect(open()).toMatchObject([
      { kind: 'foreign', source: { type: 'Contact' }, why: expect.stringContaining("'old'") },
    ])
    const { commerce, crm } = now.engine.systems
    now.commerce.put('old/9', { ...anna, lastName: 'Far' })
    const both: Engine = { ...now.engine, systems: { commerce: { ...commerce, projects: ['demo', 'old'] }, crm } }
    await now.all(both)
    expect(open()).toEqual([])
  })

  it('is told for good to leave a record with such a key alone', async () => {
    const now = await lost()
    const far = now.crm.make('Contact', { LastName: 'Far', CT_Id__c: 'old/9' })
    await now.all()
    const [one] = now.store.conflictRows
    const made = await decide(now.engine, one?.id ?? '', { do: 'ignore' }, 'Grace', 'c')
    expect(made).toMatchObject({ is: 'decided' })
    const claim = await now.store.claim({ side: 'crm', limit: 10, leaseMs: 60_000, lanes: ['live'] })
    if (claim === null) throw new Error('the decision marks the record')
    await sync(now.engine, claim, { leaseStartMs: 0, troubles: 0, signal: context.signal })
    await now.all()
    expect(now.store.conflictRows.map(each => [each.source.id, each.state])).toEqual([[far.id, 'ignored']])
  })

  it('gives the person to the oldest row where the customer of its key is gone', async () => {
    const now = await lost()
    now.commerce.remove('demo/1')
    const pages = await now.all()
    expect(pages[1]?.counts.orphan).toBe(1)
    await now.passes()
    expect(await now.linksOf('demo/2')).toContainEqual(expect.stringMatching(/^contact .* true$/))
    expect(now.contact('demo/2')?.fields).toMatchObject({ FirstName: 'Anni' })
    expect(await now.idle()).toBe(0)
  })

  it('killed at any port call and begun again, ends the same', async () => {
    const whole = await lost()
    await whole.all()
    const wanted = [...whole.store.linkRows.values()].map(({ role, commerce, primary, base }) => [
      role,
      commerce.id,
      primary,
      base,
    ])
    for (let k = 1; ; k++) {
      const now = await lost()
      let calls = 0
      const dying = tapped(now.engine, async (_, effect) => {
        if (++calls > k) throw new Error('killed')
        return effect()
      })
      const died = await now.all(dying).then(
        () => false,
        () => true,
      )
      const left = (await now.store.checkpoint(stream))?.position ?? ''
      let position: string | null = left === '' ? null : left
      do {
        const page: RelinkPage | null = await relink(now.engine, { position, dryRun: false }, context)
        position = page?.next ?? null
      } while (position !== null)
      const ended = [...now.store.linkRows.values()].map(({ role, commerce, primary, base }) => [
        role,
        commerce.id,
        primary,
        base,
      ])
      expect(ended, `killed after call ${k}`).toEqual(wanted)
      if (!died) break
    }
  })
})
