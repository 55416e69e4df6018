/** How an order is shipped, whether by one method or by several: what it costs, and what is on its way. */
import type { Codec, CodecContext } from '../../model/mapping.ts'
import { isObject, type JsonObject } from '../../model/resource.ts'
import { amountOf, objectsIn, sumOf } from './basket.ts'
import { bad, value } from './coded.ts'
import { fitting } from './fitting.ts'

/** One in an order of shipping mode `Single`, one for each method in `Multiple`. Source: Order, ShippingInfo and Shipping. */
function methodsOf({ get }: CodecContext): readonly JsonObject[] {
  const one = get('shippingInfo')
  const several = objectsIn(get('shipping')).map(({ shippingInfo }) => shippingInfo)
  return [one, ...several].filter(isObject)
}

const afterDiscount = ({ price, discountedPrice }: JsonObject) =>
  (isObject(discountedPrice) ? discountedPrice.value : undefined) ?? price ?? null

/**
 * With taxes where the shop has calculated them, which is then the sum over all methods; else the sum of their prices,
 * each after its discount.
 */
export const shippingCost: Codec = {
  name: 'shippingCost',
  doc: 'What shipping costs, over all methods: with taxes where the shop has calculated them, else the prices after discounts.',
  toCrm: (_, context) => {
    const taxed = context.get('taxedShippingPrice.totalGross')
    const methods = methodsOf(context)
    if (taxed === null && methods.length === 0) return value(null)
    const cost = taxed === null ? sumOf(methods.map(afterDiscount)) : amountOf(taxed)
    return cost === null ? bad('is not an amount of money') : value(cost)
  },
}

/** The names of the methods, as many as fit. */
export const shippingMethods: Codec = {
  name: 'shippingMethods',
  doc: 'The names of the shipping methods.',
  toCrm: (_, context) => {
    const names = methodsOf(context).flatMap(({ shippingMethodName: name }) => (isText(name) ? [name.trim()] : []))
    return value(names.length === 0 ? null : fitting([...new Set(names)], ', ', context.field))
  },
}

const isText = (raw: unknown): raw is string => typeof raw === 'string' && raw.trim() !== ''
const deliveriesOf = (context: CodecContext) => methodsOf(context).flatMap(({ deliveries }) => objectsIn(deliveries))
const trackingOf = ({ trackingData }: JsonObject): JsonObject => (isObject(trackingData) ? trackingData : {})

/** Those on their way to the shopper: what comes back is told by the returns. */
const parcelsOf = (context: CodecContext) =>
  deliveriesOf(context)
    .flatMap(({ parcels }) => objectsIn(parcels))
    .filter(parcel => trackingOf(parcel).isReturn !== true)

const counted = (list: readonly unknown[]) => value(list.length === 0 ? null : list.length)

export const deliveries: Codec = {
  name: 'deliveries',
  doc: 'How many deliveries there are, over all shipping methods.',
  toCrm: (_, context) => counted(deliveriesOf(context)),
}

export const parcels: Codec = {
  name: 'parcels',
  doc: 'How many parcels are on their way to the shopper, or there.',
  toCrm: (_, context) => counted(parcelsOf(context)),
}

export const lastDelivery: Codec = {
  name: 'lastDelivery',
  doc: 'When the latest delivery was made known to the shop.',
  toCrm: (_, context) =>
    value(
      deliveriesOf(context)
        .map(({ createdAt }) => createdAt)
        .filter(isText)
        .sort()
        .at(-1) ?? null,
    ),
}

export const tracking: Codec = {
  name: 'tracking',
  doc: 'Carrier and tracking number of each parcel on its way to the shopper, as many as fit, and how many more there are.',
  toCrm: (_, context) => {
    const known = parcelsOf(context).flatMap(parcel => {
      const { carrier, trackingId } = trackingOf(parcel)
      const said = [carrier, trackingId].filter(isText).map(text => text.trim())
      return isText(trackingId) ? [said.join(' ')] : []
    })
    return value(known.length === 0 ? null : fitting([...new Set(known)], ', ', context.field))
  },
}
