/** The queue as the engine sees it, held against an SQS that nobody here wrote. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { RemoteFailure } from '../../src/model/outcome.ts'
import type { QueuedDelivery } from '../../src/model/ports.ts'
import { until } from '../ports.ts'
import { type Queues, queues } from './queue.world.ts'

let amazon: Queues
const opened: AsyncDisposable[] = []
const { signal } = new AbortController()
beforeEach(async () => {
  amazon = await queues()
})
afterEach(async () => {
  for (const each of opened.splice(0)) await each[Symbol.asyncDispose]()
  await amazon[Symbol.asyncDispose]()
})
function port(...given: Parameters<Queues['port']>) {
  const made = amazon.port(...given)
  opened.push(made)
  return made
}
const now = { waitMs: 0, hiddenMs: 30_000 }
const texts = (messages: readonly QueuedDelivery[]) => messages.map(({ text }) => text).sort()
const failureOf = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  )
  return error instanceof RemoteFailure ? error.failure : error
}

describe('receiving', () => {
  it('answers ten at most, hides them, and counts how often each was received', async () => {
    await amazon.put(...Array.from({ length: 12 }, (_, at) => `m${at}`))
    const queue = port()
    const first = await queue.receive(now, signal)
    const second = await queue.receive(now, signal)
    expect([first.length, second.length]).toEqual([10, 2])
    expect(new Set(texts([...first, ...second])).size).toBe(12)
    expect(first.every(({ receives }) => receives === 1)).toBe(true)
    expect(await queue.receive(now, signal)).toEqual([])
    expect(await queue.hide(first, 0, signal)).toEqual([])
    const again = await queue.receive(now, signal)
    expect(texts(again)).toEqual(texts(first))
    expect(again.every(({ receives }) => receives === 2)).toBe(true)
  })

  it('waits for the first message, and comes with it', async () => {
    const waiting = port().receive({ waitMs: 20_000, hiddenMs: 30_000 }, signal)
    await amazon.put('late')
    expect(texts(await waiting)).toEqual(['late'])
  })

  it('ends when the signal fires, with its reason', async () => {
    const stop = new AbortController()
    const reason = new Error('the service stops')
    const waiting = failureOf(port().receive({ waitMs: 20_000, hiddenMs: 30_000 }, stop.signal))
    stop.abort(reason)
    expect(await waiting).toBe(reason)
  })

  it('gets what was not removed once more when its time is over, from another process too', async () => {
    await amazon.put('kept', 'removed')
    const first = await port().receive({ waitMs: 0, hiddenMs: 1_000 }, signal)
    await port().remove(
      first.filter(({ text }) => text === 'removed'),
      signal,
    )
    expect(texts(await port().receive({ waitMs: 10_000, hiddenMs: 30_000 }, signal))).toEqual(['kept'])
  })

  it('leaves what was received too often to the dead-letter queue', async () => {
    await amazon.put('bad')
    const queue = port()
    for (let times = 1; times <= 3; times++) {
      const [message] = await queue.receive(now, signal)
      expect(message).toMatchObject({ text: 'bad', receives: times })
      await queue.hide(message ? [message] : [], 0, signal)
    }
    expect(await queue.receive(now, signal)).toEqual([])
    expect(await until(amazon.putAside, aside => aside.length > 0)).toEqual(['bad'])
  })
})

describe('removing and hiding', () => {
  it('name the messages of a batch that the queue refused, and do the others', async () => {
    await amazon.put('good', 'stale')
    const queue = port()
    const messages = await queue.receive(now, signal)
    const mixed = messages.map(each => (each.text === 'stale' ? { ...each, receipt: 'made up' } : each))
    const refused = [{ message: expect.objectContaining({ text: 'stale' }), code: 'ReceiptHandleIsInvalid' }]
    expect(await queue.hide(mixed, 60_000, signal)).toEqual(refused)
    expect(await queue.remove(messages, signal)).toEqual([])
    expect(await amazon.left()).toEqual({ visible: 0, inHand: 0 })
  })

  it('keeps a message in hand for longer than it was hidden at first', async () => {
    await amazon.put('slow')
    const queue = port()
    const held = await queue.receive({ waitMs: 0, hiddenMs: 1_000 }, signal)
    await queue.hide(held, 600_000, signal)
    expect(await queue.receive({ waitMs: 2_000, hiddenMs: 1_000 }, signal)).toEqual([])
    expect(await amazon.left()).toEqual({ visible: 0, inHand: 1 })
  })
})

/** An SQS that says always the same. */
async function saying(status: number, code: string) {
  const server = createServer((_request, response) => {
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-requestid': 'r' })
    response.end(JSON.stringify({ __type: `com.amazonaws.sqs#${code}`, message: 'User arn:aws:iam::1:user/u may not' }))
  })
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  opened.push({
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise(done => server.close(done))
    },
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe('failures', () => {
  it.each([
    [403, 'AccessDeniedException', 'denied'],
    [403, 'InvalidClientTokenId', 'denied'],
    [400, 'QueueDoesNotExist', 'denied'],
    [400, 'ThrottlingException', 'throttled'],
    [429, 'TooMany', 'throttled'],
    [503, 'ServiceUnavailable', 'unavailable'],
  ])('%i %s is %s', async (status, code, is) => {
    const queue = port({ endpoint: await saying(status, code) })
    const failure = await failureOf(queue.receive(now, signal))
    expect(failure).toMatchObject({ is, code })
    expect(JSON.stringify(failure)).not.toContain('arn:')
  })

  it('a queue that is gone is denied, silence is unavailable', async () => {
    await amazon.drop()
    expect(await failureOf(port().receive(now, signal))).toMatchObject({ is: 'denied' })
    const nobody = await saying(500, 'x')
    await opened.pop()?.[Symbol.asyncDispose]()
    expect(await failureOf(port({ endpoint: nobody }).receive(now, signal))).toMatchObject({
      is: 'unavailable',
      code: 'ECONNREFUSED',
    })
  })
})

describe('check', () => {
  it('finds nothing wrong with a queue that has a dead-letter queue, and takes nothing out', async () => {
    await amazon.put('there')
    expect(await port().check(signal)).toEqual([])
    expect(await port().receive(now, signal)).toMatchObject([{ text: 'there', receives: 1 }])
  })

  it('hints at a dead-letter queue that is missing, or that fills too soon', async () => {
    await using without = await queues({ maxReceives: null })
    await using soon = await queues({ maxReceives: 1 })
    for (const [each, problem] of [
      [without, 'no dead-letter queue'],
      [soon, 'received once'],
    ] as const) {
      await using queue = each.port()
      expect(await queue.check(signal)).toEqual([
        {
          place: 'CTSF_SQS_QUEUE_URL',
          problem: expect.stringContaining(problem),
          fix: expect.stringContaining('maxReceiveCount'),
          hint: true,
        },
      ])
    }
  })

  it.each([
    [403, 'AccessDeniedException', 'CTSF_SQS_QUEUE_URL', 'sqs:ReceiveMessage'],
    [403, 'KmsAccessDenied', 'CTSF_SQS_QUEUE_URL', 'sqs:ReceiveMessage'],
    [403, 'InvalidClientTokenId', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'],
    [400, 'QueueDoesNotExist', 'CTSF_SQS_QUEUE_URL', 'Copy the URL'],
    [503, 'ServiceUnavailable', 'CTSF_SQS_QUEUE_URL', 'may reach it'],
  ])('says of %i %s where it is mended, and how', async (status, code, place, fix) => {
    const queue = port({ endpoint: await saying(status, code) })
    const problems = await queue.check(signal)
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatchObject({ place, fix: expect.stringContaining(fix) })
    expect(JSON.stringify(problems)).not.toContain('arn:')
  })
})
