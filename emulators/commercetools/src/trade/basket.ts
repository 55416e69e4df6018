/** What a draft of a cart and one of an order say alike: whose it is, in which store and unit, paid how, going where. */
import { checkLocale } from '../customers/fields.ts'
import type { KeyReference } from '../model/entities.ts'
import { invalidField, invalidOperation, referenceNotFound } from '../model/errors.ts'
import { type Json, type JsonObject, object, objects, optional, optionalText } from '../model/json.ts'
import { given, withValue } from '../model/rows.ts'
import type { Basket, BasketAddress, Ref, Rounding } from '../model/trade.ts'
import { group, resolve, store as storeOf, unit as unitOf } from '../resources/references.ts'
import type { Project } from '../store/project.ts'
import { effectiveStores } from '../units/tree.ts'
import { basketAddress } from './address.ts'

/** As `withValue`, for a field that all baskets have. */
export const put = <T extends Basket, K extends keyof Basket>(row: T, field: K, value: Basket[K] | undefined): T =>
  withValue<Basket, K>(row, field, value) as T

/** A customer brings along the customer group. */
export function customerOf(project: Project, id: string | undefined): Pick<Basket, 'customerId' | 'customerGroup'> {
  if (id === undefined) return {}
  const found = project.customers.get(id)
  if (!found) throw referenceNotFound('customer', { id })
  return { customerId: id, ...given('customerGroup', found.customerGroup) }
}

export const groupRef = (project: Project, value: Json | undefined): Ref<'customer-group'> | undefined =>
  value === undefined ? undefined : { typeId: 'customer-group', id: group(project, value).id }

export const storeRef = (project: Project, value: Json | undefined): KeyReference<'store'> | undefined =>
  value === undefined ? undefined : { typeId: 'store', key: storeOf(project, value).key }

/** Kept by key, as carts and orders show it. */
export const unitRef = (project: Project, value: Json | undefined): KeyReference<'business-unit'> | undefined =>
  value === undefined ? undefined : { typeId: 'business-unit', key: unitOf(project, value).key }

/** Whoever buys for a business unit must be one of its associates, by itself or by inheritance. */
function checkAssociate(
  project: Project,
  unit: KeyReference<'business-unit'> | undefined,
  customerId: string | undefined,
) {
  const found = unit && project.businessUnits.find('key', unit.key)[0]
  if (!found || customerId === undefined) return
  const all = [...found.associates, ...(found.inheritedAssociates ?? [])]
  if (all.some(each => each.customer.id === customerId)) return
  throw invalidOperation(`The customer '${customerId}' is not an associate of the business unit '${found.key}'.`)
}

/**
 * What a business unit with stores buys belongs to one of them; what one without buys belongs to none (BusinessUnit,
 * `stores`). Stores that come from above count as its own.
 */
function checkStoreOfUnit(
  project: Project,
  unit: KeyReference<'business-unit'> | undefined,
  store: KeyReference<'store'> | undefined,
) {
  const found = unit && project.businessUnits.find('key', unit.key)[0]
  if (!found) return
  const stores = effectiveStores(project, found)
  if (store ? stores.some(each => each.key === store.key) : stores.length === 0) return
  const named = store ? `The store '${store.key}' is not` : 'A store must be named that is'
  throw invalidOperation(`${named} one of the business unit '${found.key}'.`)
}

export const paymentRef = (project: Project, value: Json | undefined): Ref<'payment'> => ({
  typeId: 'payment',
  id: resolve(project.payments, 'payment', value).id,
})

/** The names that cart and order drafts have in common. */
export function common(project: Project, draft: JsonObject) {
  const payments = optional(draft, 'paymentInfo')
  const customer = customerOf(project, optionalText(draft, 'customerId'))
  const businessUnit = unitRef(project, optional(draft, 'businessUnit'))
  checkAssociate(project, businessUnit, customer.customerId)
  const store = storeRef(project, optional(draft, 'store'))
  checkStoreOfUnit(project, businessUnit, store)
  const customerGroup = groupRef(project, optional(draft, 'customerGroup')) ?? customer.customerGroup
  return {
    ...given('purchaseOrderNumber', optionalText(draft, 'purchaseOrderNumber')),
    ...given('customerId', customer.customerId),
    ...given('customerEmail', optionalText(draft, 'customerEmail')),
    ...given('customerGroup', customerGroup),
    ...given('businessUnit', businessUnit),
    ...given('store', store),
    ...given('billingAddress', basketAddress(project, draft.billingAddress, 'billingAddress')),
    ...given('shippingAddress', basketAddress(project, draft.shippingAddress, 'shippingAddress')),
    itemShippingAddresses: objects(draft, 'itemShippingAddresses').map(
      each => basketAddress(project, each) as BasketAddress,
    ),
    ...given('country', optionalText(draft, 'country')),
    ...given('locale', checkLocale(optionalText(draft, 'locale'), project)),
    priceRoundingMode: rounding(draft, 'priceRoundingMode'),
    taxRoundingMode: rounding(draft, 'taxRoundingMode'),
    taxCalculationMode: word(draft, 'taxCalculationMode', ['LineItemLevel', 'UnitPriceLevel'] as const),
    inventoryMode: word(draft, 'inventoryMode', ['None', 'TrackOnly', 'ReserveOnOrder', 'ReserveOnCart'] as const),
    origin: word(draft, 'origin', ['Customer', 'Merchant', 'Quote', 'RecurringOrder'] as const),
    shippingMode: 'Single' as const,
    shipping: [],
    discountCodes: [],
    directDiscounts: [],
    refusedGifts: [],
    ...given(
      'paymentInfo',
      payments === undefined
        ? undefined
        : { payments: objects(object(payments, 'paymentInfo'), 'payments').map(each => paymentRef(project, each)) },
    ),
  }
}

const ROUNDINGS = ['HalfEven', 'HalfUp', 'HalfDown'] as const

export const rounding = (body: JsonObject, name: string): Rounding => word(body, name, ROUNDINGS)

/** One of a few words; the first of them when none is given. */
export function word<W extends string>(body: JsonObject, name: string, words: readonly [W, ...W[]]): W {
  const given = optionalText(body, name)
  if (given === undefined) return words[0]
  const found = words.find(each => each === given)
  if (found === undefined) throw invalidField(name, given, [...words])
  return found
}
