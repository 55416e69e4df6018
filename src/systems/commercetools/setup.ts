/** The Subscription through which commercetools tells us of changes: created, or brought up to date; safe to repeat. */

import { isDeepStrictEqual } from 'node:util'
import type { SubscriptionDraft, SubscriptionUpdateAction } from '@commercetools/platform-sdk'
import { z } from 'zod'
import { gate } from '../../lib/gate.ts'
import { RemoteFailure } from '../../model/outcome.ts'
import type { CallContext } from '../../model/ports.ts'
import { type Client, client } from './client.ts'
import { garbled } from './failure.ts'
import { type Deps, defaults, type Options } from './options.ts'
import { transport } from './transport.ts'

/** The message of a deletion, for a project whose change notification of it was lost; and what no change tells of. */
const messagesBy: Readonly<Record<string, readonly string[]>> = {
  customer: ['CustomerDeleted'],
  order: ['OrderDeleted', 'OrderEditApplied'],
}

export type Told = Required<Pick<Wanted, 'changes' | 'messages'>>

/**
 * What to be told of, for these resource types. Changes tell that a record moved, whatever moved it: messages have gaps
 * (a customer's locale, VAT id and number). An order that is edited moves without a change, and says so by a message.
 */
export const toldOf = (types: readonly string[], more: ReadonlyMap<string, readonly string[]> = new Map()): Told => ({
  changes: types.map(resourceTypeId => ({ resourceTypeId })),
  messages: types.flatMap(resourceTypeId => {
    const some = new Set([...(messagesBy[resourceTypeId] ?? []), ...(more.get(resourceTypeId) ?? [])])
    return some.size === 0 ? [] : [{ resourceTypeId, types: [...some] }]
  }),
})

export const told = toldOf(['customer', 'customer-group'])

export type Wanted = {
  readonly project: string
  /** Names the subscription within its project. */
  readonly key: string
  /** As the API takes it: `{ type: 'GoogleCloudPubSub', projectId, topic }`; there is none that is plain HTTP. */
  readonly destination: SubscriptionDraft['destination']
  readonly format?: 'Platform' | 'CloudEvents'
  readonly changes?: readonly { readonly resourceTypeId: string }[]
  readonly messages?: readonly { readonly resourceTypeId: string; readonly types: readonly string[] }[]
  /** Says what would be done, and does nothing. */
  readonly dryRun?: boolean
}

export type Ensured = {
  readonly did: 'created' | 'updated' | 'nothing'
  /** The update actions, by name. */
  readonly actions: readonly string[]
  /** Health of the delivery: anything but `Healthy` wants an operator. Null when nothing exists yet. */
  readonly status: string | null
}

/** Rejects with `RemoteFailure`; a RangeError for a project that is not named, or a format that cannot be changed. */
export async function ensureSubscription(
  options: Options,
  wanted: Wanted,
  context: CallContext,
  deps: Deps,
): Promise<Ensured> {
  const project = options.projects.find(each => each.key === wanted.project)
  if (!project) throw new RangeError(`project ${wanted.project} is not named in the configuration`)
  const timeoutMs = options.timeoutMs ?? defaults.timeoutMs
  await using http = transport({ timeoutMs, connections: 1 })
  const api = client(project, http.send, gate(1), deps)
  const present = await find(api, wanted.key, context)
  return present ? await update(api, present, wanted, context) : await create(api, wanted, context)
}

const format = ({ format: type = 'Platform' }: Wanted): NonNullable<SubscriptionDraft['format']> =>
  type === 'Platform' ? { type } : { type, cloudEventsVersion: '1.0' }
const changesOf = ({ changes = told.changes }: Wanted) => changes.map(each => ({ ...each }))
const messagesOf = ({ messages = told.messages }: Wanted) =>
  messages.map(each => ({ resourceTypeId: each.resourceTypeId, types: [...each.types] }))

async function find(api: Client, key: string, context: CallContext): Promise<Present | null> {
  try {
    return subscription(await api.call(project => project.subscriptions().withKey({ key }).get(), context))
  } catch (error) {
    if (error instanceof RemoteFailure && error.failure.code === 'ResourceNotFound') return null
    throw error
  }
}

async function create(api: Client, wanted: Wanted, context: CallContext): Promise<Ensured> {
  if (wanted.dryRun) return { did: 'created', actions: [], status: null }
  const { key, destination } = wanted
  const body = { key, destination, format: format(wanted), changes: changesOf(wanted), messages: messagesOf(wanted) }
  const made = subscription(await api.call(project => project.subscriptions().post({ body }), context))
  return { did: 'created', actions: [], status: made.status }
}

async function update(api: Client, present: Present, wanted: Wanted, context: CallContext): Promise<Ensured> {
  if (present.format.type !== format(wanted).type) {
    throw new RangeError(
      `subscription ${wanted.key} has the format ${present.format.type}, which cannot change: delete it`,
    )
  }
  const changes = changesOf(wanted)
  const messages = messagesOf(wanted)
  const actions: SubscriptionUpdateAction[] = []
  if (!isDeepStrictEqual(plain(present.changes), plain(changes))) actions.push({ action: 'setChanges', changes })
  if (!isDeepStrictEqual(plain(present.messages), plain(messages))) actions.push({ action: 'setMessages', messages })
  if (!leadsTo(present.destination, wanted.destination)) {
    actions.push({ action: 'changeDestination', destination: wanted.destination })
  }
  const names = actions.map(each => each.action)
  if (actions.length === 0) return { did: 'nothing', actions: names, status: present.status }
  if (wanted.dryRun) return { did: 'updated', actions: names, status: present.status }
  const body = { version: present.version, actions }
  const at = { key: wanted.key }
  const answer = await api.call(project => project.subscriptions().withKey(at).post({ body }), context)
  return { did: 'updated', actions: names, status: subscription(answer).status }
}

/** Order means nothing in what is subscribed to. */
const plain = (list: readonly { readonly resourceTypeId: string; readonly types?: readonly string[] }[]) =>
  list.map(({ resourceTypeId, types = [] }) => `${resourceTypeId}:${[...types].sort().join()}`).sort()

/** A secret comes back as stars, so that it cannot be compared: a new secret needs a change in something else as well. */
function leadsTo(present: object, wanted: object): boolean {
  const shown = new Map(Object.entries(present))
  return Object.entries(wanted).every(([name, value]) => {
    const now: unknown = shown.get(name)
    return (typeof now === 'string' && now.includes('***')) || isDeepStrictEqual(now, value)
  })
}

const shape = z.object({
  version: z.number(),
  status: z.string(),
  destination: z.looseObject({ type: z.string() }),
  format: z.object({ type: z.string() }),
  changes: z.array(z.object({ resourceTypeId: z.string() })).default([]),
  messages: z.array(z.object({ resourceTypeId: z.string(), types: z.array(z.string()).default([]) })).default([]),
})
type Present = z.infer<typeof shape>

function subscription(given: unknown): Present {
  const parsed = shape.safeParse(given)
  if (!parsed.success) throw garbled('read')
  return parsed.data
}
