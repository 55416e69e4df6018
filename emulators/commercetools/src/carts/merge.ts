/** An anonymous cart meets its customer: it is poured into the customer's cart, or becomes it. */
import type { Act } from '../model/entities.ts'
import { invalidInput, invalidOperation, notFound } from '../model/errors.ts'
import { type JsonObject, optional, optionalFlag, optionalText, sameJson } from '../model/json.ts'
import { given } from '../model/rows.ts'
import type { Cart, LineItem } from '../model/trade.ts'
import { resolve } from '../resources/references.ts'
import type { Project } from '../store/project.ts'
import type { World } from '../store/world.ts'
import { customerOf, word } from '../trade/basket.ts'
import { checkItems } from '../trade/items.ts'
import { recalculated, repriced } from '../trade/totals.ts'
import { counted } from './counted.ts'
import { updated } from './update.ts'

const MODES = ['MergeWithExistingCustomerCart', 'UseAsNewActiveCustomerCart'] as const

export function mergeCart(world: World, project: Project, customerId: string, draft: JsonObject, act: Act): Cart {
  const owner = customerOf(project, customerId)
  const anonymous = anonymousCart(project, draft)
  const mode = word(draft, 'mergeMode', MODES)
  const present = mode === MODES[0] ? activeCart(project, customerId) : undefined
  const now = world.clock.iso()
  const changed = { lastModifiedAt: now, lastModifiedBy: act.by }
  const base: Cart = present
    ? { ...present, lineItems: together(present.lineItems, anonymous.lineItems) }
    : { ...anonymous, ...owner }
  const fresh = optionalFlag(draft, 'updateProductData') === true ? updated(project, base) : base
  checkItems(fresh)
  const whole = counted(recalculated(project, repriced(project, fresh, now)))
  const after: Cart = { ...whole, ...changed, version: base.version + 1 }
  const told = { ...act, actions: ['merge'] }
  world.commit({ project, typeId: 'cart', act: told, before: present ?? anonymous, after, silent: true })
  if (present) {
    const poured: Cart = { ...anonymous, ...changed, cartState: 'Merged', version: anonymous.version + 1 }
    world.commit({ project, typeId: 'cart', act: told, before: anonymous, after: poured, silent: true })
  }
  return after
}

/** The active cart of a customer that was changed last. */
export function activeCart(project: Project, customerId: string): Cart | undefined {
  return latest(project.carts.find('customerId', customerId))
}

const latest = (carts: Cart[]): Cart | undefined =>
  carts
    .filter(each => each.cartState === 'Active')
    .reduce<Cart | undefined>(
      (best, each) => (best && best.lastModifiedAt >= each.lastModifiedAt ? best : each),
      undefined,
    )

function anonymousCart(project: Project, draft: JsonObject): Cart {
  const anonymousId = optionalText(draft, 'anonymousId')
  const reference = optional(draft, 'anonymousCart')
  if (reference === undefined && anonymousId === undefined) {
    throw invalidInput("Either 'anonymousCart' or 'anonymousId' is required.")
  }
  const found =
    reference === undefined
      ? latest(project.carts.find('anonymousId', anonymousId ?? ''))
      : resolve(project.carts, 'cart', reference)
  if (!found) throw notFound(`There is no active cart of the anonymous session '${anonymousId}'.`)
  if (anonymousId !== undefined && found.anonymousId !== anonymousId) {
    throw invalidOperation('The anonymous ID does not match that of the anonymous cart.')
  }
  if (found.cartState !== 'Active' || found.customerId !== undefined) {
    throw invalidOperation(`The cart with ID '${found.id}' is not an active anonymous cart.`)
  }
  return found
}

/** What is in both carts is there once, in the larger of the two quantities. */
function together(mine: LineItem[], theirs: LineItem[]): LineItem[] {
  const all = [...mine]
  for (const item of theirs) {
    const place = all.findIndex(each => sameJson(identity(each), identity(item)))
    const known = all[place]
    if (!known) {
      const { key, ...rest } = item
      // A key that stands for something else here is not taken along.
      all.push({ ...rest, ...given('key', all.some(each => each.key === key) ? undefined : key) })
    } else if (item.quantity > known.quantity) {
      all[place] = { ...known, quantity: item.quantity, state: item.state }
    }
  }
  return all
}

const identity = ({ productId, variant, supplyChannel, distributionChannel, custom, priceMode }: LineItem) => [
  productId,
  variant.id,
  supplyChannel,
  distributionChannel,
  custom,
  priceMode,
]
