/** Updating a cart: its actions, what a frozen or an ordered one refuses, and totals that follow each change. */
import { invalidOperation, malformedJson } from '../model/errors.ts'
import type { JsonObject } from '../model/json.ts'
import { optional, optionalFlag, optionalText } from '../model/json.ts'
import { withValue } from '../model/rows.ts'
import type { Cart, LineItem } from '../model/trade.ts'
import { freeKey } from '../resources/keys.ts'
import { type Action, type Actions, type Context, updateRow } from '../resources/update.ts'
import type { Project } from '../store/project.ts'
import { put, unitRef, word } from '../trade/basket.ts'
import { basketActions } from '../trade/basketActions.ts'
import { itemActions } from '../trade/itemActions.ts'
import { again, priceActions, totalTax } from '../trade/priceActions.ts'
import { recalculated, repriced } from '../trade/totals.ts'
import { counted } from './counted.ts'
import { deleteDays } from './create.ts'
import { watch } from './expiry.ts'

/** People, addresses and names of a cart: what they are for prices shows in the totals at once. */
const plain: Actions<Cart> = {
  ...basketActions<Cart>(),
  setKey(row, action, { project }) {
    const key = freeKey(project.carts, row.id, optionalText(action, 'key'))
    return key === row.key ? null : { row: withValue(row, 'key', key) }
  },
  setAnonymousId(row, action) {
    const anonymousId = optionalText(action, 'anonymousId')
    if (anonymousId === row.anonymousId) return null
    if (row.customerId !== undefined) throw invalidOperation('The cart is already associated with a customer.')
    return { row: put(row, 'anonymousId', anonymousId) }
  },
  setBusinessUnit(row, action, { project }) {
    if (!row.businessUnit) throw invalidOperation('The cart has no business unit that could be changed.')
    const unit = unitRef(project, optional(action, 'businessUnit'))
    if (!unit) throw malformedJson('businessUnit: Missing required value')
    return unit.key === row.businessUnit.key ? null : { row: put(row, 'businessUnit', unit) }
  },
  setDeleteDaysAfterLastModification(row, action) {
    const days = deleteDays(action)
    if (days === row.deleteDaysAfterLastModification) return null
    return { row: { ...row, deleteDaysAfterLastModification: days } }
  },
  freezeCart(row, action) {
    const freezeStrategy = word(action, 'strategy', ['SoftFreeze', 'HardFreeze'] as const)
    if (row.lineItems.length + row.customLineItems.length === 0)
      throw invalidOperation('An empty cart can not be frozen.')
    if (row.cartState !== 'Active') throw invalidOperation(`A cart in state '${row.cartState}' can not be frozen.`)
    return { row: { ...row, cartState: 'Frozen', freezeStrategy } }
  },
  unfreezeCart(row) {
    if (row.cartState !== 'Frozen') throw invalidOperation('The cart is not frozen.')
    const { freezeStrategy: _, ...rest } = row
    return { row: { ...rest, cartState: 'Active' } }
  },
}

/** What is refused under a hard freeze. */
const pricing: Actions<Cart> = {
  ...itemActions<Cart>(),
  ...priceActions<Cart>(),
  setCartTotalTax: totalTax,
  /** Versions rise even when all prices were right. */
  recalculate(row, action, context) {
    const fresh = optionalFlag(action, 'updateProductData') === true ? updated(context.project, row) : row
    return again(fresh, context)
  },
}

export const CART_ACTIONS: Actions<Cart> = { ...over(plain, followed), ...over(pricing, guarded) }

function over(actions: Actions<Cart>, wrap: (action: Action<Cart>, name: string) => Action<Cart>): Actions<Cart> {
  return Object.fromEntries(Object.entries(actions).map(([name, action]) => [name, wrap(action, name)]))
}

/** A customer brings a group, an address brings taxes: both reach the prices unless the cart is frozen. */
function followed(action: Action<Cart>, name: string): Action<Cart> {
  return (row, body, context) => {
    const change = action(row, body, context)
    if (change?.row.cartState !== 'Active') return change
    const priced =
      name === 'setCustomerId' ? repriced(context.project, change.row, context.world.clock.iso()) : change.row
    return { ...change, row: recalculated(context.project, priced) }
  }
}

function guarded(action: Action<Cart>): Action<Cart> {
  return (row, body, context) => {
    if (row.cartState === 'Frozen' && row.freezeStrategy === 'HardFreeze') {
      throw invalidOperation('The cart is frozen: its contents and prices can not be changed.')
    }
    return action(row, body, context)
  }
}

export function updateCart(before: Cart, actions: JsonObject[], context: Context): Cart {
  if (before.cartState === 'Ordered' || before.cartState === 'Merged') {
    throw invalidOperation(`A cart in state '${before.cartState}' can not be changed.`)
  }
  const known = over(CART_ACTIONS, action => (row, body, at) => {
    const change = action(row, body, at)
    return change && { row: counted(change.row) }
  })
  const after = updateRow('cart', before, actions, known, context, { silent: true })
  if (after.deleteDaysAfterLastModification < before.deleteDaysAfterLastModification) watch(context.project, after)
  return after
}

/** Names, types and attributes as the products have them today. */
export function updated(project: Project, cart: Cart): Cart {
  const lineItems = cart.lineItems.map((item): LineItem => {
    const product = project.products.get(item.productId)
    const data = product?.masterData.current
    const variant = data && [data.masterVariant, ...data.variants].find(each => each.id === item.variant.id)
    if (!product || !variant) return item
    return { ...item, name: data.name, productSlug: data.slug, productType: product.productType, variant }
  })
  return { ...cart, lineItems }
}
