/** The words of a delivery: the payload in the format a Subscription asked for, cut to what its destination takes. */
import type { Subscription } from '../model/entities.ts'
import type { Delivery, Notice } from '../model/notice.ts'
import { type Wire, wireMessage } from '../resources/wire.ts'
import { fits, withoutPayload } from './size.ts'

/** Where the path of a type is not its id in the plural. */
const PATHS: Record<string, string> = {
  'key-value-document': 'custom-objects',
  'order-edit': 'orders/edits',
  'tax-category': 'tax-categories',
}
const pathOf = (typeId: string) => PATHS[typeId] ?? `${typeId}s`

function platformPayload(projectKey: string, notice: Notice): Wire {
  if (notice.of === 'message') {
    const {
      createdBy: _c,
      lastModifiedBy: _m,
      resourceUserProvidedIdentifiers,
      ...message
    } = wireMessage(notice.message)
    const identifiers = Object.keys(notice.message.resourceUserProvidedIdentifiers).length > 0
    return {
      notificationType: 'Message',
      projectKey,
      ...message,
      ...(identifiers ? { resourceUserProvidedIdentifiers } : {}),
    }
  }
  const { kind, typeId, id, identifiers, version, oldVersion, modifiedAt, dataErasure } = notice
  return {
    notificationType: kind,
    projectKey,
    resource: { typeId, id },
    ...(Object.keys(identifiers).length > 0 ? { resourceUserProvidedIdentifiers: identifiers } : {}),
    version,
    ...(oldVersion === undefined ? {} : { oldVersion }),
    modifiedAt,
    ...(dataErasure ? { dataErasure } : {}),
  }
}

function cloudEvent({ projectKey, notice, id }: Delivery, data: Wire): Wire {
  const common = { specversion: '1.0', data }
  if (notice.of === 'change') {
    return {
      ...common,
      id: `${id}-${notice.id}`,
      source: `/${projectKey}/${pathOf(notice.typeId)}`,
      type: `com.commercetools.${notice.typeId}.change.${notice.kind}`,
      subject: notice.id,
      time: notice.modifiedAt,
    }
  }
  const { message } = notice
  return {
    ...common,
    id: message.id,
    source: `/${projectKey}/${pathOf(message.resource.typeId)}`,
    type: `com.commercetools.${message.resource.typeId}.message.${message.type}`,
    subject: message.resource.id,
    time: message.createdAt,
    dataref: `/${projectKey}/messages/${message.id}`,
    sequence: String(message.sequenceNumber),
    sequencetype: 'Integer',
  }
}

export type Payload = { text: string; contentType: string; isEvent: boolean }

/** What is published: the same words whatever takes them, but no more of them than it takes. */
export function payloadOf(delivery: Delivery, subscription: Subscription): Payload {
  const isEvent = subscription.format.type === 'CloudEvents'
  const words = (shown: Wire) => JSON.stringify(isEvent ? cloudEvent(delivery, shown) : shown)
  const whole = platformPayload(delivery.projectKey, delivery.notice)
  const contentType = isEvent ? 'application/cloudevents+json; charset=utf-8' : 'application/json'
  const text = words(whole)
  if (delivery.notice.of === 'change' || fits(text, String(subscription.destination.type))) {
    return { text, contentType, isEvent }
  }
  return { text: words(withoutPayload(whole)), contentType, isEvent }
}
