/** Subscriptions: what a client wants to be told, in which format, and a test notification when it is set up. */
import { checkKey } from '../customers/fields.ts'
import type { Act, Subscription } from '../model/entities.ts'
import { duplicateField, invalidInput, malformedJson, tooManyResources } from '../model/errors.ts'
import { type JsonObject, list, object, objects, optional, optionalText, text } from '../model/json.ts'
import type { Delivery } from '../model/notice.ts'
import type { Project } from '../store/project.ts'
import type { World } from '../store/world.ts'
import { fresh, type SmallActions, withKey } from './change.ts'

const MAX_SUBSCRIPTIONS = 50

const REQUIRED: Record<string, string[]> = {
  SQS: ['queueUrl', 'region'],
  SNS: ['topicArn'],
  EventBridge: ['region', 'accountId'],
  EventGrid: ['uri', 'accessKey'],
  AzureServiceBus: ['connectionString'],
  GoogleCloudPubSub: ['projectId', 'topic'],
  ConfluentCloud: ['bootstrapServer', 'apiKey', 'apiSecret', 'acks', 'topic'],
  IronMQ: ['uri'],
}
/** Shown as stars, as the real API partly hides them. */
const SECRET = ['accessKey', 'accessSecret', 'apiKey', 'apiSecret', 'connectionString']

// biome-ignore format: a word list reads better in lines
const MESSAGE_TYPES = [
  'approval-flow', 'approval-rule', 'associate-role', 'business-unit', 'category', 'customer', 'customer-email-token', 'customer-group',
  'customer-password-token', 'inventory-entry', 'order', 'payment', 'product', 'product-selection', 'product-tailoring', 'quote', 'quote-request',
  'review', 'shopping-list', 'staged-quote', 'standalone-price', 'store', 'variant',
]
// biome-ignore format: a word list reads better in lines
const CHANGE_TYPES = [
  ...MESSAGE_TYPES, 'attribute-group', 'cart', 'cart-discount', 'channel', 'discount-code', 'discount-group', 'extension', 'key-value-document',
  'order-edit', 'product-discount', 'product-type', 'recurrence-policy', 'recurring-order', 'shipping-method', 'state', 'subscription', 'tax-category',
  'type', 'zone',
]

/** Of some resources, carts among them, Subscriptions tell changes alone. */
export const hasMessages = (typeId: string): boolean => MESSAGE_TYPES.includes(typeId)

export const hasChanges = (typeId: string): boolean => CHANGE_TYPES.includes(typeId)

export function createSubscription(world: World, project: Project, draft: JsonObject, act: Act): Subscription {
  const row = subscriptionFrom(world, project, draft, act)
  world.commit({ project, typeId: 'subscription', act, after: row })
  return row
}

function subscriptionFrom(world: World, project: Project, draft: JsonObject, act: Act): Subscription {
  if (project.subscriptions.size() >= MAX_SUBSCRIPTIONS) throw tooManyResources('subscription', MAX_SUBSCRIPTIONS)
  const key = freeKey(project, '', optionalText(draft, 'key'))
  const row: Subscription = {
    ...fresh(world, act),
    ...(key ? { key } : {}),
    destination: destination(draft.destination),
    messages: messages(draft),
    changes: changes(draft),
    events: objects(draft, 'events'),
    format: format(draft),
    status: 'Healthy',
  }
  checkFormat(row)
  return checkWants(row)
}

/** Refuses a draft whose destination does not take the test notification; the answer's act gives it the tested id. */
export async function tryDraft(world: World, project: Project, draft: JsonObject, act: Act): Promise<Act> {
  const row = subscriptionFrom(world, project, draft, act)
  await tryOut(world, project, row)
  return { ...act, newId: () => row.id }
}

/** The same for the new destinations among update actions. */
export async function tryActions(world: World, project: Project, row: Subscription, actions: JsonObject[]) {
  for (const action of actions) {
    if (action.action !== 'changeDestination') continue
    await tryOut(world, project, checkFormat({ ...row, destination: destination(action.destination) }))
  }
}

/**
 * "If the message cannot be delivered, the Subscription will not be created" (API reference, create Subscription). The
 * beginning of the message is the real one's, its code is assumed.
 */
async function tryOut(world: World, project: Project, row: Subscription) {
  if (!world.deliveries.isDirect(row)) return
  const published = await world.deliveries.tryOut(probe(world, project, row), row)
  if (published === 'taken') return
  const why = published === 'misconfigured' ? 'the destination refuses it' : 'the destination does not answer'
  throw invalidInput(
    `A test message could not be delivered to this destination: ${row.destination.type}. Reason: ${why}.`,
  )
}

export const subscriptionActions: SmallActions<Subscription> = {
  setKey: (row, action, project) => withKey(row, freeKey(project, row.id, optionalText(action, 'key'))),
  setMessages: (row, action) => checkWants({ ...row, messages: messages(action) }),
  setChanges: (row, action) => checkWants({ ...row, changes: changes(action) }),
  setEvents: (row, action) => checkWants({ ...row, events: objects(action, 'events') }),
  changeDestination: (row, action) => checkFormat({ ...row, destination: destination(action.destination) }),
}

/** The test notification that follows a new subscription or a new destination, whatever it subscribes to. */
export function probe(world: World, project: Project, row: Subscription): Delivery {
  return {
    id: world.nextDeliveryId(),
    projectKey: project.key,
    subscriptionId: row.id,
    publishedAt: row.lastModifiedAt,
    notice: {
      of: 'change',
      kind: 'ResourceCreated',
      typeId: 'subscription',
      id: row.id,
      version: row.version,
      modifiedAt: row.lastModifiedAt,
      identifiers: row.key === undefined ? {} : { key: row.key },
    },
  }
}

function checkFormat(row: Subscription): Subscription {
  if (row.destination.type === 'EventGrid' && row.format.type !== 'CloudEvents') {
    throw invalidInput('The destination EventGrid supports the CloudEvents format only.')
  }
  return row
}

function checkWants(row: Subscription): Subscription {
  if (row.messages.length + row.changes.length + row.events.length === 0) {
    throw invalidInput("At least one of 'messages', 'changes' or 'events' must be set.")
  }
  return row
}

function freeKey(project: Project, id: string, key: string | undefined): string | undefined {
  checkKey(key)
  if (key && project.subscriptions.find('key', key).some(other => other.id !== id)) throw duplicateField('key', key)
  return key
}

function destination(given: unknown): JsonObject {
  const draft = object(given, 'destination')
  const type = text(draft, 'type')
  const required = Object.hasOwn(REQUIRED, type) ? REQUIRED[type] : undefined
  if (!required) throw malformedJson(`destination: Unknown destination type '${type}'`)
  for (const name of required) text(draft, name)
  const kept = { ...draft }
  for (const name of SECRET) if (kept[name] !== undefined) kept[name] = '****'
  return kept
}

function messages(draft: JsonObject): Subscription['messages'] {
  return objects(draft, 'messages').map(each => ({
    resourceTypeId: known(text(each, 'resourceTypeId'), MESSAGE_TYPES),
    types: list(each, 'types').map(String),
  }))
}

const changes = (draft: JsonObject): Subscription['changes'] =>
  objects(draft, 'changes').map(each => ({ resourceTypeId: known(text(each, 'resourceTypeId'), CHANGE_TYPES) }))

function known(id: string, ids: string[]): string {
  if (!ids.includes(id)) throw malformedJson(`resourceTypeId: Unknown resource type '${id}'`)
  return id
}

function format(draft: JsonObject): Subscription['format'] {
  const given = optional(draft, 'format')
  if (given === undefined) return { type: 'Platform' }
  const body = object(given, 'format')
  const type = text(body, 'type')
  if (type === 'Platform') return { type }
  if (type !== 'CloudEvents') throw malformedJson(`format: Unknown format '${type}'`)
  return { type, cloudEventsVersion: optionalText(body, 'cloudEventsVersion') ?? '1.0' }
}
