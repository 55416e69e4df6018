/** Health of a Subscription: broken destinations, what is kept for them and how long, on the emulator's clock. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type Json, SUBSCRIPTION, world } from './world.ts'

const HOUR_MS = 3_600_000

async function subscribed() {
  const it = await world({ receives: true })
  await it.control('POST', 'clock', { freeze: true })
  await it.ok('POST', '/demo/subscriptions', { ...SUBSCRIPTION, messages: [] })
  await it.inbox.until(pushes => pushes.length === 1)
  /** As a monitor asks: without a token. */
  const health = async (ref = 'key=ctsf') => {
    const answer = await fetch(`${it.emulator.url}/demo/subscriptions/${ref}/health`)
    return { status: answer.status, is: ((await answer.json()) as Json).status }
  }
  const destination = (is: string) => it.control('POST', 'destinations', { subscription: 'key=ctsf', is })
  /** Signs somebody up, and waits until the delivery was tried. */
  const unheard = async (email: string, status: string) => {
    const customer = await it.signUp({ email })
    await it.until('/__emulator/deliveries', body => Number(body.pending) + Number(body.dropped) > 0)
    await it.until('/demo/subscriptions/key=ctsf', body => body.status === status)
    return customer
  }
  const pass = (advanceMs: number) => it.control('POST', 'clock', { advanceMs })
  const ids = () => it.inbox.payloads().map(each => (each.resource as Json).id)
  return { ...it, health, destination, unheard, pass, ids, [Symbol.asyncDispose]: it[Symbol.asyncDispose] }
}

describe('a subscription', () => {
  test('is healthy, and is told so without a token, by id and by key', async () => {
    await using it = await subscribed()
    const { id } = await it.ok('GET', '/demo/subscriptions/key=ctsf')
    expect(await it.health()).toEqual({ status: 200, is: 'Healthy' })
    expect(await it.health(String(id))).toEqual({ status: 200, is: 'Healthy' })
    expect((await it.health('nobody')).status).toBe(404)
  })

  test('tells a configuration error, keeps what it could not deliver, and delivers it when that is mended', async () => {
    await using it = await subscribed()
    await it.destination('misconfigured')
    const before = await it.ok('GET', '/demo/subscriptions/key=ctsf')
    const customer = await it.unheard('a@example.com', 'ConfigurationError')
    expect(await it.health()).toEqual({ status: 400, is: 'ConfigurationError' })
    const sick = await it.ok('GET', '/demo/subscriptions/key=ctsf')
    expect(sick).toEqual({ ...before, status: 'ConfigurationError' })
    expect((await it.query('subscriptions', { where: 'status = "ConfigurationError"' })).total).toBe(1)
    await it.pass(24 * HOUR_MS - 1)
    expect((await it.health()).is).toBe('ConfigurationError')
    await it.destination('working')
    await it.inbox.until(pushes => pushes.length === 2)
    expect(it.ids()).toContain(customer.id)
    expect(await it.health()).toEqual({ status: 200, is: 'Healthy' })
  })

  test('stops after a day of it: what was kept is lost, and the next that arrives makes it healthy', async () => {
    await using it = await subscribed()
    await it.destination('misconfigured')
    const lost = await it.unheard('lost@example.com', 'ConfigurationError')
    await it.pass(24 * HOUR_MS)
    expect(await it.health()).toEqual({ status: 400, is: 'ConfigurationErrorDeliveryStopped' })
    await it.until('/__emulator/deliveries', body => body.pending === 0)
    await it.signUp({ email: 'lost-too@example.com' })
    expect(await it.until('/__emulator/deliveries', body => body.pending === 0)).toMatchObject({ dropped: 2 })
    await it.destination('working')
    expect((await it.health()).is).toBe('ConfigurationErrorDeliveryStopped')
    const heard = await it.signUp({ email: 'heard@example.com' })
    await it.inbox.until(pushes => pushes.length === 2)
    expect(it.ids()).toEqual([expect.any(String), heard.id])
    expect(it.ids()).not.toContain(lost.id)
    expect(await it.health()).toEqual({ status: 200, is: 'Healthy' })
  })

  test('tells a temporary error, and keeps each notification for two days of it', async () => {
    await using it = await subscribed()
    await it.destination('unavailable')
    const old = await it.unheard('old@example.com', 'TemporaryError')
    expect(await it.health()).toEqual({ status: 503, is: 'TemporaryError' })
    await it.pass(47 * HOUR_MS)
    const young = await it.signUp({ email: 'young@example.com' })
    await it.pass(HOUR_MS)
    expect(await it.until('/__emulator/deliveries', body => body.dropped === 1)).toMatchObject({ pending: 1 })
    expect((await it.health()).is).toBe('TemporaryError')
    await it.destination('working')
    await it.inbox.until(pushes => pushes.length === 2)
    expect(it.ids()).toContain(young.id)
    expect(it.ids()).not.toContain(old.id)
  })

  test('has as much patience as it is told', async () => {
    await using it = await subscribed()
    await it.control('POST', 'deliveries', { stopAfterMs: 1_000 })
    await it.destination('misconfigured')
    await it.unheard('a@example.com', 'ConfigurationError')
    await it.pass(1_000)
    expect((await it.health()).is).toBe('ConfigurationErrorDeliveryStopped')
  })

  test('is not made sick by a receiver behind the topic that refuses', async () => {
    await using it = await subscribed()
    it.inbox.answers(() => 503)
    await it.signUp({ email: 'a@example.com' })
    await it.inbox.until(pushes => pushes.length > 2)
    expect((await it.health()).is).toBe('Healthy')
  })

  test('leaves the others alone', async () => {
    await using it = await subscribed()
    await it.ok('POST', '/demo/subscriptions', { ...SUBSCRIPTION, key: 'other', messages: [] })
    await it.inbox.until(pushes => pushes.length === 2)
    await it.destination('misconfigured')
    const { id } = await it.unheard('a@example.com', 'ConfigurationError')
    await it.inbox.until(pushes => pushes.length === 3)
    expect(it.ids().at(-1)).toBe(id)
    expect((await it.health('key=other')).is).toBe('Healthy')
  })

  test('is as sick after a restart as before, and for as long', async () => {
    const stateDir = mkdtempSync(join(tmpdir(), 'emulator-'))
    try {
      await using first = await world({ receives: true, stateDir })
      await first.ok('POST', '/demo/subscriptions', { ...SUBSCRIPTION, messages: [] })
      await first.until('/__emulator/deliveries', body => body.acknowledged === 1)
      await first.control('POST', 'destinations', { subscription: 'key=ctsf', is: 'misconfigured' })
      await first.signUp({ email: 'a@example.com' })
      await first.until('/demo/subscriptions/key=ctsf', body => body.status === 'ConfigurationError')
      await first.control('POST', 'clock', { advanceMs: 20 * HOUR_MS })
      await first.emulator.close()

      await using second = await world({ stateDir })
      const status = async () => (await second.ok('GET', '/demo/subscriptions/key=ctsf')).status
      expect(await status()).toBe('ConfigurationError')
      expect(await second.control('GET', 'deliveries')).toMatchObject({ pending: 1 })
      await second.control('POST', 'clock', { advanceMs: 5 * HOUR_MS })
      expect(await status()).toBe('ConfigurationErrorDeliveryStopped')
      expect(await second.control('GET', 'deliveries')).toMatchObject({ pending: 0, dropped: 1 })
    } finally {
      rmSync(stateDir, { recursive: true, force: true })
    }
  })

  test('wrong words of the control routes are refused', async () => {
    await using it = await subscribed()
    const status = async (path: string, body: Json) => (await it.call('POST', `/__emulator/${path}`, body)).status
    expect(await status('destinations', { subscription: 'key=ctsf', is: 'sad' })).toBe(400)
    expect(await status('destinations', { subscription: 'key=none', is: 'working' })).toBe(404)
    expect(await status('deliveries', { handshake: 'maybe' })).toBe(400)
    expect(await status('deliveries', { eventGridSchema: 'mine' })).toBe(400)
  })
})
