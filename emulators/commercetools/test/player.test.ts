/** The player of people: the same seed tells the same story, and everybody it plays obeys the API's rules. */
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { at, type Json, world } from './world.ts'

const FAST = 1_000_000
type World = Awaited<ReturnType<typeof world>>

const finished = (it: World) => it.until('/__emulator/play', body => body.running === false)
const everybody = async (it: World) => (await it.control('GET', 'resources/demo/customers')).results as Json[]
const untimed = (rows: Json[]) => JSON.stringify(rows, (name, value) => (name.endsWith('At') ? undefined : value))

describe('the player', () => {
  test('signs up the people of the data files first, then mixtures of them, and none is refused', async () => {
    await using it = await world()
    const people = JSON.parse(readFileSync(new URL('../data/people.json', import.meta.url), 'utf8')) as {
      customers: Json[]
    }
    const generated = new URL('../data/generated.json', import.meta.url)
    const known =
      people.customers.length +
      (existsSync(generated) ? (JSON.parse(readFileSync(generated, 'utf8')) as Json[]).length : 0)
    await it.control('POST', 'play', { scenario: 'arrivals', rate: FAST, customers: known * 3, seed: 1 })
    expect(await finished(it)).toMatchObject({ done: known * 3, total: known * 3, skipped: 0, lastError: null })
    const all = await everybody(it)
    expect(all).toHaveLength(known * 3)
    const emails = new Set(all.map(each => each.email))
    for (const each of people.customers) expect(emails).toContain(each.email)
  })

  test('tells the same story for the same seed, and another one for another', async () => {
    const play = async (seed: number) => {
      await using it = await world()
      await it.control('POST', 'play', { scenario: 'arrivals', rate: FAST, customers: 100, seed })
      await finished(it)
      await it.control('POST', 'play', { scenario: 'shoppers', rate: FAST, seed, steps: 350 })
      expect(await finished(it)).toMatchObject({ done: 350, total: 350, skipped: 0 })
      const messages = await it.query('messages', { sort: 'id asc', limit: '500' })
      return untimed(await everybody(it)) + untimed(messages.results as Json[])
    }
    const story = await play(1)
    expect(await play(1)).toBe(story)
    expect(await play(2)).not.toBe(story)
  })

  test('repeats arrivals and changes to the last id', async () => {
    const play = async () => {
      await using it = await world()
      await it.control('POST', 'play', { scenario: 'arrivals', rate: FAST, customers: 250, seed: 9 })
      await finished(it)
      await it.control('POST', 'play', { scenario: 'one-change-each', rate: FAST, seed: 9 })
      expect(await finished(it)).toMatchObject({ done: 250, skipped: 0 })
      return untimed(await everybody(it))
    }
    expect(await play()).toBe(await play())
  })

  test('lets nobody arrive twice, however often it is started', async () => {
    await using it = await world()
    for (const scenario of ['arrivals', 'arrivals', 'shoppers', 'shoppers', 'arrivals']) {
      await it.control('POST', 'play', { scenario, rate: FAST, customers: 90, steps: 90, seed: 1 })
      expect(await finished(it)).toMatchObject({ done: 90, skipped: 0 })
    }
    expect((await it.query('messages', { where: 'type = "CustomerCreated"' })).total).toBeGreaterThan(300)
  })

  test('changes exactly one field of each customer', async () => {
    await using it = await world()
    await it.control('POST', 'play', { scenario: 'arrivals', rate: FAST, customers: 400, seed: 4 })
    await finished(it)
    const before = new Map((await everybody(it)).map(each => [each.id, each]))
    await it.control('POST', 'play', { scenario: 'one-change-each', rate: FAST, seed: 4 })
    await finished(it)
    for (const after of await everybody(it)) {
      expect(after.version).toBe(2)
      const was = before.get(after.id) ?? {}
      const names = new Set([...Object.keys(was), ...Object.keys(after)])
      for (const name of ['version', 'lastModifiedAt', 'lastModifiedBy', 'isEmailVerified']) names.delete(name)
      const changed = [...names].filter(name => JSON.stringify(was[name]) !== JSON.stringify(after[name]))
      expect(changed).toHaveLength(1)
    }
  })

  test('shoppers go on until they are stopped; a second play must wait', async () => {
    await using it = await world({ receives: true, autoSubscribe: true })
    await it.control('POST', 'play', { scenario: 'shoppers', rate: FAST, seed: 2 })
    expect((await it.call('POST', '/__emulator/play', { scenario: 'arrivals' })).status).toBe(409)
    await it.until('/__emulator/play', body => Number(body.done) > 1_000)
    const stopped = await it.control('DELETE', 'play')
    expect(stopped).toMatchObject({ running: false, skipped: 0, total: null })
    const told = new Set<unknown>()
    await it.until('/__emulator/deliveries', body => body.pending === 0)
    for (const { payload } of it.inbox.pushes)
      told.add(payload.type ?? `${at(payload, 'resource', 'typeId')} ${payload.notificationType}`)
    for (const kind of [
      'CustomerCreated',
      'CustomerDeleted',
      'CustomerGroupSet',
      'CustomerEmailChanged',
      'CustomerAddressChanged',
      'customer-group ResourceUpdated',
    ]) {
      expect(told).toContain(kind)
    }
  })
})
