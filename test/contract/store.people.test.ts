/** What people see and decide: conflicts, failures, the journal; their values are kept only while they are needed. */
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import type { FailedRecord, Settlement } from '../../src/model/outcome.ts'
import type { Choice, Conflict } from '../../src/model/plan.ts'
import type { Listed } from '../../src/model/ports.ts'
import { seal } from '../../src/store/seal.ts'
import { after, changed, contact, customer, keep, key, line, settle, settlement, start } from './storeWords.ts'
import { linked, onEachDatabase } from './storeWorld.ts'

const secret = 'ada@example.com'

const disagreement = (
  n: number,
  of: Partial<Settlement['conflicts'][number]> = {},
): Settlement['conflicts'][number] => ({
  kind: 'both-changed',
  why: `both sides changed the email of ${secret}`,
  candidates: [contact(n)],
  fields: [{ field: 'Email', commerce: secret, crm: null }],
  source: customer(n),
  mapping: 'person',
  role: 'contact',
  correlationId: 'correlation',
  ...of,
})

const refusal = (n: number, of: Partial<Settlement['failures'][number]> = {}): Settlement['failures'][number] => ({
  source: customer(n),
  mapping: 'person',
  role: 'contact',
  failure: {
    is: 'invalid',
    code: 'INVALID_EMAIL',
    message: `${secret} is not valid`,
    fields: ['Email'],
    retryAt: null,
  },
  attempts: 1,
  correlationId: 'correlation',
  ...of,
})

/** All pages, each of them full but the last. */
async function pages<T>(read: (cursor: string | null) => Promise<Listed<T>>): Promise<readonly T[]> {
  const all: T[] = []
  let cursor: string | null = null
  do {
    const { items, next }: Listed<T> = await read(cursor)
    all.push(...items)
    cursor = next
  } while (cursor !== null)
  return all
}

onEachDatabase('What people see', world => {
  const pass = async (n: number, of: Partial<Settlement>) => {
    await world.store.mark([changed(customer(n))])
    const { token } = await world.claimed('commerce')
    expect(await world.store.save(token, settlement({ rows: [settle(customer(n))], ...of }))).toBe(true)
  }
  const openConflicts = async (): Promise<readonly Conflict[]> =>
    (await world.store.conflicts({ state: 'open', cursor: null, limit: 50 })).items
  const openFailures = async (): Promise<readonly FailedRecord[]> =>
    (await world.store.failures({ state: 'open', cursor: null, limit: 50 })).items
  /** Everything that the tables hold, as text. */
  const everything = async () => {
    const { rows } = await sql<{ all: string }>`
      select (select coalesce(string_agg(c::text, ' '), '') from conflict c) || (select coalesce(string_agg(f::text, ' '), '') from failure f)
        as all`.execute(world.db)
    return rows[0]?.all ?? ''
  }

  it('keeps one open conflict per record, mapping and role, refreshed by the newest', async () => {
    const { store, clock } = world
    await pass(1, { conflicts: [disagreement(1), disagreement(1, { role: 'account' })] })
    const before = (await openConflicts()).find(({ role }) => role === 'contact')
    expect(before).toEqual({ ...disagreement(1), id: expect.any(String), openedAt: start, state: 'open', waiting: 0 })
    clock.advance(5_000)
    await pass(1, { conflicts: [disagreement(1, { kind: 'rewritten', correlationId: 'later' })] })
    expect(await openConflicts()).toHaveLength(2)
    expect(await store.conflict(before?.id ?? '')).toEqual({ ...before, kind: 'rewritten', correlationId: 'later' })
    expect(await store.conflict('nowhere')).toBeNull()
    expect((await store.backlog()).conflicts).toBe(2)
  })

  it('keeps one open failure likewise, with its newest time and count', async () => {
    const { store, clock } = world
    await pass(1, { failures: [refusal(1)] })
    const [before] = await openFailures()
    expect(before).toEqual({ ...refusal(1), id: expect.any(String), failedAt: start, state: 'open' })
    clock.advance(5_000)
    await pass(1, { failures: [refusal(1, { attempts: 2 })] })
    expect(await openFailures()).toEqual([{ ...before, attempts: 2, failedAt: after(5_000) }])
    expect(await store.failure(before?.id ?? '')).toMatchObject({ attempts: 2 })
    expect(await store.failure('nowhere')).toBeNull()
  })

  it('closes what is open about elements that a record has no more, and nothing else', async () => {
    const roles = ['order', 'line/a', 'line/b', 'line/c']
    await pass(1, {
      failures: roles.map(role => refusal(1, { role })),
      conflicts: [disagreement(1, { role: 'line/a' })],
    })
    await pass(1, { listings: [{ source: customer(1), mapping: 'other', roles: [] }] })
    expect(await openFailures()).toHaveLength(4)
    await pass(1, { listings: [{ source: customer(1), mapping: 'person', roles: ['order', 'line/b'] }] })
    expect((await openFailures()).map(({ role }) => role).sort()).toEqual(['line/b', 'order'])
    expect(await openConflicts()).toEqual([])
  })

  it('closes what a pass has resolved, of that mapping and role only, and wipes the values', async () => {
    const { store } = world
    await pass(1, { conflicts: [disagreement(1), disagreement(1, { role: 'account' })], failures: [refusal(1)] })
    const [failed] = await openFailures()
    await pass(1, { resolved: [{ source: customer(1), mapping: 'person', role: 'contact', seen: true }] })
    expect((await openConflicts()).map(({ role }) => role)).toEqual(['account'])
    expect(await openFailures()).toEqual([])
    const closed = (await store.conflicts({ state: 'closed', cursor: null, limit: 5 })).items
    expect(closed).toEqual([expect.objectContaining({ role: 'contact', state: 'closed', fields: [], why: '' })])
    expect(await store.failure(failed?.id ?? '')).toMatchObject({
      state: 'resolved',
      failure: { is: 'invalid', code: 'INVALID_EMAIL', message: '', fields: [] },
    })
    await pass(1, { conflicts: [disagreement(1)] })
    expect(await openConflicts(), 'a new one beside the closed one').toHaveLength(2)
  })

  it('stores no value in the clear, and gives none to who has another key', async () => {
    const { store, db } = world
    await pass(1, { conflicts: [disagreement(1)], failures: [refusal(1)] })
    expect(await everything()).not.toContain('ada@')
    expect((await openConflicts())[0]?.fields).toEqual(disagreement(1).fields)
    const { rows } = await sql<{ sealed: string }>`select sealed from conflict`.execute(db)
    const sealed = rows[0]?.sealed ?? ''
    const about = JSON.stringify(['commerce:customer:demo/c1', 'person', 'contact'])
    expect(seal(key).open(sealed, about)).toContain(secret)
    expect(seal(key).open(sealed, 'another record')).toBeNull()
    expect(seal(Buffer.alloc(32, 1)).open(sealed, about)).toBeNull()
    await sql`update conflict set sealed = 'ffffffff.' || sealed`.execute(db)
    expect((await openConflicts())[0]).toMatchObject({ kind: 'both-changed', why: '', fields: [] })
    await pass(1, { resolved: [{ source: customer(1), mapping: 'person', role: 'contact', seen: true }] })
    expect((await store.conflicts({ state: 'all', cursor: null, limit: 5 })).items).toHaveLength(1)
  })

  it('closes the failure but not the conflict where only one side was seen', async () => {
    await pass(1, { conflicts: [disagreement(1)], failures: [refusal(1)] })
    await pass(1, { resolved: [{ source: customer(1), mapping: 'person', role: 'contact', seen: false }] })
    expect(await openConflicts()).toHaveLength(1)
    expect(await openFailures()).toEqual([])
  })

  it('closes what a duplicate rule refused in either case: nothing is left that it could refuse', async () => {
    const refused = disagreement(1, { kind: 'duplicate-rule' })
    await pass(1, { conflicts: [refused, { ...refused, role: 'account' }] })
    await pass(1, { resolved: [{ source: customer(1), mapping: 'person', role: 'contact', seen: false }] })
    expect((await openConflicts()).map(({ role }) => role)).toEqual(['account'])
    expect(await everything()).not.toContain('ada@')
  })

  it('lets a decision that was carried out end those that were made before it', async () => {
    const { store, clock } = world
    const decided = async (choice: Choice, role = 'contact') => {
      await pass(1, { conflicts: [disagreement(1, { role })] })
      const open = (await openConflicts()).find(one => one.role === role)
      const decision = await store.decide(open?.id ?? '', choice, 'Grace', 'by hand')
      if (decision === null) throw new Error('not open')
      clock.advance(1_000)
      return decision
    }
    const other = await decided({ do: 'ignore' }, 'account')
    await decided({ do: 'link', crm: contact(7) })
    const later = await decided({ do: 'link', crm: contact(8) })
    const last = await decided({ do: 'create' })
    await pass(1, { applied: [later] })
    expect(await store.decisions([customer(1)])).toEqual([other, last])
    expect((await store.conflicts({ state: 'closed', cursor: null, limit: 5 })).items).toHaveLength(2)
  })

  it('records a decision, marks the record with force, and gives it to the pass until it is carried out', async () => {
    const { store, claimed } = world
    await pass(1, { conflicts: [disagreement(1)] })
    const [open] = await openConflicts()
    const id = open?.id ?? ''
    const decision = await store.decide(id, { do: 'link', crm: contact(7) }, 'Grace', 'by hand')
    expect(decision).toEqual({
      conflict: id,
      kind: 'both-changed',
      source: customer(1),
      mapping: 'person',
      role: 'contact',
      choice: { do: 'link', crm: contact(7) },
      by: 'Grace',
      at: start,
    })
    expect(await store.decide(id, { do: 'create' }, 'Eve', 'too late')).toBeNull()
    expect(await store.decide('nowhere', { do: 'create' }, 'Eve', 'lost')).toBeNull()
    expect((await store.conflict(id))?.state).toBe('decided')
    expect(await store.decisions([customer(1), customer(2)])).toEqual([decision])
    expect((await store.trace({ correlationId: 'by hand' }, 9)).map(({ step }) => step)).toEqual([
      'received',
      'decided',
    ])

    const claim = await claimed()
    expect(claim.rows[0]).toMatchObject({ ref: customer(1), forced: true, correlationId: 'by hand', lane: 'live' })
    await store.save(
      claim.token,
      settlement({
        rows: [keep(customer(1))],
        resolved: [{ source: customer(1), mapping: 'person', role: 'contact', seen: true }],
      }),
    )
    expect(await store.decisions([customer(1)]), 'agreement alone does not undo a decision').toHaveLength(1)
    const applied = decision === null ? [] : [decision]
    await store.save(claim.token, settlement({ rows: [settle(customer(1))], applied }))
    expect(await store.decisions([customer(1)])).toEqual([])
    expect(await store.conflict(id)).toMatchObject({ state: 'closed', fields: [] })
  })

  it('retries a failure with force, or only closes it', async () => {
    const { store } = world
    await pass(1, { failures: [refusal(1)] })
    await pass(2, { failures: [refusal(2)] })
    const [second, first] = await openFailures()
    const ofCustomer = (n: number) => [first, second].find(failed => failed?.source.id === customer(n).id)?.id ?? ''
    const retried = await store.closeFailure(ofCustomer(1), 'retry', 'again')
    expect(retried).toMatchObject({ state: 'retried', failure: { message: `${secret} is not valid` } })
    expect(await store.dirty(customer(1))).toMatchObject({ forced: true, lane: 'live', correlationId: 'again' })
    expect(await store.closeFailure(ofCustomer(2), 'discard', 'never')).toMatchObject({ state: 'discarded' })
    expect(await store.dirty(customer(2))).toBeNull()
    expect(await store.closeFailure(ofCustomer(2), 'retry', 'late')).toBeNull()
    expect([await openFailures(), (await store.backlog()).failures]).toEqual([[], 0])
    expect(await everything()).not.toContain('sealed')
  })

  it('pages newest first, each once, also while more arrive', async () => {
    const { store, clock } = world
    const many = Array.from({ length: 23 }, (_, n) => n)
    for (const part of [many.slice(0, 12), many.slice(12)]) {
      await pass(0, { conflicts: part.map(n => disagreement(n)), failures: part.map(n => refusal(n)) })
      clock.advance(1)
    }
    let arrived = 100
    const conflicts = await pages(async cursor => {
      const page = await store.conflicts({ state: 'open', cursor, limit: 5 })
      await pass(arrived, { conflicts: [disagreement(arrived++)] })
      return page
    })
    expect(conflicts).toHaveLength(23)
    expect(new Set(conflicts.map(({ source }) => source.id)).size).toBe(23)
    expect(conflicts.map(({ openedAt }) => openedAt)).toEqual(
      conflicts
        .map(({ openedAt }) => openedAt)
        .toSorted()
        .toReversed(),
    )
    const failures = await pages(cursor => store.failures({ state: 'all', cursor, limit: 4 }))
    expect(new Set(failures.map(({ id }) => id)).size).toBe(23)
    expect((await store.failures({ state: 'open', cursor: null, limit: 23 })).next).toBeNull()
    expect((await store.failures({ state: 'open', cursor: 'made up', limit: 9 })).items).toHaveLength(9)
  })

  it('tells the story of a correlation id, oldest first, the newest lines when there are too many', async () => {
    const { store } = world
    const steps = ['planned', 'written', 'settled']
    const full = line(customer(1), {
      mapping: 'person',
      role: 'contact',
      target: contact(1),
      plan: 'update',
      fields: ['Email', `O'Neil "x"`],
      detail: 'a, {b}',
      attempt: 2,
      durationMs: 17,
    })
    await store.journal(steps.map(step => ({ ...full, step })))
    await store.journal([line(customer(2), { correlationId: 'another' })])
    await store.journal([])
    expect(await store.trace({ correlationId: 'correlation' }, 10)).toEqual(steps.map(step => ({ ...full, step })))
    expect((await store.trace({ correlationId: 'correlation' }, 2)).map(({ step }) => step)).toEqual([
      'written',
      'settled',
    ])
  })

  it('tells the story of a record together with that of the records it is linked with', async () => {
    const { store } = world
    await linked(world, customer(1), contact(1))
    await store.journal([line(contact(1), { step: 'from the CRM' }), line(customer(1), { step: 'from commerce' })])
    await store.journal([line(customer(2), { step: 'of somebody else' })])
    for (const ref of [customer(1), contact(1)])
      expect((await store.trace({ ref }, 10)).map(({ step }) => step)).toEqual([
        'received',
        'from the CRM',
        'from commerce',
      ])
    expect((await store.trace({ ref: contact(1) }, 1)).map(({ step }) => step)).toEqual(['from commerce'])
  })
})
