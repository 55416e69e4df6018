/** Associates ask for quotes: a cart, a request, an answer in two drafts, and an order, a second round or a refusal. */
import { createCart } from '../carts/create.ts'
import type { BusinessUnit, Quote, QuoteRequest, StagedQuote } from '../model/b2b.ts'
import type { JsonObject } from '../model/json.ts'
import { createQuote, orderFromQuote, quoteActions } from '../quotes/quotes.ts'
import { createQuoteRequest } from '../quotes/requests.ts'
import { createStagedQuote, stagedActions } from '../quotes/staged.ts'
import { updateRow } from '../resources/update.ts'
import { effectiveStores } from '../units/tree.ts'
import { cartOf, type Plot, plot } from './buying.ts'
import { anyUnit } from './edits.ts'
import { contents } from './shop.ts'

const DAY_MS = 86_400_000
const COMMENTS = [
  'Is there a rebate for ten?',
  'We need them by the end of the month.',
  'Bitte um ein Angebot.',
  '見積りをお願いします。',
]

function present<T extends QuoteRequest | StagedQuote | Quote>(found: T | undefined, what: string): T {
  if (!found) throw new Error(`the ${what} is gone`)
  return found
}

const request = ({ project, name }: Plot) => present(project.quoteRequests.find('key', name)[0], 'quote request')
const staged = ({ project, name }: Plot) => present(project.stagedQuotes.find('key', name)[0], 'staged quote')
const quote = ({ project, name }: Plot) => present(project.quotes.find('key', name)[0], 'quote')

function changeQuote(scene: Plot, action: JsonObject) {
  const { world, project, act } = scene
  updateRow('quote', quote(scene), [action], quoteActions, { world, project, act })
}

const STEPS = [
  (scene: Plot) => {
    const { world, project, dice, act, name } = scene
    const tried = Array.from({ length: 8 }, () => anyUnit(project, dice))
    // An associate stays behind when its customer is erased, and buys nothing any more.
    const alive = (unit: BusinessUnit) => unit.associates.find(each => project.customers.get(each.customer.id))
    const unit = tried.find(each => each && alive(each))
    const associate = unit && alive(unit)
    if (!unit || !associate) throw new Error('there is no company; play the scenario company first')
    const [store] = project.stores.find('key', effectiveStores(project, unit)[0]?.key ?? '')
    const [address] = unit.addresses
    const draft = {
      ...contents(dice, address as JsonObject | undefined, store),
      key: name,
      customerId: associate.customer.id,
      businessUnit: { typeId: 'business-unit', key: unit.key },
    }
    createCart(world, project, draft, act)
  },
  (scene: Plot) => {
    const { world, project, dice, act, name } = scene
    const { id, version } = cartOf(scene)
    const draft = { key: name, cart: { typeId: 'cart', id }, cartVersion: version, comment: dice.pick(COMMENTS) }
    createQuoteRequest(world, project, draft, act)
  },
  (scene: Plot) => {
    const { world, project, act, name } = scene
    const { id, version } = request(scene)
    const draft = {
      key: name,
      quoteRequest: { typeId: 'quote-request', id },
      quoteRequestVersion: version,
      quoteRequestStateToAccepted: true,
    }
    createStagedQuote(world, project, draft, act)
  },
  (scene: Plot) => {
    const { world, project, dice, act } = scene
    const validTo = new Date(world.clock.ms() + (7 + dice.int(60)) * DAY_MS).toISOString()
    const actions = [
      { action: 'setSellerComment', sellerComment: `${5 + dice.int(20)} % for you` },
      { action: 'setValidTo', validTo },
    ]
    updateRow('staged-quote', staged(scene), actions, stagedActions, { world, project, act })
  },
  (scene: Plot) => {
    const { world, project, act, name } = scene
    const { id, version } = staged(scene)
    const draft = {
      key: name,
      stagedQuote: { typeId: 'staged-quote', id },
      stagedQuoteVersion: version,
      stagedQuoteStateToSent: true,
    }
    createQuote(world, project, draft, act)
  },
  (scene: Plot) => {
    const { world, project, act, name, chosen } = scene
    const luck = chosen.next()
    if (luck < 0.2) return changeQuote(scene, { action: 'requestQuoteRenegotiation', buyerComment: 'Still too dear' })
    if (luck < 0.35) return changeQuote(scene, { action: 'changeQuoteState', quoteState: 'Declined' })
    const { id, version } = quote(scene)
    const draft = { quote: { typeId: 'quote', id }, version, quoteStateToAccepted: true, orderNumber: name }
    orderFromQuote(world, project, draft, act)
  },
]

export const negotiate = plot('deal', STEPS)
export const QUOTE_STEPS = STEPS.length
