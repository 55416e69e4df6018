/** What the store owes a person who is to be erased: the word is never dropped, never lost, and no value stays. */
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { erasureFailed } from '../../src/model/outcome.ts'
import { changed, contact, customer, deleted, line, settle, settlement } from './storeWords.ts'
import { onEachDatabase } from './storeWorld.ts'

const secret = 'ada@example.com'
const about = { mapping: 'person', role: 'contact', correlationId: 'c' }

onEachDatabase('Erasure', world => {
  it('is taken in although the same deletion was settled before without it', async () => {
    await world.store.mark([deleted(customer(1), { version: 5 })])
    const { token } = await world.claimed('commerce')
    await world.store.save(token, settlement({ rows: [settle(customer(1), 5, true)] }))
    expect(await world.store.mark([deleted(customer(1), { version: 5 })])).toMatchObject({ dropped: 1 })
    expect(await world.store.mark([deleted(customer(1), { version: 5, erase: true })])).toMatchObject({ marked: 1 })
    expect((await world.claimed('commerce')).rows).toMatchObject([{ deleted: true, erase: true }])
  })

  it('is what a retry of one that failed does again', async () => {
    for (const [n, code, erase] of [
      [1, erasureFailed, true],
      [2, 'LOCKED', false],
    ] as const) {
      await world.store.mark([deleted(customer(n), { erase: true })])
      const { token } = await world.claimed('commerce')
      const failure = { is: 'invalid', code, message: 'no', fields: [], retryAt: null } as const
      const failures = [{ ...about, source: customer(n), failure, attempts: 1 }]
      await world.store.save(token, settlement({ rows: [settle(customer(n), 5, true)], failures }))
      const { items } = await world.store.failures({ state: 'open', cursor: null, limit: 10 })
      const listed = items.find(one => one.source.id === customer(n).id)
      await world.store.closeFailure(listed?.id ?? '', 'retry', 'c')
      const again = await world.claimed('commerce')
      expect(again.rows).toMatchObject([{ deleted: erase, erase }])
      await world.store.save(again.token, settlement({ rows: [settle(customer(n), 5, true)] }))
    }
  })

  it('wipes what people were shown, from both sides, and leaves the neighbours alone', async () => {
    const conflict = (n: number) => ({
      ...about,
      kind: 'both-changed' as const,
      why: `about ${secret}`,
      candidates: [],
      fields: [{ field: 'Email', commerce: secret, crm: null }],
      source: n === 3 ? contact(1) : customer(n),
    })
    const failure = { is: 'invalid', code: 'BAD', message: secret, fields: [], retryAt: null } as const
    const refs = [customer(1), customer(2)]
    await world.store.mark(refs.map(ref => changed(ref)))
    const { token } = await world.claimed('commerce')
    await world.store.save(
      token,
      settlement({
        rows: refs.map(ref => settle(ref)),
        conflicts: [conflict(1), conflict(2), conflict(3)],
        failures: refs.map(source => ({ ...about, source, failure, attempts: 1 })),
        journal: [...refs, contact(1)].map(ref => line(ref, { detail: secret })),
      }),
    )
    await world.store.mark([deleted(customer(1), { erase: true })])
    const last = await world.claimed('commerce')
    const rows = [settle(customer(1), 9, true)]
    const journal = [line(customer(1), { detail: 'erased' })]
    await world.store.save(last.token, settlement({ rows, erased: [customer(1), contact(1)], journal }))

    const page = { state: 'open', cursor: null, limit: 10 } as const
    expect((await world.store.conflicts(page)).items.map(one => one.source)).toEqual([customer(2)])
    expect((await world.store.failures(page)).items.map(one => one.source)).toEqual([customer(2)])
    const details = async (ref: ReturnType<typeof customer>) =>
      (await world.store.trace({ ref }, 50)).flatMap(one => one.detail ?? [])
    expect(await details(customer(1))).toEqual(['erased'])
    expect(await details(contact(1))).toEqual([])
    expect(await details(customer(2))).toEqual([secret])
    const sealed = await sql<{ n: string }>`
      select count(*) as n from (select sealed from conflict union all select sealed from failure) s
      where sealed is not null`.execute(world.db)
    expect(Number(sealed.rows[0]?.n)).toBe(2)
  })
})
