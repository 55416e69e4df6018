/** The words of a delivery: the payload in the format a Subscription asked for, in the envelope of its destination. */
import type { Subscription } from '../model/entities.ts'
import type { Delivery, Notice } from '../model/notice.ts'
import { type Wire, wireMessage } from '../resources/wire.ts'

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

function cloudEvent(delivery: Delivery): Wire {
  const { projectKey, notice, id } = delivery
  const data = platformPayload(projectKey, notice)
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

/** Pub/Sub pushes an envelope; what other destinations lead to gets the payload itself. */
export function bodyOf(delivery: Delivery, subscription: Subscription): { body: string; contentType: string } {
  const events = subscription.format.type === 'CloudEvents'
  const payload = JSON.stringify(events ? cloudEvent(delivery) : platformPayload(delivery.projectKey, delivery.notice))
  const contentType = events ? 'application/cloudevents+json; charset=utf-8' : 'application/json'
  const { type, projectId, topic } = subscription.destination
  if (type !== 'GoogleCloudPubSub') return { body: payload, contentType }
  const envelope = {
    message: {
      data: Buffer.from(payload).toString('base64'),
      messageId: delivery.id,
      message_id: delivery.id,
      publishTime: delivery.publishedAt,
      publish_time: delivery.publishedAt,
      attributes: events ? { 'content-type': contentType } : {},
    },
    subscription: `projects/${String(projectId)}/subscriptions/${String(topic)}`,
  }
  return { body: JSON.stringify(envelope), contentType: 'application/json' }
}
