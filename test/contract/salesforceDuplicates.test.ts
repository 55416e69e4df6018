/** Rows that a duplicate rule of the org refuses: what is learnt of them, what it costs, and that the others go on. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { systemsOf } from '../../src/app/connect.ts'
import { configure } from '../../src/config.ts'
import { clock } from '../../src/lib/clock.ts'
import { log } from '../../src/lib/log.ts'
import type { Failure, Outcome } from '../../src/model/outcome.ts'
import type { WriteRow } from '../../src/model/plan.ts'
import type { ResourceRef } from '../../src/model/resource.ts'
import { context, credentials, type SalesforceWorld, salesforceWorld, update, upsert } from './salesforceWorld.ts'

const { clientId, clientSecret } = credentials
const alert = { object: 'Contact', fields: ['Email'], name: 'Same_Email' }
const block = { ...alert, action: 'block' as const }

let world: SalesforceWorld
async function start(rule: typeof alert | typeof block = alert, more: object = {}, client: object = {}): Promise<void> {
  world = await salesforceWorld({
    org: { clients: [{ clientId, clientSecret }], duplicateRules: [rule], ...more },
    client,
  })
}
afterEach(() => world?.[Symbol.asyncDispose]())

const write = (...groups: WriteRow[][]): Promise<readonly Outcome[]> => world.crm.write({ groups }, context())
const costs = async (): Promise<number> => (await world.requests()).reduce((sum, one) => sum + one.cost, 0)
const contact = (key: string, email: string, more: object = {}) =>
  upsert('Contact', key, { fields: { LastName: 'Doe', Email: email, ...more } })

/** Contacts that nobody synchronises, by their email. */
async function known(...emails: string[]): Promise<readonly ResourceRef[]> {
  const made = await write(emails.map((email, at) => contact(`known-${at}`, email)))
  return made.map(one => {
    if (!one.ok) throw new Error(one.failure.message)
    return one.ref
  })
}
const failureOf = (outcome: Outcome | undefined): Failure | null =>
  outcome === undefined || outcome.ok ? null : outcome.failure

describe('rows that a duplicate rule refuses', () => {
  test('three of 200 are told their matches by one call more, and 197 are written', async () => {
    await start()
    const there = await known('x@example.com', 'y@example.com', 'z@example.com')
    await world.requests()
    const rows = Array.from({ length: 200 }, (_, at) => contact(`demo/${at}`, `p${at}@example.com`))
    const [x, y, z] = ['X@example.com', 'y@EXAMPLE.com', 'z@example.com'].map((email, at) =>
      contact(`demo/${[7, 111, 199][at]}`, email),
    )
    if (!x || !y || !z) throw new Error('three rows')
    const outcomes = await write(rows.with(7, x).with(111, y).with(199, z))
    expect(outcomes.filter(one => one.ok)).toHaveLength(197)
    for (const [at, place] of [7, 111, 199].entries())
      expect(failureOf(outcomes[place])).toMatchObject({
        is: 'invalid',
        code: 'DUPLICATES_DETECTED',
        duplicate: { rule: 'Same_Email', matches: [there[at]], allowsSave: true },
      })
    const requests = await world.requests()
    expect(requests.map(one => [one.operation, one.cost])).toEqual([
      ['collections', 1],
      ['composite', 1],
    ])
    expect((await world.rows('Contact')).length).toBe(200)
  })

  test('25 fit one more call, whatever group they came in, and a value that looks like a reference goes by itself', async () => {
    await start(block)
    const [there] = await known('x@example.com')
    await world.requests()
    const accounts = [upsert('Account', 'demo/a', { fields: { Name: 'A' } })]
    const refused = Array.from({ length: 51 }, (_, at) => contact(`demo/${at}`, 'x@example.com'))
    expect((await write(accounts, refused)).map(one => one.ok)).toEqual([true, ...refused.map(() => false)])
    expect(await costs()).toBe(1 + 3)
    const odd = await write([contact('demo/o', 'x@example.com', { FirstName: '@{s0.id}' }), ...refused.slice(0, 2)])
    expect(await costs()).toBe(1 + 2)
    for (const one of odd)
      expect(failureOf(one)?.duplicate).toEqual({ rule: 'Same_Email', matches: [there], allowsSave: false })
  })

  test('an update is refused like a new record, also one that is guarded, and says so at once', async () => {
    await start()
    const [x, y] = await known('x@example.com', 'y@example.com')
    if (!x || !y) throw new Error('not made')
    const [before] = await world.crm.read([y], { Contact: ['Email'] }, context())
    if (before?.state !== 'present') throw new Error('not there')
    await world.requests()
    const fields = { Email: 'x@example.com' }
    const refused = { is: 'invalid', duplicate: { matches: [x] } }
    expect(failureOf((await write([update(y, { fields })]))[0])).toMatchObject(refused)
    expect(await costs()).toBe(2)
    const guarded = await write([update(y, { fields, ifUnmodifiedSince: before.modifiedAt })])
    expect(failureOf(guarded[0])).toMatchObject(refused)
    expect(await costs()).toBe(1)
  })

  test('what goes through when it is tried again is a success', async () => {
    await start()
    const [x] = await known('x@example.com')
    if (!x) throw new Error('not made')
    // Tried alone, the first of the two is still refused for the old record, the second for its own sake no more.
    const twins = [contact('demo/1', 'new@example.com'), contact('demo/2', 'x@example.com')]
    const outcomes = await write(twins)
    expect(outcomes.map(one => one.ok)).toEqual([true, false])
    await world.control('POST', 'edit', { object: 'Contact', id: x.id, fields: { Email: 'moved@example.com' } })
    expect(await write(twins)).toMatchObject([
      { ok: true, created: false },
      { ok: true, created: true },
    ])
  })

  test('a key with every sign in it is found by the try as by the collection', async () => {
    await start()
    const [x] = await known('x@example.com')
    const key = 'demo/a b#1?é%/"\\'
    expect(await write([contact(key, 'own@example.com')])).toMatchObject([{ ok: true, created: true }])
    expect(failureOf((await write([contact(key, 'x@example.com')]))[0])?.duplicate?.matches).toEqual([x])
    expect((await world.rows('Contact')).filter(row => row.CT_Id__c === key)).toHaveLength(1)
  })
})

describe('a try that is not answered', () => {
  const refusedThen = async (fault: object): Promise<readonly Outcome[]> => {
    await start()
    await known('x@example.com')
    await world.control('POST', 'faults', [{ on: 'composite', ...fault }])
    return write([
      contact('demo/1', 'x@example.com'),
      contact('demo/2', 'x@example.com'),
      contact('demo/3', 'ok@example.com'),
    ])
  }

  test.each([
    ['commit-then-drop', { do: 'commit-then-drop' }, 'uncertain'],
    ['a server that is away', { do: 'status', status: 503 }, 'unavailable'],
    ['the end of the allowance', { do: 'limit-exceeded' }, 'throttled'],
  ])('by %s comes back, and the others stay written', async (_, fault, is) => {
    const outcomes = await refusedThen(fault)
    expect(outcomes.map(one => (one.ok ? 'ok' : one.failure.is))).toEqual([is, is, 'ok'])
  })

  test('because the call itself is refused leaves the first word standing, without matches', async () => {
    const outcomes = await refusedThen({ do: 'status', status: 302 })
    const unknown = { is: 'invalid', duplicate: { rule: null, matches: [], allowsSave: null } }
    expect(outcomes.map(failureOf)).toMatchObject([unknown, unknown, null])
  })

  test('within the time limit of the write is not waited for', async () => {
    await start(alert, {}, { timeoutMs: 400 })
    await known('x@example.com')
    await world.control('POST', 'faults', [{ on: 'composite', do: 'hang' }])
    const refused = [contact('demo/1', 'x@example.com'), contact('demo/2', 'x@example.com')]
    const outcomes = await write([...refused, contact('demo/3', 'ok@example.com')])
    expect(outcomes.map(one => (one.ok ? 'ok' : one.failure.is))).toEqual(['uncertain', 'uncertain', 'ok'])
  })
})

describe('saving anyway', () => {
  const meant = (row: WriteRow): WriteRow => ({ ...row, evenIfDuplicate: true })

  test('is asked for that row only', async () => {
    await start()
    const [x] = await known('x@example.com')
    if (!x) throw new Error('not made')
    const outcomes = await write([contact('demo/1', 'x@example.com'), meant(contact('demo/2', 'x@example.com'))])
    expect(outcomes.map(one => one.ok)).toEqual([false, true])
    const other = outcomes[1]
    if (!other?.ok) throw new Error('not made')
    expect(await write([meant(update(other.ref, { fields: { Email: 'X@example.com' } }))])).toMatchObject([
      { ok: true },
    ])
  })

  test('does not help where the rule blocks', async () => {
    await start(block)
    const [x] = await known('x@example.com')
    const [outcome] = await write([meant(contact('demo/1', 'x@example.com'))])
    expect(failureOf(outcome)?.duplicate).toEqual({ rule: 'Same_Email', matches: [x], allowsSave: false })
  })

  test('by setting goes for all rows, also in a call of several groups', async () => {
    await start(alert, {}, { duplicateRules: 'allow' })
    const [x] = await known('x@example.com')
    if (!x) throw new Error('not made')
    await world.requests()
    const outcomes = await write(
      [upsert('Account', 'demo/a', { fields: { Name: 'A' } })],
      [contact('demo/1', 'x@example.com'), contact('demo/2', 'x@example.com')],
      [update(x, { fields: { FirstName: 'Ada' } })],
    )
    expect(outcomes.map(one => one.ok)).toEqual([true, true, true, true])
    expect(await costs()).toBe(1)
  })

  test('is what `duplicateRules` in sync.config.ts sets', async () => {
    await start()
    await known('x@example.com')
    const folder = await mkdtemp(join(tmpdir(), 'ctsf-duplicates-'))
    await writeFile(join(folder, 'sync.config.ts'), "export default { duplicateRules: 'allow' }\n")
    const commerce = { CTP_PROJECT_KEY: 'demo', CTP_CLIENT_ID: 'c', CTP_CLIENT_SECRET: 's', CTP_AUTH_URL: world.url }
    const crm = { SF_LOGIN_URL: world.url, SF_CLIENT_ID: clientId, SF_CLIENT_SECRET: clientSecret }
    const config = await configure({ env: { ...commerce, CTP_API_URL: world.url, ...crm }, cwd: folder })
    const systems = systemsOf(config, { clock: clock(), log: log('silent') })
    const groups = [[contact('demo/1', 'x@example.com')]]
    expect(await systems.crm.write({ groups }, context())).toMatchObject([{ ok: true, created: true }])
    await Promise.all([systems.crm[Symbol.asyncDispose](), systems.commerce[Symbol.asyncDispose]()])
    await rm(folder, { recursive: true })
  })
})
