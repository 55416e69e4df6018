/**
 * Quotes in data files: what they are made from is named by key, its version is the present one, and the state that the
 * negotiation has reached is said at once (`quoteRequestState`, `stagedQuoteState`, `quoteState` beside the draft).
 */
import type { Act } from '../model/entities.ts'
import { type JsonObject, optional, optionalText } from '../model/json.ts'
import { resolve } from '../resources/references.ts'
import { updateRow } from '../resources/update.ts'
import type { Project } from '../store/project.ts'
import type { World } from '../store/world.ts'
import { createQuote, quoteActions } from './quotes.ts'
import { createQuoteRequest, requestActions } from './requests.ts'
import { createStagedQuote, stagedActions } from './staged.ts'

export function readQuoteRequest(world: World, project: Project, draft: JsonObject, act: Act) {
  const cartVersion = resolve(project.carts, 'cart', draft.cart).version
  const row = createQuoteRequest(world, project, { cartVersion, ...draft }, act)
  const actions = said(draft, 'quoteRequestState', 'changeQuoteRequestState')
  return updateRow('quote-request', row, actions, requestActions, { world, project, act })
}

export function readStagedQuote(world: World, project: Project, draft: JsonObject, act: Act) {
  const quoteRequestVersion = resolve(project.quoteRequests, 'quote-request', draft.quoteRequest).version
  const row = createStagedQuote(world, project, { quoteRequestVersion, ...draft }, act)
  const actions = [
    ...said(draft, 'sellerComment', 'setSellerComment'),
    ...said(draft, 'validTo', 'setValidTo'),
    ...said(draft, 'stagedQuoteState', 'changeStagedQuoteState'),
  ]
  return updateRow('staged-quote', row, actions, stagedActions, { world, project, act })
}

/** A buyer's comment asks for renegotiation. */
export function readQuote(world: World, project: Project, draft: JsonObject, act: Act) {
  const stagedQuoteVersion = resolve(project.stagedQuotes, 'staged-quote', draft.stagedQuote).version
  const row = createQuote(world, project, { stagedQuoteVersion, ...draft }, act)
  const isDeclined = optionalText(draft, 'quoteState') === 'DeclinedForRenegotiation'
  const actions = isDeclined
    ? [{ action: 'requestQuoteRenegotiation', buyerComment: draft.buyerComment }]
    : said(draft, 'quoteState', 'changeQuoteState')
  return updateRow('quote', row, actions, quoteActions, { world, project, act })
}

function said(draft: JsonObject, name: string, action: string): JsonObject[] {
  return optional(draft, name) === undefined ? [] : [{ action, [name]: draft[name] }]
}
