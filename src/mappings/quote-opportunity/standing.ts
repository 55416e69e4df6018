/** Where a negotiation stands, seen from its request: the order that came of it, else the offer, else the request itself. */
import type { Json, JsonObject } from '../../model/resource.ts'
import type { Derive } from '../../model/watched.ts'
import { currencyOf, objectsIn } from '../codecs/basket.ts'

/** The states of each step, in commercetools' own words. Source: HTTP API, Quote Request, Staged Quote, Quote, Order. */
const states = {
  'quote-request': ['Submitted', 'Accepted', 'Closed', 'Rejected', 'Cancelled'],
  'staged-quote': ['InProgress', 'Sent', 'Closed'],
  quote: ['Pending', 'Declined', 'DeclinedForRenegotiation', 'RenegotiationAddressed', 'Accepted', 'Withdrawn'],
  order: ['Open', 'Confirmed', 'Complete', 'Cancelled'],
} as const

type Step = keyof typeof states

/** All that `CT_Quote_State__c` may hold: `quote.Pending`. */
export const standings: readonly string[] = Object.entries(states).flatMap(([step, words]) =>
  words.map(word => `${step}.${word}`),
)

/** Stages that every new org has. Source: Opportunity, StageName. */
export const defaultStages: Readonly<Record<string, string>> = {
  'quote-request.Submitted': 'Qualification',
  'quote-request.Accepted': 'Needs Analysis',
  'quote-request.Closed': 'Closed Lost',
  'quote-request.Rejected': 'Closed Lost',
  'quote-request.Cancelled': 'Closed Lost',
  'staged-quote.InProgress': 'Value Proposition',
  'staged-quote.Sent': 'Proposal/Price Quote',
  'staged-quote.Closed': 'Closed Lost',
  'quote.Pending': 'Proposal/Price Quote',
  'quote.Declined': 'Closed Lost',
  'quote.DeclinedForRenegotiation': 'Negotiation/Review',
  'quote.RenegotiationAddressed': 'Negotiation/Review',
  'quote.Accepted': 'Closed Won',
  'quote.Withdrawn': 'Closed Lost',
  'order.Open': 'Closed Won',
  'order.Confirmed': 'Closed Won',
  'order.Complete': 'Closed Won',
  'order.Cancelled': 'Closed Lost',
}

const dayMs = 86_400_000

const textOf = (value: Json | undefined): string | null =>
  typeof value === 'string' && value.trim() !== '' ? value : null

const isOver = ({ quoteRequestState }: JsonObject): boolean =>
  quoteRequestState === 'Rejected' || quoteRequestState === 'Cancelled'

/** The one that was made last; of two made in one instant the same one always. */
const newest = (all: Json | undefined): JsonObject | undefined => {
  const made = (one: JsonObject): string => `${textOf(one.createdAt) ?? ''} ${textOf(one.id) ?? ''}`
  return objectsIn(all).reduce<JsonObject | undefined>(
    (last, one) => (last === undefined || made(one) > made(last) ? one : last),
    undefined,
  )
}

type Standing = { readonly step: Step; readonly state: string | null; readonly of: JsonObject }

function standingOf(
  request: JsonObject,
  steps: Record<'staged' | 'quote' | 'order', JsonObject | undefined>,
): Standing {
  const { staged, quote, order } = steps
  if (order !== undefined) return { step: 'order', state: textOf(order.orderState), of: order }
  if (quote !== undefined) return { step: 'quote', state: textOf(quote.quoteState), of: quote }
  const asked = { step: 'quote-request', state: textOf(request.quoteRequestState), of: request } as const
  if (staged === undefined || isOver(request)) return asked
  return { step: 'staged-quote', state: textOf(staged.stagedQuoteState), of: staged }
}

export type StandingOptions = {
  /** The stage of each state; a state that commercetools may add later has that of the first one of its step. */
  readonly stages: Readonly<Partial<Record<string, string>>>
  /** A request without an offer is expected to close after so many days. */
  readonly closesAfterDays: number
}

/** The day on which it closed, or is to: of an offer the day until which it holds. */
function closing(stage: string, { of, step }: Standing, offer: JsonObject, request: JsonObject, days: number) {
  if (step === 'order') return textOf(of.createdAt)
  if (stage.startsWith('Closed')) return textOf(of.lastModifiedAt)
  const until = textOf(offer.validTo)
  if (until !== null) return until
  const at = new Date(Date.parse(textOf(request.createdAt) ?? '') + days * dayMs)
  return Number.isNaN(at.getTime()) ? null : at.toISOString()
}

export const negotiated =
  ({ stages, closesAfterDays }: StandingOptions): Derive =>
  body => {
    const staged = newest(body.stagedQuotes)
    const quote = newest(body.quotes)
    const order = newest(body.orders)
    const standing = standingOf(body, { staged, quote, order })
    const state = `${standing.step}.${standing.state}`
    const stage = stages[state] ?? stages[`${standing.step}.${states[standing.step][0]}`] ?? ''
    const offer = quote ?? staged ?? {}
    const basket = order ?? quote ?? body
    const { customer } = quote ?? body
    return {
      state,
      stage,
      closesAt: closing(stage, standing, offer, body, closesAfterDays),
      basket,
      currency: currencyOf(basket.totalPrice),
      rounds: objectsIn(body.quotes).length,
      validTo: offer.validTo ?? null,
      buyerComment: quote?.buyerComment ?? body.comment ?? null,
      sellerComment: offer.sellerComment ?? null,
      orderNumber: order === undefined ? null : (order.orderNumber ?? order.id ?? null),
      customer: customer ?? null,
      people: customer === undefined || customer === null ? [] : [customer],
    }
  }
