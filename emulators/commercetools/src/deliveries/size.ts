/** How much a destination takes in one message, and what is said instead of a payload that is larger. */
import type { Wire } from '../resources/wire.ts'

const KIB = 1024

/**
 * Bytes of one message, as each queue documents it. Of commercetools' own documents only SQS names a number (256 KB, on
 * the page of the SqsDestination); that the others' limits decide for theirs is assumed.
 */
const MOST: Record<string, number> = {
  SQS: 256 * KIB,
  SNS: 256 * KIB,
  EventBridge: 256 * KIB,
  EventGrid: 1024 * KIB,
  AzureServiceBus: 256 * KIB,
  GoogleCloudPubSub: 10_000_000,
  ConfluentCloud: 8 * 1024 * KIB,
  IronMQ: 256 * KIB,
}

/** What every message has, whatever its type: the fields of the MessageDeliveryPayload. */
// biome-ignore format: a word list reads better in lines
const COMMON = [
  'notificationType', 'projectKey', 'id', 'version', 'sequenceNumber', 'resource', 'resourceVersion',
  'resourceUserProvidedIdentifiers', 'createdAt', 'lastModifiedAt',
]

/** Counts bytes only where there may be too many of them: most payloads are small. */
export function fits(text: string, destinationType: string): boolean {
  const most = MOST[destinationType] ?? Number.POSITIVE_INFINITY
  return text.length * 3 <= most || Buffer.byteLength(text) <= most
}

/** PayloadNotIncluded, in the reason's documented wording; `type` is told as `payloadType`. */
export function withoutPayload(shown: Wire): Wire {
  const common = Object.entries(shown).filter(([name]) => COMMON.includes(name))
  return {
    ...Object.fromEntries(common),
    payloadNotIncluded: { reason: 'Payload too large.', payloadType: shown.type },
  }
}
