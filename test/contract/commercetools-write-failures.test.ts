/** What becomes of a write that cannot be, or that a fault strikes: named by what the caller does next. */
import { describe, expect, it } from 'vitest'
import type { CommerceWrite } from '../../src/model/ports.ts'
import { calls, context, customers, faults, nobody, project, ref, shopper, system } from './commercetools.world.ts'
import {
  asked,
  billing,
  custom,
  failed,
  home,
  type Present,
  read,
  round,
  type,
  write,
} from './commercetools-write.world.ts'

describe('a change that cannot be', () => {
  it.each([
    ['an empty email', { email: '' }, 'VALUE_REQUIRED', 'email'],
    ['a number in a text', { title: 7 }, 'NOT_TEXT', 'title'],
    ['a customer number where there is one', { customerNumber: 'N-2' }, 'SET_ONCE', 'customerNumber'],
    ['no customer number where there is one', { customerNumber: null }, 'SET_ONCE', 'customerNumber'],
    ['a custom field without a Type', { 'custom.fields.note': 'x' }, 'NO_CUSTOM_TYPE', 'custom.fields.note'],
    ['a path that nobody can write', { firstName: 'A', isEmailVerified: true }, 'NOT_WRITABLE', 'isEmailVerified'],
  ])('%s: is refused before it is sent', async (_name, changes, code, field) => {
    const { outcome } = await round({ customerNumber: 'N-1' }, changes)
    expect(outcome).toMatchObject({ ok: false, failure: { is: 'invalid', code, fields: [field] } })
    expect(await calls('update')).toEqual([])
  })

  it('names every path that is wrong, and two values for one', async () => {
    const [a = ''] = await customers(1)
    const of = await read(a)
    const changes = [
      { path: 'title', value: 'A' },
      { path: ' title', value: 'B' },
      { path: 'isEmailVerified', value: null },
    ]
    const [outcome] = await system().write([{ ...of, changes }], context())
    expect(failed(outcome)).toMatchObject({ is: 'invalid', code: 'TWO_VALUES', fields: ['title', 'isEmailVerified'] })
  })

  it.each([
    ['email', 'not-an-email', 'InvalidField', ['email']],
    ['email', 'taken@example.com', 'DuplicateField', ['email']],
    ['key', 'a b', 'InvalidField', ['key']],
    ['locale', 'xx-secret', 'InvalidField', ['locale']],
    ['dateOfBirth', 'yesterday', 'InvalidJsonInput', ['dateOfBirth']],
    ['custom.fields.note', 7, 'InvalidField', ['custom.fields.note']],
    ['custom.fields.unknown', 'x', 'InvalidOperation', ['custom.fields.unknown']],
    [`${billing}.country`, 'Deutschland', 'InvalidJsonInput', [`${billing}.country`]],
  ])('%s as %j: is refused by commercetools, and the value is not repeated', async (path, value, code, fields) => {
    await type()
    await shopper({ email: 'Taken@example.com' })
    const { outcome, before, after } = await round(
      { custom, addresses: [home], defaultBillingAddress: 0 },
      { [path]: value },
    )
    expect(failed(outcome)).toMatchObject({ is: 'invalid', code, fields })
    expect(JSON.stringify(outcome).replace(code, '')).not.toMatch(/not-an|taken@|xx-secret|yesterday|Deutschland/i)
    expect(after).toEqual(before)
  })

  it('does not keep the others from theirs', async () => {
    const [a = '', b = ''] = await customers(2)
    const writes = [asked(await read(a), { email: 'x' }), asked(await read(b), { title: 'Dr.' })]
    const foreign: CommerceWrite = {
      ref: { side: 'commerce', type: 'customer', id: 'elsewhere/1' },
      version: 1,
      body: {},
      changes: [{ path: 'title', value: 'x' }],
    }
    const outcomes = await system().write([...writes, foreign, { ...foreign, ref: ref('a', 'store') }], context())
    expect(outcomes).toMatchObject([
      { failure: { is: 'invalid' } },
      { ok: true, version: 2 },
      { failure: { is: 'invalid', code: 'NOT_SERVED' } },
      { failure: { is: 'invalid', code: 'NOT_WRITABLE' } },
    ])
  })
})

describe('a fault', () => {
  const changes = { firstName: 'Grace' }
  const someone = async () => read((await customers(1))[0] ?? '')
  const firstName = async (of: Present) => (await read(of.ref.id.slice('demo/'.length))).body.firstName

  it('is stale when the record moved, and is not sent again', async () => {
    const of = await someone()
    await write(of, { firstName: 'Other' })
    expect(failed(await write(of, changes))).toMatchObject({ is: 'stale', code: 'ConcurrentModification' })
    expect(await calls('update')).toHaveLength(2)
    expect(await firstName(of)).toBe('Other')
    await faults({ on: 'update', do: 'conflict', times: 1 })
    expect(failed(await write(await someone(), changes))).toMatchObject({ is: 'stale' })
  })

  it('is stale when the record is gone', async () => {
    const of = await someone()
    const gone = { ...of, ref: ref('nobody') }
    expect(failed(await write(gone, changes))).toMatchObject({ is: 'stale', code: 'ResourceNotFound' })
  })

  it('is throttled for all that wait', async () => {
    const of = await someone()
    await faults({ on: 'update', do: 'throttle', ms: 7_000 })
    const writes = Array.from({ length: 20 }, () => asked(of, changes))
    const outcomes = await system({ concurrency: 2 }).write(writes, context())
    for (const each of outcomes) {
      expect(failed(each)).toMatchObject({ is: 'throttled', retryAt: expect.stringMatching(/^2\d{3}-/) })
    }
    expect((await calls('update')).length).toBeLessThanOrEqual(3)
  })

  it.each([500, 502, 503, 504])('with a %i is uncertain', async status => {
    const of = await someone()
    await faults({ on: 'update', do: 'status', status })
    expect(failed(await write(of, changes))).toMatchObject({ is: 'uncertain' })
    expect(await calls('update')).toHaveLength(1)
  })

  it.each([
    ['commit-then-drop', 'Grace'],
    ['truncate', 'Grace'],
    ['drop-before', 'Ada'],
    ['connection-reset', 'Ada'],
    ['hang', 'Ada'],
  ])('%s is uncertain, and sent once: the name is then %s', async (how, name) => {
    const of = await someone()
    await faults({ on: 'update', do: how, times: 1 })
    expect(failed(await write(of, changes, { timeoutMs: 250 }))).toMatchObject({ is: 'uncertain' })
    expect(await firstName(of)).toBe(name)
    expect((await calls('update')).length).toBeLessThanOrEqual(1)
  })

  it('is unavailable where nobody listens, denied without the scope, and the rest is not tried', async () => {
    const of = await someone()
    const away = { projects: [project({ apiUrl: nobody })] }
    expect(failed(await write(of, changes, away))).toMatchObject({ is: 'unavailable', code: 'ECONNREFUSED' })
    const reader = { projects: [project({ scopes: ['view_customers:demo'] })] }
    const failure = failed(await write(of, changes, reader))
    expect(failure).toMatchObject({ is: 'denied', code: 'insufficient_scope' })
    expect(failure.message).toContain('manage_customers')
  })

  it('of one token is got over', async () => {
    const of = await someone()
    await faults({ on: 'update', do: 'status', status: 401, times: 1 })
    expect(await write(of, changes)).toMatchObject({ ok: true, version: 2 })
  })

  it('ends a long line in time', async () => {
    const of = await someone()
    await faults({ on: 'update', do: 'hang' })
    const writes = Array.from({ length: 6 }, () => asked(of, changes))
    const outcomes = await system({ concurrency: 2, timeoutMs: 150 }).write(writes, context())
    expect(outcomes.map(each => failed(each).is).toSorted()).toEqual([
      ...Array(4).fill('unavailable'),
      'uncertain',
      'uncertain',
    ])
    expect(outcomes.map(each => failed(each).code)).toContain('NOT_SENT')
  })

  it('of the signal leaves what was not sent harmless, and what was uncertain', async () => {
    const of = await someone()
    const ct = system({ concurrency: 1 })
    const writes = [asked(of, changes), asked(of, changes)]
    const signal = AbortSignal.abort(new Error('shutting down'))
    expect((await ct.write(writes, context({ signal }))).map(each => failed(each).is)).toEqual([
      'unavailable',
      'unavailable',
    ])
    await faults({ on: 'update', do: 'hang' })
    const stop = new AbortController()
    const writing = ct.write(writes, context({ signal: stop.signal }))
    setTimeout(() => stop.abort(new Error('shutting down')), 60)
    expect((await writing).map(each => failed(each).is)).toEqual(['uncertain', 'unavailable'])
  })
})
