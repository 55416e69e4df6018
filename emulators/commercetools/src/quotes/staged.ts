/** Staged quotes: what a seller prepares in answer to a quote request, in a cart of its own. */

import { instant } from '../catalog/prices.ts'
import type { StagedQuote, StagedQuoteState } from '../model/b2b.ts'
import type { Act } from '../model/entities.ts'
import { invalidOperation } from '../model/errors.ts'
import { type JsonObject, optionalFlag, optionalText } from '../model/json.ts'
import { given, withValue } from '../model/rows.ts'
import { fresh } from '../resources/change.ts'
import { freeKey } from '../resources/keys.ts'
import { resolve } from '../resources/references.ts'
import { startingState } from '../resources/states.ts'
import { type Actions, updateRow } from '../resources/update.ts'
import type { Project } from '../store/project.ts'
import type { World } from '../store/world.ts'
import { changeState, checkVersionOf, inheritedCustom, sharedActions } from './common.ts'
import { quotationCart } from './offered.ts'
import { requestActions } from './requests.ts'

const STATES: readonly StagedQuoteState[] = ['InProgress', 'Sent', 'Closed']
/** In these a request is over; that nothing can be offered then is an assumption. */
const OVER = ['Closed', 'Rejected', 'Cancelled']

export function createStagedQuote(world: World, project: Project, draft: JsonObject, act: Act): StagedQuote {
  const request = resolve(project.quoteRequests, 'quote-request', draft.quoteRequest)
  checkVersionOf(request, draft, 'quoteRequestVersion')
  if (OVER.includes(request.quoteRequestState)) {
    throw invalidOperation(`The quote request '${request.id}' is in state '${request.quoteRequestState}'.`)
  }
  const made = {
    ...fresh(world, act),
    ...given('key', freeKey(project.stagedQuotes, '', optionalText(draft, 'key'))),
    ...given('custom', inheritedCustom(project, draft, request.custom, 'staged-quote')),
    ...given('state', startingState(project, draft, 'StagedQuoteState')),
  }
  if (optionalFlag(draft, 'quoteRequestStateToAccepted')) {
    const accept = { action: 'changeQuoteRequestState', quoteRequestState: 'Accepted' }
    updateRow('quote-request', request, [accept], requestActions, { world, project, act })
  }
  const cart = quotationCart(world, project, request, act)
  const row: StagedQuote = {
    ...made,
    stagedQuoteState: 'InProgress',
    customer: request.customer,
    quoteRequest: { typeId: 'quote-request', id: request.id },
    quotationCart: { typeId: 'cart', id: cart.id },
    ...given('purchaseOrderNumber', request.purchaseOrderNumber),
    ...given('businessUnit', request.businessUnit),
    ...given('store', request.store),
  }
  const messages = [{ body: { type: 'StagedQuoteCreated' }, version: 1 }]
  world.commit({ project, typeId: 'staged-quote', act, after: row, messages })
  return row
}

export const stagedActions: Actions<StagedQuote> = {
  changeStagedQuoteState: changeState('StagedQuote', 'stagedQuoteState', STATES),
  setSellerComment(row, action) {
    const sellerComment = optionalText(action, 'sellerComment')
    if (sellerComment === row.sellerComment) return null
    return {
      row: withValue(row, 'sellerComment', sellerComment),
      messages: [{ type: 'StagedQuoteSellerCommentSet', ...given('sellerComment', sellerComment) }],
    }
  },
  setValidTo(row, action) {
    const validTo = instant(action, 'validTo')
    if (validTo === row.validTo) return null
    return {
      row: withValue(row, 'validTo', validTo),
      messages: [{ type: 'StagedQuoteValidToSet', ...given('validTo', validTo) }],
    }
  },
  ...sharedActions<StagedQuote>('StagedQuote', 'staged-quote'),
}
