/** The mappings of the timeline: what commercetools' messages tell of orders and quotes, as closed Tasks. */
import { define } from '../../core/define.ts'
import type { LinkRule, Mapping } from '../../model/mapping.ts'
import type { People } from '../customer-person/index.ts'
import { activities } from './activities.ts'
import { personOf, type TaskOptions, taskPart, whatOf, whoOf } from './taskPart.ts'
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

export type MessageActivityOptions = TaskOptions & {
  readonly people?: People
  /** By message type; what is not named is as `defaults` says. */
  readonly messages?: Readonly<Partial<Record<string, MessageSetting>>>
  /** What is older makes no Task. Default: seven days. */
  readonly historyMs?: number
  /** The language where the record's own is missing. Default: `en`. */
  readonly language?: string
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
  const guest = { orGuest: 'guest-person' }
  return [
    ...(isPerson ? [] : [whoOf(customer, guest)]),
    what === null ? { ...personOf('WhatId', 'What', 'account', customer), ...guest } : whatOf(what.mapping, what.role),
  ]
}

function mappingOf(about: About, options: MessageActivityOptions): Mapping {
  const prefix = options.fieldPrefix ?? 'CT_'
  const keyField = options.keyField ?? `${prefix}Id__c`
  const told = toldBy(options.messages, about.defaults)
  const types = Object.keys(told)
  return define({
    name: about.name,
    doc: doc(about.commerce === 'order' ? 'orders' : 'requests for quotes'),
    commerce: about.commerce,
    keyField,
    parts: [taskPart(options, linksOf(about, options.people === 'person-account'))],
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
