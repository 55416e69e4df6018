/** The mappings of the timeline: what commercetools' messages tell of orders and quotes, as closed Tasks. */
import { define } from '../../core/define.ts'
import type { FieldRule, LinkRule, Mapping, MappingPart } from '../../model/mapping.ts'
import { dayIn } from '../codecs/dayIn.ts'
import { text } from '../codecs/text.ts'
import type { People } from '../customer-person/index.ts'
import { activities } from './activities.ts'
import { ready, type Told, type Words } from './words.ts'

/** Where messages go: nowhere, or to Salesforce's Task. */
export type Activity = 'none' | 'task'

/** `true` takes the ready-made words, `false` leaves the message type out. */
export type MessageSetting =
  | boolean
  | {
      readonly subject?: Words | undefined
      readonly text?: Words | undefined
      readonly coalesceMs?: number | undefined
    }

export type MessageActivityOptions = {
  readonly people?: People
  readonly keyField?: string
  readonly fieldPrefix?: string
  /** By message type; what is not named is as `defaults` says. */
  readonly messages?: Readonly<Partial<Record<string, MessageSetting>>>
  /** What is older makes no Task. Default: seven days. */
  readonly historyMs?: number
  /** A closed status. Default: `Completed`. */
  readonly closedStatus?: string
  /** The language where the record's own is missing. Default: `en`. */
  readonly language?: string
  /** Where a day begins. Default: `UTC`. */
  readonly timeZone?: string
}

/** Of what a mapping tells: the type in commercetools, and the record that it became, if any. */
type About = {
  readonly name: string
  readonly commerce: 'order' | 'quote-request'
  /** Where a Task is filed: the mapping and role of its record; null where there is none. */
  readonly what: { readonly mapping: string; readonly role: string } | null
  readonly customer: string
  readonly defaults: readonly string[]
}

const doc = (
  what: string,
): string => `Messages of commercetools about ${what} become closed Tasks, once each: on the timeline of the Contact and of the record that it became.
They are read along with it, so that a Task comes with the change that it tells of, in one call, and a lost delivery loses none. Several messages
of a kind within coalesceMs are one Task with a list. A message older than historyMs makes none. A Task that somebody deletes is not
made again. With person accounts a Task has no Contact and stands on the record alone.`

const owner = 'commerce'

function toldBy(
  messages: MessageActivityOptions['messages'] = {},
  defaults: readonly string[],
): Readonly<Record<string, Told>> {
  const names = new Set([...defaults, ...Object.keys(messages)])
  return Object.fromEntries(
    [...names].flatMap(type => {
      const said = messages[type] ?? true
      if (said === false) return []
      const known = ready[type]
      const own = said === true ? {} : said
      const subject = own.subject ?? known?.subject ?? type
      const words = own.text ?? known?.text
      const coalesceMs = own.coalesceMs ?? known?.coalesceMs
      return [
        [
          type,
          { subject, ...(words !== undefined && { text: words }), ...(coalesceMs !== undefined && { coalesceMs }) },
        ],
      ]
    }),
  )
}

function linksOf({ what, customer }: About, isPerson: boolean): readonly LinkRule[] {
  const person = (crm: string, relationship: string, role: string): LinkRule => ({
    crm,
    relationship,
    mapping: 'customer-person',
    role,
    of: { type: 'customer', id: `whole.${customer}` },
    orGuest: 'guest-person',
    owner: 'seed',
    required: false,
    patient: true,
    byId: true,
  })
  return [
    ...(isPerson ? [] : [person('WhoId', 'Who', 'contact')]),
    what === null
      ? person('WhatId', 'What', 'account')
      : { crm: 'WhatId', relationship: 'What', ...what, of: 'self', owner: 'seed', required: true, byId: true },
  ]
}

function mappingOf(about: About, options: MessageActivityOptions): Mapping {
  const prefix = options.fieldPrefix ?? 'CT_'
  const keyField = options.keyField ?? `${prefix}Id__c`
  const told = toldBy(options.messages, about.defaults)
  const types = Object.keys(told)
  const fields: readonly FieldRule[] = [
    { crm: 'Subject', commerce: 'subject', owner, codec: text, required: true, personal: false },
    { crm: 'Description', commerce: 'text', owner, codec: text },
    { crm: 'ActivityDate', commerce: 'at', owner, codec: dayIn(options.timeZone ?? 'UTC'), personal: false },
    { crm: `${prefix}Message_Type__c`, commerce: 'type', owner: 'seed', codec: text, personal: false },
  ]
  const part: MappingPart = {
    role: 'task',
    each: { of: 'derived.activities', id: 'id', whenGone: 'unlink' },
    object: 'Task',
    match: [{ by: 'external-id', crm: keyField, commerce: 'key' }],
    fields,
    links: linksOf(about, options.people === 'person-account'),
    defaults: { Status: options.closedStatus ?? 'Completed' },
  }
  return define({
    name: about.name,
    doc: doc(about.commerce === 'order' ? 'orders' : 'requests for quotes'),
    commerce: about.commerce,
    keyField,
    parts: [part],
    deletion: 'unlink',
    whenGone: 'unlink',
    creates: 'commerce',
    expand: [],
    touchedBy: [],
    companions: [
      {
        as: 'messages',
        type: 'message',
        by: 'resource',
        where: `type in (${types.map(type => `"${type}"`).join(',')})`,
        tells: types,
      },
    ],
    derive: activities({
      told,
      historyMs: options.historyMs ?? 604_800_000,
      language: options.language ?? 'en',
    }),
  })
}

const ofOrders = (isKept: boolean): About => ({
  name: 'message-activity',
  commerce: 'order',
  what: isKept ? { mapping: 'order-order', role: 'order' } : null,
  customer: 'customerId',
  defaults: ['OrderCreated'],
})

const ofQuotes: About = {
  name: 'quote-activity',
  commerce: 'quote-request',
  what: { mapping: 'quote-opportunity', role: 'opportunity' },
  customer: 'customer.id',
  defaults: ['QuoteRequestCreated'],
}

/** Tasks of orders. `isKept`: orders are records in Salesforce, which Tasks then are about. Throws a RangeError for a template that is none. */
export const messageActivity = (options: MessageActivityOptions = {}, isKept = true): Mapping =>
  mappingOf(ofOrders(isKept), options)

/** Tasks of requests for quotes. */
export const quoteActivity = (options: MessageActivityOptions = {}): Mapping => mappingOf(ofQuotes, options)
