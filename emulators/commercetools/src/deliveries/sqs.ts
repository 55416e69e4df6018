/** Puts what is published into queues of Amazon SQS, through Amazon's own client, which is loaded with the first message. */
import type { SQSClient } from '@aws-sdk/client-sqs'
import type { JsonObject } from '../model/json.ts'

export type SqsOptions = {
  /** Where the queues are, instead of at Amazon: a stand-in on one's own machine. */
  endpoint?: string | undefined
  accessKeyId: string
  secretAccessKey: string
  sessionToken?: string | undefined
}

/** As a Subscription's health tells them apart: whose fault it is that a message was not taken. */
export type Published = 'taken' | 'misconfigured' | 'unavailable'

export type Queues = { publish(destination: JsonObject, text: string): Promise<Published>; close(): void }

const ANSWER_MS = 10_000

export function queues(options: SqsOptions): Queues {
  const clients = new Map<string, Promise<SQSClient>>()

  async function connect(region: string): Promise<SQSClient> {
    const { SQSClient } = await import('@aws-sdk/client-sqs')
    const { endpoint, accessKeyId, secretAccessKey, sessionToken } = options
    return new SQSClient({
      region,
      credentials: { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) },
      // Tries of ours are counted and paused by the lane.
      maxAttempts: 1,
      ...(endpoint === undefined ? {} : { endpoint, useQueueUrlAsEndpoint: false }),
    })
  }

  return {
    async publish(destination, text) {
      const region = String(destination.region)
      const { SendMessageCommand } = await import('@aws-sdk/client-sqs')
      const client = clients.get(region) ?? connect(region)
      clients.set(region, client)
      try {
        const command = new SendMessageCommand({ QueueUrl: String(destination.queueUrl), MessageBody: text })
        await (await client).send(command, { abortSignal: AbortSignal.timeout(ANSWER_MS) })
        return 'taken'
      } catch (error) {
        return whose(error)
      }
    },
    close() {
      for (const each of clients.values()) void each.then(client => client.destroy())
    },
  }
}

/** Queue gone, key gone, not allowed: what a person must mend. Throttling, outages and silence pass by themselves. */
function whose(error: unknown): Published {
  const { name = '', $metadata } = error as { name?: string; $metadata?: { httpStatusCode?: number } }
  const status = $metadata?.httpStatusCode
  if (status === undefined || status >= 500 || status === 429 || /throttl|TooManyRequests/i.test(name)) {
    return 'unavailable'
  }
  return 'misconfigured'
}
