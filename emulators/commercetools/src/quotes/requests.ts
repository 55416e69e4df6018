/** Quote requests: a buyer asks for an offer on what lies in a cart. */

import type { QuoteRequest, QuoteRequestState } from '../model/b2b.ts'
import type { Act } from '../model/entities.ts'
import { invalidOperation } from '../model/errors.ts'
import { type JsonObject, optionalText } from '../model/json.ts'
import { given } from '../model/rows.ts'
import type { Cart } from '../model/trade.ts'
import { fresh } from '../resources/change.ts'
import { customOf } from '../resources/custom.ts'
import { freeKey } from '../resources/keys.ts'
import { resolve } from '../resources/references.ts'
import { startingState } from '../resources/states.ts'
import type { Actions } from '../resources/update.ts'
import type { Project } from '../store/project.ts'
import type { World } from '../store/world.ts'
import { changeCustomer, changeState, checkVersionOf, sharedActions } from './common.ts'
import { offered } from './offered.ts'

export const REQUEST_STATES: readonly QuoteRequestState[] = ['Submitted', 'Accepted', 'Closed', 'Rejected', 'Cancelled']

/** The cart itself stays as it is, and what happens to it later is of no matter to the request. */
export function createQuoteRequest(world: World, project: Project, draft: JsonObject, act: Act): QuoteRequest {
  const cart = resolve(project.carts, 'cart', draft.cart)
  checkVersionOf(cart, draft, 'cartVersion')
  const customerId = checkRequestable(cart)
  const row: QuoteRequest = {
    ...fresh(world, act),
    ...given('key', freeKey(project.quoteRequests, '', optionalText(draft, 'key'))),
    quoteRequestState: 'Submitted',
    ...given('comment', optionalText(draft, 'comment')),
    customer: { typeId: 'customer', id: customerId },
    ...offered(cart),
    ...given('purchaseOrderNumber', optionalText(draft, 'purchaseOrderNumber') ?? cart.purchaseOrderNumber),
    ...given('custom', customOf(project, draft.custom, 'quote-request')),
    ...given('state', startingState(project, draft, 'QuoteRequestState')),
    cart: { typeId: 'cart', id: cart.id },
  }
  const messages = [{ body: { type: 'QuoteRequestCreated' }, version: 1 }]
  world.commit({ project, typeId: 'quote-request', act, after: row, messages })
  return row
}

/** Source: Quote Requests, QuoteRequestDraft. That an empty or ordered cart is refused is an assumption. */
function checkRequestable(cart: Cart): string {
  const why = (reason: string) => invalidOperation(`A quote can not be requested for the cart '${cart.id}': ${reason}.`)
  if (cart.customerId === undefined) throw why('it belongs to no customer')
  if (cart.discountCodes.length > 0) throw why('it has discount codes')
  if (!cart.shippingAddress) throw why('it has no shipping address')
  if (cart.cartState !== 'Active' && cart.cartState !== 'Frozen') throw why(`it is in state '${cart.cartState}'`)
  if (cart.lineItems.length + cart.customLineItems.length === 0) throw why('it is empty')
  return cart.customerId
}

export const requestActions: Actions<QuoteRequest> = {
  changeQuoteRequestState: changeState('QuoteRequest', 'quoteRequestState', REQUEST_STATES),
  changeCustomer: changeCustomer('QuoteRequest'),
  ...sharedActions<QuoteRequest>('QuoteRequest', 'quote-request'),
}
