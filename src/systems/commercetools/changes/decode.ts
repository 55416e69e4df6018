/** What a delivery says, whatever carried it: raw, CloudEvents, a Pub/Sub push, an SNS notification, Event Grid, or a list of them. */
import { z } from 'zod'
import type { Delivery, Log } from '../../../model/ports.ts'
import { json } from '../failure.ts'
import { payload, type Received, type Understood } from './payload.ts'

const pubsub = z.object({ message: z.object({ data: z.string().optional() }) })
const sns = z.object({
  Type: z.enum(['Notification', 'SubscriptionConfirmation', 'UnsubscribeConfirmation']),
  Message: z.string(),
})
/** Event Grid's own schema; a topic may use CloudEvents instead. */
const eventGrid = z.object({ eventType: z.string(), dataVersion: z.string().optional(), data: z.unknown() })
const cloudEvent = z.object({ specversion: z.string(), type: z.string(), data: z.unknown() })

/** Envelopes in envelopes deeper than this are nobody's delivery. */
const deepest = 4

type Read = { readonly form: string; readonly parts: readonly Understood[] }

/** Never throws, whatever JSON came in. Of a list with good and bad notifications, the good ones count. */
export function decode(body: unknown, received: Received & { readonly log: Log }): Delivery {
  const { form, parts } = open(body, received, 0)
  const events = parts.flatMap(part => (part.is === 'event' ? [part.event] : []))
  const faults = parts.flatMap(part => (part.is === 'bad' ? [part.why] : []))
  const skipped = parts.flatMap(part => (part.is === 'ignored' ? [part.why] : []))
  if (events.length > 0) {
    if (faults.length > 0) {
      const { correlationId } = received
      received.log.warn(
        { correlationId, form, skipped: faults.length, why: faults[0] ?? '' },
        'part of a delivery is not one',
      )
    }
    return { is: 'events', events, form }
  }
  if (faults.length > 0) return { is: 'bad', why: faults[0] ?? '' }
  return { is: 'ignored', why: skipped[0] ?? 'an empty list' }
}

const unconfirmed =
  'this Event Grid subscription is not confirmed by answering it: open its validationUrl within ten minutes, or use CloudEvents'

const single = (form: string, part: Understood): Read => ({ form, parts: [part] })
const bad = (form: string, why: string): Read => single(form, { is: 'bad', why })

function open(body: unknown, received: Received, depth: number): Read {
  if (depth > deepest) return bad('unknown', 'too many envelopes in each other')
  if (Array.isArray(body)) {
    const all = body.map(each => open(each, received, depth + 1))
    // Event Grid sends lists only.
    const form = all.length > 0 && all.every(each => each.form === 'eventgrid') ? 'eventgrid' : 'batch'
    return { form, parts: all.flatMap(each => each.parts) }
  }
  if (typeof body !== 'object' || body === null) return bad('unknown', 'a JSON object is expected')

  const push = pubsub.safeParse(body)
  if (push.success) return inside('pubsub', decoded(push.data.message.data), received, depth)

  const notification = sns.safeParse(body)
  if (notification.success) {
    const { Type, Message } = notification.data
    if (Type === 'Notification') return inside('sns', json(Message), received, depth)
    const confirm = 'confirm this SNS subscription by opening its SubscribeURL'
    const ended = 'this SNS subscription was ended: subscribe again unless that was meant'
    return single('sns', { is: 'ignored', why: Type === 'SubscriptionConfirmation' ? confirm : ended })
  }

  const grid = eventGrid.safeParse(body)
  if (grid.success) {
    const { eventType, data } = grid.data
    if (eventType === 'Microsoft.EventGrid.SubscriptionValidationEvent') {
      return single('eventgrid', { is: 'ignored', why: unconfirmed })
    }
    if (eventType.startsWith('Microsoft.')) {
      return single('eventgrid', { is: 'ignored', why: 'a notice of Event Grid itself' })
    }
    return inside('eventgrid', data, received, depth)
  }

  const event = cloudEvent.safeParse(body)
  if (event.success) {
    const { specversion, type, data } = event.data
    if (!/^1\.\d{1,3}$/.test(specversion)) return bad('cloudevents', 'specversion is not 1.x')
    if (!type.startsWith('com.commercetools.')) {
      return single('cloudevents', { is: 'ignored', why: 'a CloudEvent that is not from commercetools' })
    }
    if (typeof data !== 'object' || data === null) return bad('cloudevents', 'a CloudEvent without data')
    return single('cloudevents', payload(data, received))
  }
  return single('platform', payload(body, received))
}

function inside(form: string, content: unknown, received: Received, depth: number): Read {
  if (content === undefined) return bad(form, 'the message in the envelope is not JSON')
  return { form, parts: open(content, received, depth + 1).parts }
}

const decoded = (data: string | undefined): unknown =>
  data === undefined ? undefined : json(Buffer.from(data, 'base64').toString('utf8'))
