/** The queue of this process: read from when the database is known to serve the org, until the process stops. */
import type { Config } from '../config.ts'
import { type Consumer, consume, type QueueObserver, type QueueState } from '../engine/consume.ts'
import type { Engine } from '../engine/engine.ts'
import { aborted } from '../lib/aborted.ts'
import { sqs } from '../systems/sqs/index.ts'

/** A queue keeps what nobody takes: what is marked in the database of another org would be gone from both. */
export function intake(
  engine: Engine,
  { queueUrl, region, endpoint, credentials, receivers, hiddenMs }: NonNullable<Config['queue']>,
  bound: Promise<void>,
  how: { readonly signal: AbortSignal; readonly wake: () => void; readonly observe: QueueObserver },
): Consumer {
  const idle: QueueState = { name: queueUrl, problem: null, answeredAt: null }
  const { signal } = how
  let begun: Consumer | null = null
  const run = async (): Promise<void> => {
    await Promise.race([bound, aborted(signal)])
    if (signal.aborted) return
    await using queue = sqs({ queueUrl, region, endpoint, credentials })
    begun = consume(engine, { queue, receivers, hiddenMs, ...how })
    await begun.done
  }
  const done = run().catch((error: unknown) => {
    engine.log.error({ stack: error instanceof Error ? (error.stack ?? '') : '' }, 'reading the queue broke off')
  })
  return { state: () => begun?.state() ?? idle, done }
}
