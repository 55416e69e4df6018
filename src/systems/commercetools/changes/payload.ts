/** One notification in commercetools' own words ("Platform" format), as an event of ours. */
import { z } from 'zod'
import type { ChangeEvent, Instant } from '../../../model/resource.ts'
import { endpoints } from '../endpoints.ts'
import { idWord, refOf } from '../snapshot.ts'

/** What one notification means. `why` never repeats what the sender put in, except words of a checked form. */
export type Understood =
  | { readonly is: 'event'; readonly event: ChangeEvent }
  | { readonly is: 'ignored'; readonly why: string }
  | { readonly is: 'bad'; readonly why: string }

export type Received = {
  readonly at: Instant
  readonly correlationId: string
  readonly projects: { has(key: string): boolean }
  /** Types of messages that are read along with the record. Default: none. */
  readonly told?: { has(type: string): boolean }
}

const ignored = (why: string): Understood => ({ is: 'ignored', why })
const bad = (why: string): Understood => ({ is: 'bad', why })

const projectWord = /^[A-Za-z0-9_-]{2,36}$/
const typeWord = /^[a-z]{1,32}(?:-[a-z]{1,32}){0,4}$/
/** A version that is no number counts as unknown: such an event is never dropped as old. */
const version = z.number().int().nonnegative().nullable().catch(null).default(null)
const time = z.string().optional().catch(undefined)

const common = z.object({ notificationType: z.string(), projectKey: z.string() })
const about = z.object({ resource: z.object({ typeId: z.string(), id: z.string() }) })
const change = z.object({ version, modifiedAt: time, dataErasure: z.boolean().optional().catch(undefined) })
const message = z.object({
  id: z.string().optional().catch(undefined),
  type: z.string().catch(''),
  resourceVersion: version,
  createdAt: time,
})

export function payload(body: unknown, received: Received): Understood {
  const head = common.safeParse(body)
  if (!head.success) return bad('notificationType and projectKey are expected as text')
  const { notificationType, projectKey } = head.data
  if (!projectWord.test(projectKey)) return bad('projectKey is not the key of a project')
  if (!received.projects.has(projectKey)) return ignored(`project ${projectKey} is not served here`)
  if (notificationType === 'Event') return ignored('an Event, which is about no record')
  return aboutRecord(body, notificationType, projectKey, received)
}

function aboutRecord(body: unknown, notificationType: string, projectKey: string, received: Received): Understood {
  const subject = about.safeParse(body)
  if (!subject.success) return bad('resource.typeId and resource.id are expected as text')
  const { typeId, id } = subject.data.resource
  if (!typeWord.test(typeId)) return bad('resource.typeId is not the name of a resource type')
  if (!idWord.test(id)) return bad('resource.id is not the id of a record')
  if (typeId === 'subscription') return ignored('the test notification of a subscription')
  if (!endpoints.has(typeId)) return ignored(`records of type ${typeId} are not read`)

  const event = (said: Pick<ChangeEvent, 'id' | 'kind' | 'version' | 'erase'>, at: string | undefined): Understood => ({
    is: 'event',
    event: {
      ...said,
      ref: refOf(projectKey, typeId, id),
      at: instant(at, received.at),
      correlationId: received.correlationId,
      lane: 'live',
    },
  })
  const name = (at: number | null) => `${typeId}/${id}@${at ?? 'unknown'}`

  switch (notificationType) {
    case 'ResourceCreated':
    case 'ResourceUpdated':
    case 'ResourceDeleted': {
      const said = change.parse(body)
      const deleted = notificationType === 'ResourceDeleted'
      const kind = deleted ? 'deleted' : 'changed'
      const erase = deleted && said.dataErasure === true
      return event({ id: name(said.version), kind, version: said.version, erase }, said.modifiedAt)
    }
    case 'Message': {
      const said = message.parse(body)
      const kind = said.type === `${pascal(typeId)}Deleted` ? 'deleted' : 'changed'
      const own = said.id !== undefined && idWord.test(said.id) ? said.id : name(said.resourceVersion)
      // The record may be settled at this version already, before its message could be read.
      const version = received.told?.has(said.type) ? null : said.resourceVersion
      return event({ id: own, kind, version, erase: false }, said.createdAt)
    }
    default:
      return ignored('a kind of notification that is not known here')
  }
}

/** `customer-group` → `CustomerGroup`, as message types begin. */
const pascal = (typeId: string): string =>
  typeId.replace(/(?:^|-)([a-z])/g, (_all, letter: string) => letter.toUpperCase())

/** Times only order a story here; one that cannot be read is replaced by that of receipt. */
function instant(given: string | undefined, otherwise: Instant): Instant {
  const at = given === undefined || given.length > 40 ? Number.NaN : Date.parse(given)
  return Number.isNaN(at) ? otherwise : new Date(at).toISOString()
}
