/** Payments: planned amounts, what the payment service calls them, and the transactions that happened. */
import { instant } from '../catalog/prices.ts'
import { checkKey } from '../customers/fields.ts'
import type { Act } from '../model/entities.ts'
import { duplicateField, invalidField, invalidInput, referenceExists } from '../model/errors.ts'
import {
  type Json,
  type JsonObject,
  object,
  objects,
  optional,
  optionalObject,
  optionalText,
  text,
} from '../model/json.ts'
import { given } from '../model/rows.ts'
import type { Payment, PaymentMethodInfo, Ref, Transaction } from '../model/trade.ts'
import { fresh } from '../resources/change.ts'
import { customFrom, customOf } from '../resources/custom.ts'
import { freeKey } from '../resources/keys.ts'
import { resolve } from '../resources/references.ts'
import { startingState } from '../resources/states.ts'
import type { Project } from '../store/project.ts'
import type { World } from '../store/world.ts'
import { money } from '../trade/money.ts'

export const TRANSACTION_TYPES = ['Authorization', 'CancelAuthorization', 'Charge', 'Refund', 'Chargeback']
export const TRANSACTION_STATES = ['Initial', 'Pending', 'Success', 'Failure']

export function createPayment(world: World, project: Project, draft: JsonObject, act: Act): Payment {
  const status = optionalObject(draft, 'paymentStatus') ?? {}
  const info = methodInfo(project, optionalObject(draft, 'paymentMethodInfo') ?? {})
  const interfaceId = freeInterfaceId(project, '', optionalText(draft, 'interfaceId'), info.paymentInterface)
  const row: Payment = {
    ...fresh(world, act),
    ...given('key', freeKey(project.payments, '', checkKey(optionalText(draft, 'key')))),
    ...given('customer', customerRef(project, optional(draft, 'customer'))),
    ...given('anonymousId', optionalText(draft, 'anonymousId')),
    ...given('interfaceId', interfaceId),
    amountPlanned: money(draft.amountPlanned, 'amountPlanned'),
    paymentMethodInfo: info,
    paymentStatus: {
      ...given('interfaceCode', optionalText(status, 'interfaceCode')),
      ...given('interfaceText', optionalText(status, 'interfaceText')),
      ...given('state', startingState(project, status, 'PaymentState')),
    },
    transactions: objects(draft, 'transactions').map(each => transaction(project, each, act)),
    interfaceInteractions: objects(draft, 'interfaceInteractions').map(each => interaction(project, each)),
    ...given('custom', customOf(project, draft.custom, 'payment')),
  }
  world.commit({
    project,
    typeId: 'payment',
    act,
    after: row,
    messages: [{ body: { type: 'PaymentCreated' }, version: 1 }],
  })
  return row
}

/** None is deleted while a cart or an order is paid with it. */
export function deletePayment(world: World, project: Project, row: Payment, dataErasure: boolean, act: Act) {
  if (project.orders.find('payments', row.id).length > 0) throw referenceExists('payment', 'order')
  if (project.carts.find('payments', row.id).length > 0) throw referenceExists('payment', 'cart')
  world.commit({ project, typeId: 'payment', act, before: row, dataErasure })
}

export const customerRef = (project: Project, value: Json | undefined): Ref<'customer'> | undefined =>
  value === undefined ? undefined : { typeId: 'customer', id: resolve(project.customers, 'customer', value).id }

function methodInfo(project: Project, draft: JsonObject): PaymentMethodInfo {
  return {
    ...given('paymentInterface', optionalText(draft, 'paymentInterface')),
    ...given('method', optionalText(draft, 'method')),
    ...given('name', optionalObject(draft, 'name')),
    ...given('token', optionalObject(draft, 'token')),
    ...given('interfaceAccount', optionalText(draft, 'interfaceAccount')),
    ...given('custom', customOf(project, draft.custom, 'payment-method-info')),
  }
}

export function transaction(project: Project, draft: JsonObject, act: Act): Transaction {
  return {
    id: act.newId(),
    ...given('timestamp', instant(draft, 'timestamp')),
    type: oneOf(text(draft, 'type'), 'type', TRANSACTION_TYPES),
    amount: money(draft.amount, 'amount'),
    ...given('interactionId', optionalText(draft, 'interactionId')),
    ...given('interfaceId', optionalText(draft, 'interfaceId')),
    state: oneOf(optionalText(draft, 'state') ?? 'Initial', 'state', TRANSACTION_STATES),
    ...given('custom', customOf(project, draft.custom, 'transaction')),
  }
}

export const interaction = (project: Project, draft: JsonObject) =>
  customFrom(project, object(draft.type, 'type'), optional(draft, 'fields'), 'payment-interface-interaction')

export function oneOf(value: string, field: string, words: string[]): string {
  if (!words.includes(value)) throw invalidField(field, value, words)
  return value
}

/** The same id at the same payment service is the same payment. */
export function freeInterfaceId(
  project: Project,
  id: string,
  interfaceId: string | undefined,
  paymentInterface: string | undefined,
): string | undefined {
  if (interfaceId === undefined) return undefined
  for (const other of project.payments.find('interfaceId', interfaceId)) {
    if (other.id !== id && other.paymentMethodInfo.paymentInterface === paymentInterface) {
      throw duplicateField('interfaceId', interfaceId)
    }
  }
  return interfaceId
}

export function namedTransaction(row: Payment, action: JsonObject): Transaction {
  const id = text(action, 'transactionId')
  const found = row.transactions.find(each => each.id === id)
  if (!found) throw invalidInput(`The payment does not contain a transaction with ID '${id}'.`)
  return found
}
