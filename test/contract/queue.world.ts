/** A queue with a dead-letter queue on the loopback, in an SQS that nobody here wrote, and another client to look into both. */
import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  type QueueAttributeName,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { buildApp } from 'fauxqs'
import { sqs } from '../../src/systems/sqs/index.ts'

const region = 'eu-central-1'
export const credentials = { accessKeyId: 'reader', secretAccessKey: 'secret', sessionToken: null }

export type Queues = Awaited<ReturnType<typeof queues>>

/** `maxReceives` null: no dead-letter queue. */
export async function queues(options: { readonly maxReceives?: number | null } = {}) {
  // Built by hand: its own starter listens on every address of the machine.
  const amazon = buildApp({ logger: false, defaultRegion: region })
  const endpoint = await amazon.listen({ port: 0, host: '127.0.0.1' })
  const client = new SQSClient({ region, endpoint, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } })
  const make = async (name: string, attributes: Partial<Record<QueueAttributeName, string>> = {}) =>
    String((await client.send(new CreateQueueCommand({ QueueName: name, Attributes: attributes }))).QueueUrl)
  const attribute = async (url: string, name: QueueAttributeName) =>
    (await client.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: [name] }))).Attributes?.[name]
  const { maxReceives = 3 } = options
  const aside = await make('aside')
  const redrive = JSON.stringify({
    deadLetterTargetArn: await attribute(aside, 'QueueArn'),
    maxReceiveCount: maxReceives,
  })
  const url = await make('ctsf', maxReceives === null ? {} : { RedrivePolicy: redrive })

  return {
    endpoint,
    region,
    url,
    /** The adapter under test. */
    port: (more: Partial<Parameters<typeof sqs>[0]> = {}) =>
      sqs({ queueUrl: url, region, endpoint, credentials, ...more }),
    async put(...texts: readonly string[]): Promise<void> {
      for (let from = 0; from < texts.length; from += 10) {
        const Entries = texts.slice(from, from + 10).map((MessageBody, at) => ({ Id: String(at), MessageBody }))
        await client.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }))
      }
    },
    /** What is in the queue: visible to all, and in somebody's hand. */
    async left(): Promise<{ readonly visible: number; readonly inHand: number }> {
      const [visible, inHand] = await Promise.all([
        attribute(url, 'ApproximateNumberOfMessages'),
        attribute(url, 'ApproximateNumberOfMessagesNotVisible'),
      ])
      return { visible: Number(visible), inHand: Number(inHand) }
    },
    /** What was put aside; what is taken out here stays hidden. */
    async putAside(): Promise<readonly string[]> {
      const wanted = { QueueUrl: aside, MaxNumberOfMessages: 10, WaitTimeSeconds: 0, VisibilityTimeout: 600 }
      const { Messages = [] } = await client.send(new ReceiveMessageCommand(wanted))
      return Messages.map(({ Body = '' }) => Body)
    },
    drop: () => client.send(new DeleteQueueCommand({ QueueUrl: url })),
    async [Symbol.asyncDispose](): Promise<void> {
      client.destroy()
      amazon.server.closeAllConnections()
      await amazon.close()
    },
  }
}
