/** Deliveries by SQS, each program a process of its own: shop, queue, service, org; and the service dies again and again. */
import { afterAll, describe, expect, it } from 'vitest'
import { databases } from '../contract/databases.ts'
import { queues } from '../contract/queue.world.ts'
import { until } from '../ports.ts'
import { world } from '../world.ts'

/** A short life in the dead process's hand, so that the test need not wait for long; and no sweep to find what was lost. */
const config = { pace: { leaseMs: 5_000, sweepMs: 0 }, deliveries: { sqs: { hiddenMs: 2_000 } } }

describe.each(databases)('deliveries by a queue, on $name', database => {
  const opened: (() => Promise<void>)[] = []
  afterAll(async () => {
    for (const close of opened) await close()
  })

  it('lose nothing and double nothing when the service is killed again and again', { timeout: 240_000 }, async () => {
    const { url, close } = await database.open()
    opened.push(close)
    await using amazon = await queues({ maxReceives: 10 })
    await using now = await world({
      queue: amazon,
      latencyMs: 5,
      config,
      databaseUrl: url,
    })
    await now.commerce.disturb({ doubleRate: 0.2, shuffle: true, seed: 3 })
    await now.people.play('arrivals', { customers: 1_500, rate: 200 })
    for (let kills = 0; kills < 5; kills++) {
      // Not a wait for something to become true: how long the service lives is the experiment.
      await new Promise(resolve => setTimeout(resolve, 150 + kills * 200))
      await now.service.kill()
      await now.service.start()
    }
    await now.people.done()
    await until(amazon.left, ({ visible, inHand }) => visible + inHand === 0, 120_000)
    await now.quiet()
    const compared = await now.compare()
    expect(compared).toMatchObject({ lost: 0, duplicates: 0, commerce: { customer: 1_500 }, differences: [] })
    expect(await amazon.putAside()).toEqual([])
  })
})

describe('a service that reads a queue', () => {
  it('puts aside what is no delivery, tells of it, and carries on; what comes after it stopped waits for the next', {
    timeout: 120_000,
  }, async () => {
    await using amazon = await queues({ maxReceives: 2 })
    await using now = await world({ queue: amazon, config: { deliveries: { sqs: { hiddenMs: 1_000 } } } })
    await amazon.put('{"hello":"Anna"}', 'no JSON, Anna')
    const anna = await now.shopper.signsUp({
      email: 'anna@example.com',
      password: 'secret',
      firstName: 'Anna',
      lastName: 'Beck',
    })
    await until(
      () => now.crm.contact(anna),
      contact => contact !== undefined,
    )
    const aside = new Set<string>()
    await until(
      async () => {
        for (const text of await amazon.putAside()) aside.add(text)
        return aside.size
      },
      size => size === 2,
    )
    expect([...aside].sort()).toEqual(['no JSON, Anna', '{"hello":"Anna"}'])
    const metrics = await (await fetch(`${now.urls.service}/metrics`)).text()
    expect(metrics).toContain('ctsf_queue_messages_total{result="bad"} 4')
    expect(metrics).toMatch(/ctsf_queue_messages_total\{result="stored"\} [1-9]/)
    expect(metrics).toContain('ctsf_queue_up 1')
    expect(now.service.log()).toContain('is no delivery')
    expect(now.service.log()).not.toContain('Anna')
    expect(await now.api<{ queue: unknown }>('/status')).toMatchObject({ queue: { name: amazon.url, problem: null } })
    expect(await now.service.stop()).toBe(0)
    // Nobody reads any more; what comes now is there for the next.
    await now.shopper.changes(anna, { action: 'setFirstName', firstName: 'Anne' })
    await until(amazon.left, ({ visible, inHand }) => visible + inHand > 0)
    await now.service.start()
    await until(
      () => now.crm.contact(anna),
      contact => contact?.FirstName === 'Anne',
    )
  })

  it('says that it is not ready while the queue is gone', async () => {
    await using amazon = await queues()
    await using now = await world({ queue: amazon })
    const ready = async () => (await fetch(`${now.urls.service}/readyz`)).json() as Promise<{ reasons: string[] }>
    await until(ready, ({ reasons }) => reasons.length === 0)
    await amazon.drop()
    await until(ready, ({ reasons }) => reasons.some(each => each.includes('the queue cannot be read')))
  })
})
