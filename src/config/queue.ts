/** The queue of Amazon SQS that deliveries are taken out of: its address, its region, and who reads it. */
import type { Complaints, Reader } from './environment.ts'
import type { SyncConfig } from './syncConfig.ts'

export type QueueConfig = {
  readonly queueUrl: string
  readonly region: string
  readonly endpoint: string | null
  /** Null: Amazon's client finds them where the environment says. */
  readonly credentials: {
    readonly accessKeyId: string
    readonly secretAccessKey: string
    readonly sessionToken: string | null
  } | null
  readonly receivers: number
  readonly hiddenMs: number
}

/** Each names a place for credentials. With none of them Amazon's client would go and ask the machine's metadata address. */
const places = [
  'AWS_PROFILE',
  'AWS_SHARED_CREDENTIALS_FILE',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
]

/** `https://sqs.eu-central-1.amazonaws.com/…`, endpoints of a VPC, and the addresses of old queues. */
const regionIn = (url: string): string | null =>
  /(?:^|\.)sqs\.([a-z]{2}(?:-[a-z]+)+-\d+)\./.exec(new URL(url).hostname)?.[1] ??
  /^([a-z]{2}(?:-[a-z]+)+-\d+)\.queue\.amazonaws\.com/.exec(new URL(url).hostname)?.[1] ??
  null

/** Null where no queue is named: whatever else is set for Amazon is then for others. */
export function queueOf(read: Reader, file: SyncConfig, complain: Complaints): QueueConfig | null {
  const queueUrl = read.url('CTSF_SQS_QUEUE_URL')
  if (queueUrl === null) return null
  if (new URL(queueUrl).pathname.endsWith('.fifo'))
    complain.say(
      'CTSF_SQS_QUEUE_URL',
      'is a FIFO queue, and commercetools fills standard queues only',
      'make a standard queue',
    )
  const region = regionIn(queueUrl) ?? read.plain('AWS_REGION') ?? read.plain('AWS_DEFAULT_REGION')
  if (region === null)
    complain.say(
      'AWS_REGION',
      "is missing, and the queue's address names no region",
      'set it to the region of the queue',
    )
  const { receivers = 4, hiddenMs = 30_000 } = file.deliveries?.sqs ?? {}
  return {
    queueUrl,
    region: region ?? '',
    endpoint: read.url('AWS_ENDPOINT_URL_SQS') ?? read.url('AWS_ENDPOINT_URL'),
    credentials: credentialsOf(read, complain),
    receivers,
    hiddenMs,
  }
}

function credentialsOf(read: Reader, complain: Complaints): QueueConfig['credentials'] {
  const accessKeyId = read.plain('AWS_ACCESS_KEY_ID')
  const secretAccessKey = read.secret('AWS_SECRET_ACCESS_KEY')
  const sessionToken = read.secret('AWS_SESSION_TOKEN')
  if (accessKeyId !== null && secretAccessKey !== null) return { accessKeyId, secretAccessKey, sessionToken }
  if (accessKeyId !== null) {
    if (!read.given('AWS_SECRET_ACCESS_KEY'))
      complain.say(
        'AWS_SECRET_ACCESS_KEY',
        'is missing, but AWS_ACCESS_KEY_ID is set',
        'set it or AWS_SECRET_ACCESS_KEY_FILE',
      )
  } else if (read.given('AWS_SECRET_ACCESS_KEY'))
    complain.say(
      'AWS_ACCESS_KEY_ID',
      'is missing, but AWS_SECRET_ACCESS_KEY is set',
      'set the id of the same access key',
    )
  else if (!places.some(name => read.plain(name) !== null))
    complain.say(
      'AWS_ACCESS_KEY_ID',
      'is missing, and nothing else says who reads the queue',
      `set it with AWS_SECRET_ACCESS_KEY, or one of ${places.join(', ')}`,
    )
  return null
}
