/** A queue of Amazon SQS, through Amazon's own client: loaded with the first call, so that who has no queue pays nothing. */
import type { BatchResultErrorEntry, ReceiveMessageCommandOutput as Received, SQSClient } from '@aws-sdk/client-sqs'
import type { DeliveryQueue, NotDone, QueuedDelivery } from '../../model/ports.ts'
import { check } from './check.ts'
import { failureOf } from './failure.ts'
import type { SqsOptions } from './options.ts'

export type { SqsOptions } from './options.ts'

/** Of one call, beside what a receive waits for. */
const answerMs = 10_000
/** The most that SQS takes or gives at once. */
const batch = 10
const seconds = (ms: number): number => Math.ceil(ms / 1_000)

type Library = typeof import('@aws-sdk/client-sqs')
type Connected = { readonly library: Library; readonly client: SQSClient }

/** Connects with the first call. Disposing closes the connections. */
export function sqs(options: SqsOptions): DeliveryQueue & AsyncDisposable {
  const { queueUrl: QueueUrl } = options
  let connected: Promise<Connected> | null = null

  async function connect(): Promise<Connected> {
    const library = await import('@aws-sdk/client-sqs')
    const { region, endpoint, credentials } = options
    const client = new library.SQSClient({
      region,
      // Tries are counted and paused by whoever calls.
      maxAttempts: 1,
      ...(endpoint === null ? {} : { endpoint, useQueueUrlAsEndpoint: false }),
      ...(credentials === null ? {} : { credentials: identity(credentials) }),
    })
    return { library, client }
  }

  async function call<T>(
    name: string,
    signal: AbortSignal,
    send: (connected: Connected, options: { abortSignal: AbortSignal }) => Promise<T>,
    waitMs = 0,
  ): Promise<T> {
    signal.throwIfAborted()
    try {
      connected ??= connect()
      const abortSignal = AbortSignal.any([signal, AbortSignal.timeout(answerMs + waitMs)])
      return await send(await connected, { abortSignal })
    } catch (error) {
      throw failureOf(error, name, signal)
    }
  }

  /** Entries are named by their place: a message that was received twice has one id and two receipts. */
  const entriesOf = (messages: readonly QueuedDelivery[]) =>
    messages.map(({ receipt }, at) => ({ Id: String(at), ReceiptHandle: receipt }))

  return {
    name: QueueUrl,

    async receive({ waitMs, hiddenMs }, signal) {
      const wanted = {
        QueueUrl,
        MaxNumberOfMessages: batch,
        WaitTimeSeconds: seconds(waitMs),
        VisibilityTimeout: seconds(hiddenMs),
        MessageSystemAttributeNames: ['ApproximateReceiveCount' as const],
      }
      const answer = await call(
        'ReceiveMessage',
        signal,
        ({ library, client }, how) => client.send(new library.ReceiveMessageCommand(wanted), how),
        waitMs,
      )
      return messagesOf(answer)
    },

    async remove(messages, signal) {
      const Entries = entriesOf(messages)
      const { Failed = [] } = await call('DeleteMessageBatch', signal, ({ library, client }, how) =>
        client.send(new library.DeleteMessageBatchCommand({ QueueUrl, Entries }), how),
      )
      return notDone(messages, Failed)
    },

    async hide(messages, hiddenMs, signal) {
      const Entries = entriesOf(messages).map(each => ({ ...each, VisibilityTimeout: seconds(hiddenMs) }))
      const { Failed = [] } = await call('ChangeMessageVisibilityBatch', signal, ({ library, client }, how) =>
        client.send(new library.ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries }), how),
      )
      return notDone(messages, Failed)
    },

    check: signal => {
      const none = { QueueUrl, ReceiptHandle: 'none' }
      const probe = (name: string, send: Parameters<typeof call<unknown>>[2]) => async () => {
        await call(name, signal, send)
      }
      return check({
        attributes: async () => {
          const { Attributes = {} } = await call('GetQueueAttributes', signal, ({ library, client }, how) =>
            client.send(new library.GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['RedrivePolicy'] }), how),
          )
          return Attributes as Readonly<Record<string, string>>
        },
        probes: {
          // More than SQS gives at once: nothing is taken out.
          ReceiveMessage: probe('ReceiveMessage', ({ library, client }, how) =>
            client.send(new library.ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: batch + 1 }), how),
          ),
          DeleteMessage: probe('DeleteMessage', ({ library, client }, how) =>
            client.send(new library.DeleteMessageCommand(none), how),
          ),
          ChangeMessageVisibility: probe('ChangeMessageVisibility', ({ library, client }, how) =>
            client.send(new library.ChangeMessageVisibilityCommand({ ...none, VisibilityTimeout: 0 }), how),
          ),
        },
      })
    },

    async [Symbol.asyncDispose]() {
      const open = await connected?.catch(() => null)
      open?.client.destroy()
    },
  }
}

const identity = ({ accessKeyId, secretAccessKey, sessionToken }: NonNullable<SqsOptions['credentials']>) => ({
  accessKeyId,
  secretAccessKey,
  ...(sessionToken === null ? {} : { sessionToken }),
})

/** What has no receipt cannot be removed, and SQS sends none. */
const messagesOf = ({ Messages = [] }: Received): readonly QueuedDelivery[] =>
  Messages.map(({ MessageId = '', ReceiptHandle = '', Body = '', Attributes }) => ({
    id: MessageId,
    receipt: ReceiptHandle,
    text: Body,
    receives: Number(Attributes?.ApproximateReceiveCount ?? 1),
  }))

const notDone = (messages: readonly QueuedDelivery[], failed: readonly BatchResultErrorEntry[]): readonly NotDone[] =>
  failed.flatMap(({ Id, Code = 'Unknown' }) => {
    const message = messages[Number(Id)]
    return message ? [{ message, code: Code }] : []
  })
