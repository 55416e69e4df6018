/**
 * The envelope in which what a Subscription published reaches an HTTP endpoint, destination by destination: what Pub/Sub
 * push, an SNS subscription and an Event Grid subscription add to it. Everything else arrives as it was published.
 */
import { createHash } from 'node:crypto'
import type { JsonObject } from '../model/json.ts'
import type { Payload } from './notification.ts'
import type { Push } from './send.ts'

export type Posting = {
  /** Stays the same when the delivery is tried again. */
  id: string
  publishedAt: string
  tries: number
  destination: JsonObject
  eventGridSchema: EventGridSchema
  /** Makes what stands in the place of SNS's signature. */
  sign(text: string): string
}

/**
 * How an Event Grid subscription hands on. A topic that takes CloudEvents, as commercetools publishes nothing else to
 * Event Grid, hands on CloudEvents; Event Grid's own schema is for what goes through another topic on its way.
 */
export type EventGridSchema = 'CloudEventSchemaV1_0' | 'EventGridSchema'

export function envelope(payload: Payload, posting: Posting): Push {
  switch (posting.destination.type) {
    case 'GoogleCloudPubSub':
      return pubSubPush(payload, posting)
    case 'SNS':
      return snsNotification(payload, posting)
    case 'EventGrid':
      return gridEvent(payload, posting)
    default:
      return { body: payload.text, contentType: payload.contentType }
  }
}

/** Pub/Sub's push request (PubsubMessage); its ids are numbers as text. */
function pubSubPush({ text, contentType, isEvent }: Payload, { id, publishedAt, destination }: Posting): Push {
  const body = {
    message: {
      data: Buffer.from(text).toString('base64'),
      messageId: id,
      message_id: id,
      publishTime: publishedAt,
      publish_time: publishedAt,
      attributes: isEvent ? { 'content-type': contentType } : {},
    },
    subscription: `projects/${String(destination.projectId)}/subscriptions/${String(destination.topic)}`,
  }
  return { body: JSON.stringify(body), contentType: 'application/json' }
}

/** SNS posts its JSON as plain text ("HTTP/HTTPS notification JSON format" and its headers, SNS developer guide). */
function snsNotification({ text }: Payload, { id, publishedAt, destination, sign }: Posting): Push {
  const topicArn = String(destination.topicArn)
  const messageId = uuidOf(`${topicArn} ${id}`)
  const body = {
    Type: 'Notification',
    MessageId: messageId,
    TopicArn: topicArn,
    Message: text,
    Timestamp: publishedAt,
    SignatureVersion: '1',
    Signature: sign(`Message\n${text}\nMessageId\n${messageId}\nTimestamp\n${publishedAt}\nTopicArn\n${topicArn}\n`),
    SigningCertURL: `https://sns.${regionOf(topicArn)}.amazonaws.com/SimpleNotificationService-emulated.pem`,
    UnsubscribeURL: `https://sns.${regionOf(topicArn)}.amazonaws.com/?Action=Unsubscribe`,
  }
  return snsPost('Notification', messageId, topicArn, body)
}

export function snsConfirmation(topicArn: string, token: string, confirmUrl: string, at: string): Push {
  const messageId = uuidOf(`${topicArn} ${token}`)
  const body = {
    Type: 'SubscriptionConfirmation',
    MessageId: messageId,
    Token: token,
    TopicArn: topicArn,
    Message: `The topic ${topicArn} wants to deliver to this endpoint. Open the SubscribeURL to let it.`,
    SubscribeURL: confirmUrl,
    Timestamp: at,
    SignatureVersion: '1',
    Signature: '',
    SigningCertURL: `https://sns.${regionOf(topicArn)}.amazonaws.com/SimpleNotificationService-emulated.pem`,
  }
  return snsPost('SubscriptionConfirmation', messageId, topicArn, body)
}

const snsPost = (type: string, messageId: string, topicArn: string, body: unknown): Push => ({
  body: JSON.stringify(body),
  contentType: 'text/plain; charset=UTF-8',
  headers: {
    'x-amz-sns-message-type': type,
    'x-amz-sns-message-id': messageId,
    'x-amz-sns-topic-arn': topicArn,
  },
})

/** One event a request: batching is off unless somebody turns it on. */
function gridEvent({ text, contentType }: Payload, { destination, eventGridSchema, tries }: Posting): Push {
  const headers = {
    'aeg-event-type': 'Notification',
    'aeg-subscription-name': 'CTSF',
    'aeg-delivery-count': String(tries - 1),
  }
  if (eventGridSchema === 'CloudEventSchemaV1_0') return { body: text, contentType, headers }
  // Ours, and a CloudEvent: Event Grid takes no other format from commercetools.
  const event = JSON.parse(text) as { id: string; type: string; subject: string; time: string; data: unknown }
  const { id, subject, data } = event
  const own = { id, subject, data, eventType: event.type, eventTime: event.time, topic: String(destination.uri) }
  const body = JSON.stringify([{ ...own, dataVersion: '', metadataVersion: '1' }])
  return { body, contentType: 'application/json; charset=utf-8', headers }
}

/** Endpoint validation with Event Grid's own schema: the code is to come back as `validationResponse`. */
export function gridValidation(uri: string, code: string, validationUrl: string, at: string): Push {
  const event = {
    id: uuidOf(`${uri} ${code}`),
    topic: uri,
    subject: '',
    eventType: 'Microsoft.EventGrid.SubscriptionValidationEvent',
    eventTime: at,
    data: { validationCode: code, validationUrl },
    dataVersion: '2',
    metadataVersion: '1',
  }
  return {
    body: JSON.stringify([event]),
    contentType: 'application/json; charset=utf-8',
    headers: { 'aeg-event-type': 'SubscriptionValidation', 'aeg-subscription-name': 'CTSF' },
  }
}

export const GRID_ORIGIN = 'eventgrid.azure.net'

/** Endpoint validation with CloudEvents: the abuse protection of the CloudEvents web hook specification. */
export const gridOptions = (callbackUrl: string): Push => ({
  method: 'OPTIONS',
  body: '',
  contentType: 'application/json',
  headers: {
    'webhook-request-origin': GRID_ORIGIN,
    'webhook-request-callback': callbackUrl,
    'webhook-request-rate': '120',
  },
})

const regionOf = (arn: string) => arn.split(':')[3] || 'us-east-1'

function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
