/** Update actions that bear on prices and taxes as a whole: country, customer group, tax modes, shipping, codes. */

import { withCode } from '../catalog/discountCodes.ts'
import { rateFor, shippingRate } from '../catalog/shippingMethods.ts'
import { taxRate } from '../catalog/taxCategories.ts'
import { checkCountry } from '../customers/fields.ts'
import { ApiError, invalidField, invalidOperation, referenceNotFound } from '../model/errors.ts'
import { type JsonObject, object, objects, optional, optionalObject, optionalText, text } from '../model/json.ts'
import { given, withValue } from '../model/rows.ts'
import type { Basket, ShippingInfo, TaxedPrice, TaxMode } from '../model/trade.ts'
import { customOf } from '../resources/custom.ts'
import { resolve } from '../resources/references.ts'
import type { Actions, Context } from '../resources/update.ts'
import type { Project } from '../store/project.ts'
import { groupRef, put, rounding, word } from './basket.ts'
import { summed } from './itemActions.ts'
import { checkSameCurrency, externalRate, namedItem } from './items.ts'
import { cents, money } from './money.ts'
import { taxedPrice } from './tax.ts'
import { recalculated, repriced } from './totals.ts'

export const TAX_MODES: readonly [TaxMode, ...TaxMode[]] = ['Platform', 'External', 'ExternalAmount', 'Disabled']

export const priceActions = <T extends Basket>(): Actions<T> => ({
  setCountry(row, action, context) {
    const value = optionalText(action, 'country')
    const country = value === undefined ? undefined : checkCountry(value)
    if (country === row.country) return null
    checkCountryOfStore(context.project, row.store?.key, country)
    return again(put(row, 'country', country), context)
  },
  setCustomerGroup(row, action, context) {
    const customerGroup = groupRef(context.project, optional(action, 'customerGroup'))
    if (customerGroup?.id === row.customerGroup?.id) return null
    const { row: changed } = again(put(row, 'customerGroup', customerGroup), context)
    const old = given('oldCustomerGroup', row.customerGroup)
    return {
      row: changed,
      messages: [{ type: 'OrderCustomerGroupSet', ...given('customerGroup', customerGroup), ...old }],
    }
  },
  changeTaxMode(row, action, context) {
    const taxMode = word(action, 'taxMode', TAX_MODES)
    if (taxMode === row.taxMode) return null
    // Rates from outside do not outlive the mode that they were set in.
    const bare = { lineItems: row.lineItems.map(untaxed), customLineItems: row.customLineItems.map(untaxed) }
    const info = row.shippingInfo && untaxed(row.shippingInfo)
    return summed(put(put({ ...row, ...bare, taxMode }, 'shippingInfo', info), 'taxedPrice', undefined), context)
  },
  changeTaxRoundingMode: (row, action, context) =>
    summed(put(row, 'taxRoundingMode', rounding(action, 'taxRoundingMode')), context),
  changePriceRoundingMode: (row, action, context) =>
    summed(put(row, 'priceRoundingMode', rounding(action, 'priceRoundingMode')), context),
  changeTaxCalculationMode: (row, action, context) =>
    summed(
      put(row, 'taxCalculationMode', word(action, 'taxCalculationMode', ['LineItemLevel', 'UnitPriceLevel'] as const)),
      context,
    ),
  setCustomShippingMethod(row, action, context) {
    const info = customShipping(context.project, row, action)
    const custom = customOf(context.project, action.custom, 'shipping')
    return withShipping(put(row, 'shippingCustomFields', custom), info, context)
  },
  setShippingMethod(row, action, context) {
    if (optional(action, 'shippingMethod') === undefined)
      return row.shippingInfo ? withShipping(row, undefined, context) : null
    return withShipping(row, methodShipping(context.project, row, action), context)
  },
  setShippingMethodTaxRate(row, action, context) {
    if (!row.shippingInfo) throw invalidOperation('The shipping method is not set.')
    return summed(put(row, 'shippingInfo', withValue(row.shippingInfo, 'taxRate', externalRate(action, row))), context)
  },
  setLineItemTaxAmount(row, action) {
    const old = namedItem(row.lineItems, action, 'lineItem')
    const changed = { ...untaxed(old), ...amountOf(row, action, old.totalPrice.centAmount) }
    return {
      row: put(
        row,
        'lineItems',
        row.lineItems.map(each => (each.id === old.id ? changed : each)),
      ),
    }
  },
  setCustomLineItemTaxAmount(row, action) {
    const old = namedItem(row.customLineItems, action, 'customLineItem')
    const changed = { ...untaxed(old), ...amountOf(row, action, old.totalPrice.centAmount) }
    return {
      row: put(
        row,
        'customLineItems',
        row.customLineItems.map(each => (each.id === old.id ? changed : each)),
      ),
    }
  },
  setShippingMethodTaxAmount(row, action) {
    if (!row.shippingInfo) throw invalidOperation('The shipping method is not set.')
    const changed = { ...untaxed(row.shippingInfo), ...amountOf(row, action, row.shippingInfo.price.centAmount) }
    return { row: put(row, 'shippingInfo', changed) }
  },
  addDiscountCode(row, action, { project, world }) {
    const added = withCode(project, row, text(action, 'code'), world.clock.iso())
    if (!added) return null
    return { row: added.row, messages: [{ type: 'OrderDiscountCodeAdded', discountCode: added.discountCode }] }
  },
  removeDiscountCode(row, action) {
    const id = text(object(action.discountCode, 'discountCode'), 'id')
    const left = row.discountCodes.filter(each => each.discountCode.id !== id)
    if (left.length === row.discountCodes.length) throw referenceNotFound('discount-code', { id })
    return {
      row: put(row, 'discountCodes', left),
      messages: [{ type: 'OrderDiscountCodeRemoved', discountCode: { typeId: 'discount-code', id } }],
    }
  },
})

/** Prices looked up again, then everything added up. */
export const again = <T extends Basket>(row: T, context: Context) =>
  summed(repriced(context.project, row, context.world.clock.iso()), context)

export function checkCountryOfStore(project: Project, storeKey: string | undefined, country: string | undefined) {
  const countries = (storeKey === undefined ? undefined : project.stores.find('key', storeKey)[0])?.countries ?? []
  if (country === undefined || countries.length === 0 || countries.some(each => each.code === country)) return
  throw new ApiError(400, [
    {
      code: 'CountryNotConfiguredInStore',
      message: `The country '${country}' is not configured for the store '${storeKey}'.`,
      storeCountries: countries.map(each => each.code),
      country,
    },
  ])
}

function customShipping(project: Project, row: Basket, action: JsonObject): ShippingInfo {
  if (!row.shippingAddress) throw invalidOperation('A shipping method can not be set: the shipping address is not set.')
  const rate = shippingRate(object(action.shippingRate, 'shippingRate'))
  checkSameCurrency(row, rate.price.currencyCode)
  const category = optional(action, 'taxCategory')
  const id = category === undefined ? undefined : resolve(project.taxCategories, 'tax-category', category).id
  return {
    shippingMethodName: text(action, 'shippingMethodName'),
    price: rate.price,
    shippingRate: rate,
    ...given('taxRate', externalRate(action, row)),
    ...given('taxCategory', id === undefined ? undefined : { typeId: 'tax-category' as const, id }),
    ...given('estimatedDelivery', optionalObject(action, 'estimatedDelivery')),
    deliveries: row.shippingInfo?.deliveries ?? [],
    shippingMethodState: 'MatchesCart',
  }
}

/** A method of the project, at its rate for where this goes. */
export function methodShipping(project: Project, row: Basket, action: JsonObject): ShippingInfo {
  const method = resolve(project.shippingMethods, 'shipping-method', optional(action, 'shippingMethod'))
  const rate = rateFor(project, method, row)
  return {
    shippingMethodName: method.name,
    shippingMethod: { typeId: 'shipping-method', id: method.id },
    price: rate.price,
    shippingRate: rate,
    ...given('taxRate', externalRate(action, row)),
    taxCategory: method.taxCategory,
    deliveries: row.shippingInfo?.deliveries ?? [],
    shippingMethodState: 'MatchesCart',
  }
}

function withShipping<T extends Basket>(row: T, info: ShippingInfo | undefined, context: Context) {
  const oldShippingInfo = row.shippingInfo
  return summed(put(row, 'shippingInfo', info), context, after => ({
    type: 'OrderShippingInfoSet',
    ...given('shippingInfo', after.shippingInfo),
    ...given('oldShippingInfo', oldShippingInfo),
  }))
}

function untaxed<I extends { taxRate?: unknown; taxedPrice?: unknown }>(item: I): I {
  const { taxRate: _r, taxedPrice: _p, ...bare } = item
  return bare as I
}

/** A tax that somebody else worked out: the gross amount and the rate that it came from. */
function amountOf(row: Basket, action: JsonObject, total: number) {
  checkMode(row)
  const outside = optionalObject(action, 'externalTaxAmount')
  if (!outside) return {}
  const rate = taxRate(object(outside.taxRate, 'taxRate'))
  const gross = money(outside.totalGross, 'totalGross')
  checkSameCurrency(row, gross.currencyCode)
  const { currencyCode, centAmount } = gross
  const portions = [{ name: rate.name, rate: rate.amount, amount: cents(currencyCode, centAmount - total) }]
  return { taxRate: rate, taxedPrice: taxedPrice(currencyCode, total, centAmount, portions) }
}

/** The net total is what the items and shipping cost. */
export function totalTax<T extends Basket>(row: T, action: JsonObject, { project }: Context): { row: T } {
  checkMode(row)
  const gross = money(action.externalTotalGross, 'externalTotalGross')
  checkSameCurrency(row, gross.currencyCode)
  const taxPortions = objects(action, 'externalTaxPortions').map(each => {
    if (typeof each.rate !== 'number') throw invalidField('rate', each.rate ?? null)
    return { ...given('name', optionalText(each, 'name')), rate: each.rate, amount: money(each.amount, 'amount') }
  })
  const net = recalculated(project, row).totalPrice.centAmount
  const total: TaxedPrice = taxedPrice(gross.currencyCode, net, gross.centAmount, taxPortions)
  return { row: put(row, 'taxedPrice', total) }
}

function checkMode({ taxMode }: Basket) {
  if (taxMode !== 'ExternalAmount') throw invalidOperation("Tax amounts can only be set in tax mode 'ExternalAmount'.")
}
