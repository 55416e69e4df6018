/** What an order and its lines are in Salesforce: each once, at whoever placed it, with every amount to the minor unit. */
import { amount, type Expected, emailOf, extra, list, matches, object, type Row, text } from './values.ts'

const fields: readonly (readonly [field: string, expected: (order: Row) => Expected])[] = [
  ['Name', order => ({ is: text(order.orderNumber)?.slice(0, 80) ?? text(order.id) })],
  ['CT_Order_State__c', order => ({ is: text(order.orderState) })],
  ['CT_Shipment_State__c', order => ({ is: text(order.shipmentState) })],
  ['CT_Payment_State__c', order => ({ is: text(order.paymentState) })],
  ['CT_Purchase_Order_Number__c', order => ({ is: text(order.purchaseOrderNumber) })],
  ['CT_Store_Key__c', order => ({ is: text(object(order.store).key) })],
  ['CT_Email__c', order => ({ is: emailOf(order.customerEmail) })],
  ['CT_Currency__c', order => ({ is: text(object(order.totalPrice).currencyCode) })],
  ['CT_Total__c', order => amount(order.totalPrice)],
  ['CT_Net__c', order => amount(object(order.taxedPrice).totalNet)],
  ['CT_Tax__c', order => amount(object(order.taxedPrice).totalTax)],
  ['CT_Gross__c', order => amount(object(order.taxedPrice).totalGross)],
  ['CT_Discount__c', order => amount(object(order.discountOnTotalPrice).discountedAmount)],
  ['CT_Billing_City__c', order => ({ is: text(object(order.billingAddress).city) })],
  ['CT_Shipping_City__c', order => ({ is: text(object(order.shippingAddress).city) })],
]

type Payments = ReadonlyMap<string, Row>

/** Successful transactions of these types, over all payments of an order; empty for an order that has no payment. */
function moved(order: Row, payments: Payments, types: readonly string[]): Expected {
  const own = list(object(order.paymentInfo).payments).map(({ id }) => payments.get(String(id)))
  if (own.length === 0) return { is: null }
  const some = own
    .flatMap(payment => list(payment?.transactions))
    .filter(({ type, state }) => state === 'Success' && types.includes(String(type)))
    .map(({ amount: each }) => object(each))
  const minor = some.reduce((sum, { centAmount }) => sum + Number(centAmount), 0)
  return some[0] === undefined ? { is: 0 } : amount({ ...some[0], centAmount: minor })
}

/** Pieces that are there again: what is only announced is not. */
function returned(order: Row, line?: Row): Expected {
  const items = list(order.returnInfo)
    .flatMap(one => list(one.items))
    .filter(item => line === undefined || (item.lineItemId ?? item.customLineItemId) === line.id)
  const back = items.filter(({ shipmentState }) => shipmentState !== 'Advised')
  return { is: items.length === 0 ? null : back.reduce((sum, { quantity }) => sum + Number(quantity), 0) }
}

const moreFields: readonly (readonly [field: string, expected: (order: Row, payments: Payments) => Expected])[] = [
  ['CT_Charged__c', (order, payments) => moved(order, payments, ['Charge'])],
  ['CT_Refunded__c', (order, payments) => moved(order, payments, ['Refund', 'Chargeback'])],
  ['CT_Returned_Quantity__c', order => returned(order)],
  ['CT_Deliveries__c', order => ({ is: list(object(order.shippingInfo).deliveries).length || null })],
  ['CT_Shipping__c', order => amount(object(order.taxedShippingPrice).totalGross ?? object(order.shippingInfo).price)],
]

const lineFields: readonly (readonly [field: string, expected: (line: Row, order: Row) => Expected])[] = [
  ['CT_Returned_Quantity__c', (line, order) => returned(order, line)],
  ['CT_Sku__c', line => ({ is: text(object(line.variant).sku) })],
  ['CT_Quantity__c', line => ({ is: Number(line.quantity) })],
  ['CT_Total__c', line => amount(line.totalPrice)],
  ['CT_Tax__c', line => amount(object(line.taxedPrice).totalTax)],
]

const linesOf = (order: Row): Row[] => [...list(order.lineItems), ...list(order.customLineItems)]

/** Whose an order is in the shop. Nobody's too when the customer is gone: then Salesforce may or may not tell still. */
export type Buyer = { readonly person: string; readonly because: readonly string[] }

export type Trade = {
  readonly project: string
  readonly orders: readonly Row[]
  readonly payments: Payments
  readonly rows: ReadonlyMap<string, readonly Row[]>
  readonly lines: ReadonlyMap<string, readonly Row[]>
  /** Whose an order of the shop is, and what else may be listed in its place. */
  readonly buyerOf: (order: Row) => Buyer
  /** Whom an order of Salesforce points at. */
  readonly ownerOf: (row: Row) => string
  /** Says what is not as it should be; `because` names the other records that may be listed instead. True: it is listed. */
  readonly differs: (key: string, where: string, because?: readonly string[]) => boolean
}

/** The month of a time, by the world's day; `?` for none. Salesforce keeps whole seconds, which make no difference here. */
const monthOf = (time: unknown): string => {
  const at = new Date(String(time))
  return Number.isNaN(at.getTime()) ? '?' : at.toISOString().slice(0, 7)
}

const nameOf = (person: string, currency: unknown, placed: unknown): string =>
  JSON.stringify([person, currency, monthOf(placed)])

/** Whole minor units, so that nothing is lost in adding. */
function add(totals: Map<string, number>, name: string, minor: number): void {
  totals.set(name, (totals.get(name) ?? 0) + minor)
}

function digitsOf(currency: string): number {
  if (!/^[A-Z]{3}$/.test(currency)) return 2
  return new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2
}

/** Totals by person, currency and month: how many there are, and those on which the two sides do not agree. */
export type Totals = { readonly compared: number; readonly different: number }

export function compareOrders(trade: Trade): { readonly duplicates: number; readonly totals: Totals } {
  const { project, orders, payments, rows, lines, buyerOf, ownerOf, differs } = trade
  const shop = new Map<string, number>()
  const org = new Map<string, number>()
  const wanted = new Set<string>()
  for (const order of orders) {
    const key = `${project}/${String(order.id)}`
    const { person, because } = buyerOf(order)
    wanted.add(key)
    const row = rows.get(key)?.[0]
    if (row === undefined) {
      if (differs(key, 'no order', because)) continue
    } else {
      for (const [field, expected] of [...fields, ...moreFields])
        if (!matches(row[field], expected(order, payments))) differs(key, `order.${field}`)
      if (ownerOf(row) !== person) differs(key, 'whose the order is', because)
    }
    const total = object(order.totalPrice)
    add(shop, nameOf(person, total.currencyCode, order.createdAt), Number(total.centAmount))
    for (const line of linesOf(order)) {
      const lineKey = `${key}/${String(line.id)}`
      wanted.add(lineKey)
      const one = lines.get(lineKey)?.[0]
      if (one === undefined) differs(key, 'no line')
      else {
        if (one.CT_Order__c !== row?.Id) differs(key, 'a line of another order')
        for (const [field, expected] of lineFields)
          if (!matches(one[field], expected(line, order))) differs(key, `line.${field}`)
      }
    }
  }
  for (const row of [...rows.values()].flat()) {
    const currency = String(row.CT_Currency__c)
    const minor = Math.round(Number(row.CT_Total__c) * 10 ** digitsOf(currency))
    add(org, nameOf(ownerOf(row), currency, row.CT_Placed_At__c), minor)
  }
  for (const key of [...rows.keys(), ...lines.keys()])
    if (!wanted.has(key)) differs(key, 'an order or a line that the shop does not have')
  const names = new Set([...shop.keys(), ...org.keys()])
  const different = [...names].filter(name => shop.get(name) !== org.get(name))
  for (const name of different)
    differs(`totals ${name}`, `${shop.get(name) ?? 'nothing'} is ${org.get(name) ?? 'nothing'} in Salesforce`)
  return {
    duplicates: extra(rows) + extra(lines),
    totals: { compared: names.size, different: different.length },
  }
}
