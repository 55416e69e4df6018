/** The ready-made mappings, by name: what `sync.config.ts` chooses from, replaces in part, or adds to. */
import type { Mapping } from '../model/mapping.ts'
import { type CartCartOptions, type Carts, cartCart } from './cart-cart/index.ts'
import type { OrgCurrency } from './codecs/summed.ts'
import { type CustomerPersonOptions, customerPerson, type People } from './customer-person/index.ts'
import { type GuestPersonOptions, type GuestScope, guestPerson } from './guest-person/index.ts'
import { type Activity, type MessageActivityOptions, messageActivity, quoteActivity } from './message-activity/index.ts'
import { type OrderOrderOptions, type Orders, orderOrder } from './order-order/index.ts'
import { productPrice } from './product-price/index.ts'
import { productProduct } from './product-product/index.ts'
import { type QuoteOpportunityOptions, type Quotes, quoteOpportunity } from './quote-opportunity/index.ts'
import { type RollUpOptions, type RollUps, withRollUps } from './roll-ups/index.ts'

export type { Activity, Carts, Orders, People, Quotes, RollUps }

/** What somebody becomes who buys without an account: a person, or nothing but what the order itself says of them. */
export type Guests = 'contact' | 'order-only'

/** What can be set for each mapping, and for all of them. */
export type MappingOptions = {
  /** Our external ID field, on every object written. */
  readonly keyField?: string
  /** What the package's fields begin with, an org's namespace included. */
  readonly fieldPrefix?: string
  /** What a customer becomes. */
  readonly people?: People
  /** Where orders go. Default: `none`. */
  readonly orders?: Orders
  /** Where carts go. Default: `none`. */
  readonly carts?: Carts
  /** Where quotes go. Default: `none`. */
  readonly quotes?: Quotes
  /** Where messages go. Default: `none`. */
  readonly activity?: Activity
  /** Where what a person bought in all stands. Default: `none`. */
  readonly rollUps?: RollUps
  /** The org's only currency, where it has only one. */
  readonly currency?: OrgCurrency
  /** Default: `contact`. */
  readonly guests?: Guests
  readonly guestScope?: GuestScope
  readonly 'customer-person'?: Omit<CustomerPersonOptions, 'keyField' | 'fieldPrefix' | 'people' | 'guests'>
  readonly 'guest-person'?: Omit<GuestPersonOptions, 'keyField' | 'fieldPrefix' | 'people' | 'scope'>
  readonly 'order-order'?: Omit<
    OrderOrderOptions,
    'keyField' | 'fieldPrefix' | 'people' | 'guests' | 'target' | 'currency' | 'quotes'
  >
  readonly 'cart-cart'?: Omit<CartCartOptions, 'keyField' | 'fieldPrefix' | 'people' | 'tasks'>
  readonly 'message-activity'?: Omit<MessageActivityOptions, 'keyField' | 'fieldPrefix' | 'people'>
  readonly 'quote-activity'?: Omit<MessageActivityOptions, 'keyField' | 'fieldPrefix' | 'people'>
  readonly 'quote-opportunity'?: Omit<QuoteOpportunityOptions, 'keyField' | 'fieldPrefix' | 'people' | 'currency'>
}

/** All ready-made mappings, parents before children. Throws a RangeError that lists what is wrong with the options. */
export function mappings(options: MappingOptions = {}): readonly Mapping[] {
  const { guestScope: scope, quotes = 'none' } = options
  const currency = options.currency === undefined ? {} : { currency: options.currency }
  const names = {
    ...(options.keyField !== undefined && { keyField: options.keyField }),
    ...(options.fieldPrefix !== undefined && { fieldPrefix: options.fieldPrefix }),
  }
  const shared = { ...names, ...(options.people !== undefined && { people: options.people }) }
  const guests =
    options.guests === 'order-only'
      ? null
      : guestPerson({ ...shared, ...options['guest-person'], ...(scope !== undefined && { scope }) })
  const customers = customerPerson({
    ...shared,
    ...options['customer-person'],
    ...(guests !== null && { guests: guests.name }),
  })
  return [
    ...[customers, ...(guests === null ? [] : [guests])].map(rolledUp(options, { ...shared, ...currency })),
    ...(quotes === 'none' ? [] : [quoteOpportunity({ ...shared, ...currency, ...options['quote-opportunity'] })]),
    ...ordering(options, { ...names, ...currency }, { ...shared, guests: guests !== null, quotes: quotes !== 'none' }),
    ...leaving(options, shared),
    ...telling(options, shared),
  ]
}

/** People, with what they bought where that is switched on. */
const rolledUp =
  ({ rollUps: where = 'none', carts = 'none' }: MappingOptions, shared: Omit<RollUpOptions, 'where' | 'carts'>) =>
  (people: Mapping): Mapping =>
    where === 'none' ? people : withRollUps(people, { ...shared, where, carts: carts !== 'none' })

/** Orders, and before them what their lines need. */
function ordering(
  { orders = 'none', 'order-order': order }: MappingOptions,
  names: Pick<OrderOrderOptions, 'keyField' | 'fieldPrefix' | 'currency'>,
  shared: Pick<OrderOrderOptions, 'people' | 'guests' | 'quotes'>,
): readonly Mapping[] {
  if (orders === 'none') return []
  const mapping = orderOrder({ ...names, ...shared, ...order, target: orders })
  if (orders === 'custom-object' || (order?.lines ?? 'rows') !== 'rows') return [mapping]
  const language = order?.language === undefined ? {} : { language: order.language }
  return [productProduct({ ...names, ...language }), productPrice(names), mapping]
}

/** Carts; Tasks of theirs only where there are Tasks at all, like those of orders. */
function leaving(
  { carts = 'none', activity = 'none', ...options }: MappingOptions,
  shared: Pick<CartCartOptions, 'keyField' | 'fieldPrefix' | 'people'>,
): readonly Mapping[] {
  if (carts === 'none') return []
  const { taskFrom, ...cart } = options['cart-cart'] ?? {}
  const { historyMs, closedStatus, timeZone } = options['message-activity'] ?? {}
  const tasks = {
    ...(historyMs !== undefined && { historyMs }),
    ...(closedStatus !== undefined && { closedStatus }),
    ...(timeZone !== undefined && { timeZone }),
  }
  return [cartCart({ ...shared, ...cart, ...(activity === 'task' && taskFrom !== undefined && { taskFrom, tasks }) })]
}

/** The timeline, after the records that it is about. */
function telling(
  { activity = 'none', orders = 'none', quotes = 'none', ...options }: MappingOptions,
  shared: Pick<MessageActivityOptions, 'keyField' | 'fieldPrefix' | 'people'>,
): readonly Mapping[] {
  if (activity === 'none') return []
  return [
    messageActivity({ ...shared, ...options['message-activity'] }, orders !== 'none'),
    ...(quotes === 'none' ? [] : [quoteActivity({ ...shared, ...options['quote-activity'] })]),
  ]
}
