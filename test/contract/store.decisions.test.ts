/** A person's decisions over time: taken back, replaced, waiting for a record merge, made for many at once. */
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import type { Settlement } from '../../src/model/outcome.ts'
import type { Choice, Conflict, ListedConflict } from '../../src/model/plan.ts'
import type { Store } from '../../src/model/ports.ts'
import { after, changed, contact, customer, free, line, settle, settlement, start } from './storeWords.ts'
import { linked, onEachDatabase } from './storeWorld.ts'

type Draft = Settlement['conflicts'][number]

const question = (n: number, of: Partial<Draft> = {}): Draft => ({
  kind: 'ambiguous',
  why: '2 records of Contact match ada@example.com',
  candidates: [contact(`${n}a`), contact(`${n}b`)],
  fields: [{ field: 'Email', commerce: 'ada@example.com', crm: null }],
  source: customer(n),
  mapping: 'person',
  role: 'contact',
  correlationId: 'correlation',
  ...of,
})

const part = (n: number) => ({ source: customer(n), mapping: 'person', role: 'contact', seen: true })
const hourMs = 3_600_000

onEachDatabase('Decisions', world => {
  /** A pass over this record that leaves this behind. */
  const pass = async (n: number, of: Partial<Settlement> = {}) => {
    await world.store.mark([changed(customer(n))])
    const { token } = await world.claimed('commerce')
    expect(await world.store.save(token, settlement({ rows: [settle(customer(n))], ...of }))).toBe(true)
  }
  const listed = async (state: Conflict['state'] | 'all' = 'open'): Promise<readonly ListedConflict[]> =>
    (await world.store.conflicts({ state, cursor: null, limit: 50 })).items
  const asked = async (n: number, of: Partial<Draft> = {}): Promise<string> => {
    await pass(n, { conflicts: [question(n, of)] })
    const found = (await listed()).find(({ source }) => source.id === customer(n).id)
    return found?.id ?? ''
  }
  const decided = async (n: number, choice: Choice): Promise<string> => {
    const id = await asked(n)
    expect(await world.store.decide(id, choice, 'Grace', 'by hand')).not.toBeNull()
    return id
  }
  const sealed = async (id: string): Promise<string | null | undefined> =>
    (await sql<{ sealed: string | null }>`select sealed from conflict where id = ${id}`.execute(world.db)).rows[0]
      ?.sealed

  it('takes a decision back that no pass has taken up: open again with its values, marked, and told', async () => {
    const { store, clock } = world
    const id = await decided(1, { do: 'link', crm: contact('1a') })
    clock.advance(1_000)
    expect(await store.undo(id, 'Ada', 'taken back')).toBe('undone')
    expect(await store.conflict(id)).toMatchObject({ state: 'open', fields: question(1).fields, why: question(1).why })
    expect(await store.decisions([customer(1)])).toEqual([])
    expect(await store.dirty(customer(1))).toMatchObject({ forced: true, correlationId: 'taken back' })
    expect(
      (await store.trace({ correlationId: 'taken back' }, 9)).map(({ step, detail }) => [step, detail]),
    ).toContainEqual(['undone', 'link'])
    expect(await store.undo(id, 'Ada', 'twice')).toBe('not-decided')
    expect(await store.undo('nowhere', 'Ada', 'lost')).toBe('not-decided')

    clock.advance(1_000)
    await store.decide(id, { do: 'create' }, 'Ada', 'anew')
    const past = await store.pastDecisions(id)
    expect(
      past.map(({ choice, by, at, appliedAt, undoneAt, undoneBy }) => [
        choice.do,
        by,
        at,
        appliedAt,
        undoneAt,
        undoneBy,
      ]),
    ).toEqual([
      ['link', 'Grace', start, null, after(1_000), 'Ada'],
      ['create', 'Ada', after(2_000), null, null, null],
    ])
    expect(await store.decisions([customer(1)])).toMatchObject([{ choice: { do: 'create' } }])
  })

  it('takes nothing back while a pass holds the record, nor after it was carried out', async () => {
    const { store, claimed } = world
    const id = await decided(1, { do: 'create' })
    const { token } = await claimed()
    const [decision] = await store.decisions([customer(1)])
    const before = await store.dirty(customer(1))
    expect(await store.undo(id, 'Ada', 'too late')).toBe('at-work')
    expect(await store.dirty(customer(1)), 'nothing is left of a refused undo').toEqual(before)
    expect(await store.trace({ correlationId: 'too late' }, 9)).toEqual([])
    const applied = decision === undefined ? [] : [decision]
    await store.save(token, settlement({ rows: [settle(customer(1))], applied }))
    expect(await store.undo(id, 'Ada', 'much too late')).toBe('carried-out')
    expect(await store.conflict(id)).toMatchObject({ state: 'closed', fields: [] })
    expect(await store.pastDecisions(id)).toMatchObject([{ appliedAt: start, undoneAt: null }])
  })

  it('takes nothing back while a write may still be on its way, and does once the record was looked at', async () => {
    const { store, claimed, expire } = world
    const id = await decided(1, { do: 'create' })
    await claimed()
    await expire()
    await store.mark([changed(customer(9))])
    const { rows } = await claimed()
    expect(new Map(rows.map(one => [one.ref.id, one.uncertain])).get(customer(1).id), 'taken apart').toBe(true)
    expect(await store.undo(id, 'Ada', 'a')).toBe('at-work')
    await expire()
    await store.claim({ side: 'crm', limit: 1, leaseMs: 1, lanes: ['live'] })
    const again = await claimed()
    await store.save(again.token, settlement({ rows: again.rows.map(({ ref }) => free(ref, { uncertain: true })) }))
    expect(await store.undo(id, 'Ada', 'b')).toBe('uncertain')
    const last = await claimed()
    await store.save(last.token, settlement({ rows: last.rows.map(({ ref }) => free(ref)) }))
    expect(await store.undo(id, 'Ada', 'c')).toBe('uncertain')
    const done = await claimed()
    await store.save(done.token, settlement({ rows: done.rows.map(({ ref }) => settle(ref)) }))
    expect(await store.undo(id, 'Ada', 'd')).toBe('undone')
  })

  it('is either taken back or carried out, whatever the order of the two', async () => {
    const { store } = world
    const rival: Store = world.url === null ? store : (await world.another()).store
    const ends = { carried: 0, undone: 0 }
    for (let n = 0; n < 30; n++) {
      const id = await decided(n, { do: 'create' })
      const carry = async (): Promise<boolean> => {
        const claim = await rival.claim({ side: 'commerce', limit: 9, leaseMs: 60_000, lanes: ['live'] })
        if (claim === null) return false
        const applied = await rival.decisions(claim.rows.map(({ ref }) => ref))
        await rival.save(claim.token, settlement({ rows: claim.rows.map(({ ref }) => settle(ref)), applied }))
        return applied.some(({ conflict }) => conflict === id)
      }
      const undo = async (): Promise<boolean> => (await store.undo(id, 'Ada', 'x')) === 'undone'
      // One after the other, and then at once, in either order.
      const [carried, undone] =
        n % 4 === 0
          ? [await carry(), await undo()]
          : n % 4 === 1
            ? await undo().then(async done => [await carry(), done])
            : await Promise.all(n % 4 === 2 ? [carry(), undo()] : [undo(), carry()].toReversed())
      expect([carried, undone].filter(Boolean), `round ${n}`).toHaveLength(1)
      expect((await store.conflict(id))?.state).toBe(carried ? 'closed' : 'open')
      ends[carried ? 'carried' : 'undone']++
      while ((await store.nextDue('commerce')) !== null) await carry()
    }
    expect(Math.min(ends.carried, ends.undone)).toBeGreaterThan(0)
  })

  it('keeps a record ignored through its passes, without its values, until that is taken back', async () => {
    const { store } = world
    const id = await decided(1, { do: 'ignore' })
    expect(await sealed(id)).not.toBeNull()
    for (const _ of [1, 2]) {
      const applied = await store.decisions([customer(1)])
      expect(applied).toHaveLength(1)
      await pass(1, { applied, resolved: [part(1)] })
      expect(await store.conflict(id)).toMatchObject({ state: 'ignored', fields: [], why: '' })
      expect(await sealed(id)).toBeNull()
    }
    await pass(1, { conflicts: [question(1, { kind: 'both-changed' }), question(1, { role: 'account' })] })
    expect(
      (await listed()).map(({ role }) => role),
      'only of the other part',
    ).toEqual(['account'])
    await pass(1, { resolved: [{ ...part(1), role: 'account' }] })
    expect((await store.backlog()).conflicts).toBe(0)
    expect(await store.undo(id, 'Ada', 'undo')).toBe('undone')
    expect(await store.decisions([customer(1)])).toEqual([])
    await pass(1, { conflicts: [question(1)] })
    expect(await listed(), 'asked again with its values, under the same id').toMatchObject([
      { id, fields: question(1).fields, state: 'open' },
    ])
  })

  it('replaces what was decided before and not carried out; a side taken leaves the chosen record', async () => {
    const { store } = world
    const first = await decided(1, { do: 'link', crm: contact('1a') })
    const second = await asked(1, { kind: 'claimed' })
    expect(second).not.toBe(first)
    expect(await store.undo(first, 'Ada', 'x')).toBe('asked-again')
    await store.decide(second, { do: 'take', side: 'crm' }, 'Ada', 'x')
    expect((await store.decisions([customer(1)])).map(({ choice }) => choice.do)).toEqual(['link', 'take'])
    const third = await asked(1, { kind: 'claimed' })
    await store.decide(third, { do: 'create' }, 'Eve', 'x')
    expect((await store.decisions([customer(1)])).map(({ choice }) => choice.do)).toEqual(['create'])
    expect(await store.pastDecisions(first)).toMatchObject([{ undoneBy: 'Eve', appliedAt: null }])
    expect((await listed('all')).map(({ id, state }) => [id, state])).toEqual(
      expect.arrayContaining([
        [first, 'closed'],
        [second, 'closed'],
        [third, 'decided'],
      ]),
    )
    expect(await sealed(first)).toBeNull()
  })

  it('waits for a record merge: refreshed and not asked again, looked at every hour, over when one is left', async () => {
    const { store, clock, claim, claimed } = world
    const id = await decided(1, { do: 'wait' })
    expect(await store.conflict(id)).toMatchObject({ state: 'awaits-merge', fields: question(1).fields })
    const many = { candidates: [contact('1a'), contact('1b'), contact('1c')] }
    await pass(1, { conflicts: [question(1, many)] })
    expect([await listed(), await listed('awaits-merge')]).toMatchObject([[], [{ id, candidates: many.candidates }]])
    expect(await claim(), 'not before an hour').toBeNull()
    expect(await store.nextDue('commerce')).toBe(after(hourMs))
    clock.advance(hourMs)
    const look = await claimed()
    expect(look.rows).toMatchObject([{ ref: customer(1), forced: true, lane: 'retry' }])
    await store.save(look.token, settlement({ rows: [settle(customer(1))], conflicts: [question(1)] }))
    expect(await store.nextDue('commerce')).toBe(after(2 * hourMs))

    const [decision] = await store.decisions([customer(1)])
    expect(decision).toMatchObject({ conflict: id, choice: { do: 'wait' } })
    await pass(1, { resolved: [part(1)], applied: decision === undefined ? [] : [decision] })
    expect(await store.conflict(id)).toMatchObject({ state: 'closed', fields: [] })
    expect([await store.decisions([customer(1)]), await store.nextDue('commerce')]).toEqual([[], null])
    expect(await store.undo(id, 'Ada', 'x')).toBe('carried-out')
  })

  it('asks again when the record merge leaves another question, or something else came up', async () => {
    const { store } = world
    for (const [n, left] of [
      [1, { kind: 'claimed' }],
      [2, { candidates: [contact('2a')] }],
      [3, { kind: 'deleted', candidates: [] }],
    ] as const) {
      const id = await decided(n, { do: 'wait' })
      await pass(n, { conflicts: [question(n, left)] })
      expect(await store.conflict(id)).toMatchObject({ state: 'open', kind: 'ambiguous', ...left })
      expect(await store.decisions([customer(n)])).toEqual([])
      expect(await store.undo(id, 'Ada', 'x'), 'nothing is left to take back').toBe('not-decided')
      expect(await store.decide(id, { do: 'create' }, 'Ada', 'x')).not.toBeNull()
      const { token } = await world.claimed()
      await store.save(token, settlement({ rows: [settle(customer(n))] }))
    }
  })

  it('looks at once when Salesforce tells of one of the candidates, and stops when it is taken back', async () => {
    const { store, claimed } = world
    const id = await decided(1, { do: 'wait' })
    await pass(1, { conflicts: [question(1)] })
    await store.mark([changed(contact('1b')), changed(contact(7))])
    const poll = await claimed('crm')
    await store.save(poll.token, settlement({ rows: poll.rows.map(({ ref }) => settle(ref)) }))
    expect((await claimed()).rows).toMatchObject([{ ref: customer(1), forced: true }])
    await world.expire()
    await pass(1, { conflicts: [question(1)] })
    expect(await store.undo(id, 'Ada', 'x')).toBe('undone')
    expect((await listed()).map(one => one.id)).toEqual([id])
  })

  it('takes nothing back that a pass over the other records of the same customer may be carrying out', async () => {
    const { store, claimed } = world
    await linked(world, customer(1), contact(1))
    await pass(1, {
      links: [
        {
          do: 'put',
          revision: null,
          link: {
            mapping: 'person',
            role: 'account',
            commerce: customer(1),
            crm: contact(2),
            primary: true,
            base: {},
            restores: {},
          },
        },
      ],
      conflicts: [question(1, { source: contact(1), kind: 'both-changed' })],
    })
    const id = (await listed())[0]?.id ?? ''
    await store.decide(id, { do: 'take', side: 'crm' }, 'Grace', 'x')
    const own = await claimed('crm')
    await store.save(
      own.token,
      settlement({ rows: own.rows.map(({ ref }) => free(ref, { notBefore: after(hourMs) })) }),
    )
    await store.mark([changed(contact(2))])
    const { token, rows } = await claimed('crm')
    expect(rows).toMatchObject([{ ref: contact(2) }])
    expect(await store.undo(id, 'Ada', 'x')).toBe('at-work')
    await store.save(token, settlement({ rows: [settle(contact(2))] }))
    expect(await store.undo(id, 'Ada', 'x')).toBe('undone')
  })

  it('counts what waits for a record with its conflict', async () => {
    const { store, claimed } = world
    const [id, other] = [await asked(1), await asked(2)]
    await store.mark([changed(customer('order1')), changed(customer('order2'))])
    const { token, rows } = await claimed()
    const waits = rows.map(({ ref }) => ({ waiting: ref, awaited: customer(1) }))
    await store.save(token, settlement({ rows: rows.map(({ ref }) => free(ref, { notBefore: after(hourMs) })), waits }))
    expect(await store.conflict(id)).toMatchObject({ waiting: 2 })
    expect(new Map((await listed()).map(one => [one.id, one.waiting]))).toEqual(
      new Map([
        [id, 2],
        [other, 0],
      ]),
    )
  })

  it('counts what a filter means, and decides it once, in the order of the queue for repairs', async () => {
    const { store, clock } = world
    const named = (field: string) => ({ field, commerce: 'secret', crm: null })
    const dispute = { kind: 'both-changed', candidates: [contact(1)] } as const
    await asked(1, { ...dispute, fields: [named('LastName'), named('Birthdate')] })
    await asked(2, { ...dispute, fields: [named('LastName')] })
    clock.advance(1_000)
    await asked(3, { ...dispute, fields: [named('Birthdate')], role: 'account' })
    await asked(4)
    const count = async (filter: Parameters<Store['meant']>[0]) => (await store.meant(filter, 9)).total
    expect(await store.meant({}, 2)).toMatchObject({
      total: 4,
      ids: [expect.any(String), expect.any(String)],
      kinds: { ambiguous: 1, 'both-changed': 3 },
      fields: { LastName: 2, Birthdate: 2, Email: 1 },
    })
    expect(await count({ kind: 'both-changed', field: 'LastName' })).toBe(2)
    expect(await count({ field: `Last' or '1'='1` })).toBe(0)
    expect(await count({ role: 'account' })).toBe(1)
    expect(await count({ mapping: 'company' })).toBe(0)
    expect(await count({ openedBefore: after(1_000) })).toBe(2)
    expect(await count({ source: customer(4) })).toBe(1)

    const { ids } = await store.meant({ field: 'LastName' }, 9)
    const choice = { do: 'take', side: 'crm' } as const
    expect(await store.decide(ids[0] ?? '', choice, 'Grace', 'first')).not.toBeNull()
    const done = await store.decideAll([...ids, 'nowhere'], choice, 'Grace', 'many')
    expect(done).toMatchObject([{ conflict: ids[1], choice, by: 'Grace' }])
    expect(await store.decideAll(ids, choice, 'Grace', 'again')).toEqual([])
    const source = done[0]?.source ?? customer(9)
    expect(await store.dirty(source)).toMatchObject({ forced: true, lane: 'retry', correlationId: 'many' })
    expect(await count({})).toBe(2)
    expect((await store.trace({ ref: source }, 99)).filter(({ step }) => step === 'decided')).toHaveLength(1)
  })

  it('forgets a decision with its conflict, after the retention', async () => {
    const { store, clock } = world
    const id = await decided(1, { do: 'create' })
    await pass(1, { applied: await store.decisions([customer(1)]), journal: [line(customer(1))] })
    expect(await store.pastDecisions(id)).toHaveLength(1)
    clock.advance(31 * 86_400_000)
    await store.maintain({ journalDays: 30 })
    expect([await store.conflict(id), await store.pastDecisions(id)]).toEqual([null, []])
  })
})
