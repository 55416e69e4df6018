/** What becomes of each fault between us and commercetools: named by what the caller does next. */
import { describe, expect, it } from 'vitest'
import type { CallContext, Clock } from '../../src/model/ports.ts'
import type { Options } from '../../src/systems/commercetools/index.ts'
import {
  all,
  calls,
  context,
  customers,
  failureOf,
  faults,
  nobody,
  project,
  realClock,
  ref,
  system,
} from './commercetools.world.ts'

describe('failures', () => {
  const read = (more: Partial<Options> = {}, from?: Partial<CallContext>) =>
    system(more).read([ref('a')], [], context(from))

  it('waits as long as a 429 says', async () => {
    await faults({ on: 'query', do: 'throttle', ms: 7_000 })
    const clock: Clock = { ...realClock(), now: () => '2026-11-23T12:00:00.000Z' }
    const failure = await failureOf(system({}, clock).read([ref('a')], [], context()))
    expect(failure).toMatchObject({ is: 'throttled', code: 'OverCapacity', retryAt: '2026-11-23T12:00:07.000Z' })
    expect(await calls('query')).toHaveLength(1)
  })

  it.each([500, 502, 503, 504])('takes a %i for unavailable, and leaves trying again to the engine', async status => {
    await faults({ on: 'query', do: 'status', status })
    expect(await failureOf(read())).toMatchObject({ is: 'unavailable' })
    expect(await calls('query')).toHaveLength(1)
  })

  it('survives an HTML page, with a 502 and with a 200', async () => {
    await faults({ on: 'query', do: 'html' })
    expect(await failureOf(read())).toMatchObject({ is: 'unavailable', code: 'HTTP_502' })
    await faults({ on: 'query', do: 'html', status: 200 })
    expect(await failureOf(read())).toMatchObject({ is: 'unavailable', code: 'UNEXPECTED_ANSWER' })
    await faults({ on: 'token', do: 'html' })
    expect(await failureOf(read())).toMatchObject({ is: 'unavailable', code: 'HTTP_502' })
  })

  it('gets a fresh token after a 401, once', async () => {
    const [a = ''] = await customers(1)
    const ct = system()
    await ct.read([ref(a)], [], context())
    const before = (await calls('token')).length
    await faults({ on: 'query', do: 'status', status: 401, times: 1 })
    expect(await ct.read([ref(a)], [], context())).toMatchObject([{ state: 'present' }])
    expect((await calls('token')).length - before).toBe(1)
    await faults({ on: 'query', do: 'status', status: 401 })
    expect(await failureOf(ct.read([ref(a)], [], context()))).toMatchObject({ is: 'denied', code: 'invalid_token' })
    expect((await calls('token')).length - before).toBe(2)
  })

  it('gets a fresh token before the old one ends', async () => {
    let ms = 0
    const ct = system({}, { ...realClock(), monotonicMs: () => ms })
    await ct.read([ref('a')], [], context())
    ms = 172_800_000 - 300_001
    await ct.read([ref('a')], [], context())
    expect(await calls('token')).toHaveLength(1)
    ms += 2
    await ct.read([ref('a')], [], context())
    expect(await calls('token')).toHaveLength(2)
  })

  it('does not wait for ever, neither for a token nor for an answer', async () => {
    await faults({ on: 'token', do: 'hang' })
    expect(await failureOf(read({ timeoutMs: 80 }))).toMatchObject({ is: 'unavailable', code: 'TIMEOUT' })
    await faults({ on: 'query', do: 'hang' })
    expect(await failureOf(read({ timeoutMs: 80 }))).toMatchObject({ is: 'unavailable', code: 'TIMEOUT' })
  })

  it('reads once more after a connection reset, and no more than once', async () => {
    const [a = ''] = await customers(1)
    await faults({ on: 'query', do: 'connection-reset', times: 1 })
    expect(await system().read([ref(a)], [], context())).toMatchObject([{ state: 'present' }])
    await faults({ on: 'query', do: 'connection-reset' })
    expect(await failureOf(read())).toMatchObject({ is: 'unavailable' })
    await expect.poll(() => calls('query')).toHaveLength(4)
  })

  it('takes an answer cut off for none', async () => {
    await customers(5)
    await faults({ on: 'query', do: 'truncate' })
    expect(await failureOf(read())).toMatchObject({ is: 'unavailable' })
  })

  it('says where nobody listens', async () => {
    const refused = { projects: [project({ apiUrl: nobody })] }
    expect(await failureOf(read(refused))).toMatchObject({ is: 'unavailable', code: 'ECONNREFUSED' })
  })

  it('is denied without the scope, and names it', async () => {
    const scoped = { projects: [project({ scopes: ['view_orders:demo'] })] }
    const failure = await failureOf(read(scoped))
    expect(failure).toMatchObject({ is: 'denied', code: 'insufficient_scope' })
    expect(failure.message).toContain('view_customers')
  })

  it('rejects with the reason of its signal, at once', async () => {
    const stopped = AbortSignal.abort(new Error('shutting down'))
    await expect(read({}, { signal: stopped })).rejects.toThrow('shutting down')
    await expect(
      all(
        system().list({ project: 'demo', type: 'customer', position: null, expand: [] }, context({ signal: stopped })),
      ),
    ).rejects.toThrow('shutting down')
    expect(await calls('query')).toEqual([])
    await faults({ on: 'query', do: 'hang' })
    const stop = new AbortController()
    const reading = read({}, { signal: stop.signal })
    setTimeout(() => stop.abort(new Error('shutting down')), 40)
    await expect(reading).rejects.toThrow('shutting down')
  })

  it('leaves the line for a free connection when its signal fires', async () => {
    await faults({ on: 'query', do: 'hang' })
    const ct = system({ concurrency: 1, timeoutMs: 200 })
    const first = failureOf(ct.read([ref('a')], [], context()))
    const stop = new AbortController()
    const second = ct.read([ref('b')], [], context({ signal: stop.signal }))
    stop.abort(new Error('left'))
    await expect(second).rejects.toThrow('left')
    expect(await first).toMatchObject({ code: 'TIMEOUT' })
  })
})
