/** Quotes: the offer that a buyer accepts, declines or wants to talk about again; and the order that follows. */

import type { Quote, QuoteState } from '../model/b2b.ts'
import type { Act } from '../model/entities.ts'
import { invalidOperation } from '../model/errors.ts'
import { type JsonObject, optionalFlag, optionalText } from '../model/json.ts'
import { given, withValue } from '../model/rows.ts'
import type { Order } from '../model/trade.ts'
import { freeNumber, keep } from '../orders/create.ts'
import { optionalWord } from '../orders/states.ts'
import { fresh } from '../resources/change.ts'
import { freeKey } from '../resources/keys.ts'
import { resolve } from '../resources/references.ts'
import { startingState } from '../resources/states.ts'
import { type Actions, updateRow } from '../resources/update.ts'
import type { Project } from '../store/project.ts'
import type { World } from '../store/world.ts'
import { changeCustomer, changeState, checkVersionOf, inheritedCustom, sharedActions } from './common.ts'
import { basket, offered } from './offered.ts'
import { stagedActions } from './staged.ts'

/** `DeclinedForRenegotiation` is reached by a request for renegotiation alone. Source: Quotes, Change Quote State. */
const STATES: readonly Exclude<QuoteState, 'DeclinedForRenegotiation'>[] = [
  'Pending',
  'Declined',
  'RenegotiationAddressed',
  'Accepted',
  'Withdrawn',
]

/** Contents and prices are those of the quotation cart at this moment. */
export function createQuote(world: World, project: Project, draft: JsonObject, act: Act): Quote {
  const staged = resolve(project.stagedQuotes, 'staged-quote', draft.stagedQuote)
  checkVersionOf(staged, draft, 'stagedQuoteVersion')
  if (staged.stagedQuoteState === 'Closed') throw invalidOperation(`The staged quote '${staged.id}' is closed.`)
  const cart = resolve(project.carts, 'cart', staged.quotationCart)
  const row: Quote = {
    ...fresh(world, act),
    ...given('key', freeKey(project.quotes, '', optionalText(draft, 'key'))),
    quoteRequest: staged.quoteRequest,
    stagedQuote: { typeId: 'staged-quote', id: staged.id },
    ...given('customer', staged.customer),
    ...given('validTo', staged.validTo),
    ...given('sellerComment', staged.sellerComment),
    ...offered(cart),
    ...given('purchaseOrderNumber', staged.purchaseOrderNumber),
    ...given('custom', inheritedCustom(project, draft, staged.custom, 'quote')),
    quoteState: 'Pending',
    ...given('state', startingState(project, draft, 'QuoteState')),
  }
  if (optionalFlag(draft, 'stagedQuoteStateToSent')) {
    const send = { action: 'changeStagedQuoteState', stagedQuoteState: 'Sent' }
    updateRow('staged-quote', staged, [send], stagedActions, { world, project, act })
  }
  const messages = [{ body: { type: 'QuoteCreated' }, version: 1 }]
  world.commit({ project, typeId: 'quote', act, after: row, messages })
  return row
}

export const quoteActions: Actions<Quote> = {
  changeQuoteState: changeState('Quote', 'quoteState', STATES),
  requestQuoteRenegotiation(row, action) {
    if (row.quoteState !== 'Pending') {
      throw invalidOperation(`A renegotiation can not be requested for a quote in state '${row.quoteState}'.`)
    }
    const buyerComment = optionalText(action, 'buyerComment')
    return {
      row: { ...withValue(row, 'buyerComment', buyerComment), quoteState: 'DeclinedForRenegotiation' },
      messages: [{ type: 'QuoteRenegotiationRequested', ...given('buyerComment', buyerComment) }],
    }
  },
  changeCustomer: changeCustomer('Quote'),
  ...sharedActions<Quote>('Quote', 'quote'),
}

/** Source: Orders, Create Order from Quote: the quote is pending and has not run out. */
export function orderFromQuote(world: World, project: Project, draft: JsonObject, act: Act): Order {
  const quote = resolve(project.quotes, 'quote', draft.quote)
  checkVersionOf(quote, draft, 'version')
  const now = world.clock.iso()
  if (quote.quoteState !== 'Pending')
    throw invalidOperation(`The quote '${quote.id}' is in state '${quote.quoteState}'.`)
  if (quote.validTo !== undefined && quote.validTo < now) throw invalidOperation(`The quote '${quote.id}' has expired.`)
  const customer = quote.customer && project.customers.get(quote.customer.id)
  const order: Order = {
    ...fresh(world, act),
    ...given('customerId', quote.customer?.id),
    ...given('customerEmail', customer?.email),
    ...offered(quote),
    ...basket(),
    ...given('locale', customer?.locale),
    ...given('orderNumber', freeNumber(project, '', optionalText(draft, 'orderNumber'))),
    orderState: optionalWord(draft, 'orderState', 'orderState') ?? 'Open',
    ...given('shipmentState', optionalWord(draft, 'shipmentState', 'shipmentState')),
    ...given('paymentState', optionalWord(draft, 'paymentState', 'paymentState')),
    ...given('state', startingState(project, draft, 'OrderState')),
    syncInfo: [],
    returnInfo: [],
    quote: { typeId: 'quote', id: quote.id },
  }
  if (optionalFlag(draft, 'quoteStateToAccepted')) {
    const accept = { action: 'changeQuoteState', quoteState: 'Accepted' }
    updateRow('quote', quote, [accept], quoteActions, { world, project, act })
  }
  return keep(world, project, order, 'OrderCreated', act)
}
