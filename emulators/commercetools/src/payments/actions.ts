/** Update actions of payments, and which of them are told. */
import { instant } from '../catalog/prices.ts'
import type { CustomFields, MessageBody } from '../model/entities.ts'
import { invalidField } from '../model/errors.ts'
import { type JsonObject, object, optional, optionalObject, optionalText, sameJson, text } from '../model/json.ts'
import { given, withValue } from '../model/rows.ts'
import type { Payment, PaymentMethodInfo, Transaction } from '../model/trade.ts'
import { type CustomOutcome, setField, setType } from '../resources/customActions.ts'
import { freeKey } from '../resources/keys.ts'
import { transitioned } from '../resources/states.ts'
import type { Action, Actions } from '../resources/update.ts'
import type { Project } from '../store/project.ts'
import { money } from '../trade/money.ts'
import {
  customerRef,
  freeInterfaceId,
  interaction,
  namedTransaction,
  oneOf,
  TRANSACTION_STATES,
  transaction,
} from './payments.ts'

const withTransaction = (row: Payment, next: Transaction): Payment => ({
  ...row,
  transactions: row.transactions.map(each => (each.id === next.id ? next : each)),
})

type Told = { field: 'method' | 'interfaceAccount' | 'name' | 'token'; type: string; old: string }
const METHOD: Told = { field: 'method', type: 'PaymentMethodInfoMethodSet', old: 'oldMethod' }
const ACCOUNT: Told = {
  field: 'interfaceAccount',
  type: 'PaymentMethodInfoInterfaceAccountSet',
  old: 'oldInterfaceAccount',
}
const NAME: Told = { field: 'name', type: 'PaymentMethodInfoNameSet', old: 'oldName' }
const TOKEN: Told = { field: 'token', type: 'PaymentMethodInfoTokenSet', old: 'oldToken' }

/** One value of the method, told under its own name. */
const setInfo =
  ({ field, type, old }: Told): Action<Payment> =>
  (row, action) => {
    const info = row.paymentMethodInfo
    const value = field === 'name' || field === 'token' ? optionalObject(action, field) : optionalText(action, field)
    if (sameJson(value, info[field])) return null
    const changed = withValue<PaymentMethodInfo, typeof field>(info, field, value)
    return {
      row: { ...row, paymentMethodInfo: changed },
      messages: [{ type, ...given(field, value), ...given(old, info[field]) }],
    }
  }

/** The service that a payment belongs to is set once. */
const setInterface =
  (name: 'interface' | 'paymentInterface'): Action<Payment> =>
  (row, action, { project }) => {
    const value = text(action, name)
    const old = row.paymentMethodInfo.paymentInterface
    if (value === old) return null
    if (old !== undefined) throw invalidField('paymentInterface', value)
    freeInterfaceId(project, row.id, row.interfaceId, value)
    return {
      row: { ...row, paymentMethodInfo: { ...row.paymentMethodInfo, paymentInterface: value } },
      messages: [{ type: 'PaymentMethodInfoInterfaceSet', interface: value }],
    }
  }

type Way = (project: Project, old: CustomFields | undefined, action: JsonObject) => CustomOutcome

const onInfo =
  (way: Way): Action<Payment> =>
  (row, action, { project }) => {
    const done = way(project, row.paymentMethodInfo.custom, action)
    if (!done) return null
    return {
      row: { ...row, paymentMethodInfo: withValue(row.paymentMethodInfo, 'custom', done.custom) },
      messages: [done.message],
    }
  }

/** Custom Fields of the payment itself and of its transactions change without a message. */
const onRow =
  (way: Way): Action<Payment> =>
  (row, action, { project }) => {
    const done = way(project, row.custom, action)
    return done && { row: withValue(row, 'custom', done.custom) }
  }
const onTransaction =
  (way: Way): Action<Payment> =>
  (row, action, { project }) => {
    const old = namedTransaction(row, action)
    const done = way(project, old.custom, action)
    return done && { row: withTransaction(row, withValue(old, 'custom', done.custom)) }
  }

export const paymentActions: Actions<Payment> = {
  setKey(row, action, { project }) {
    const key = freeKey(project.payments, row.id, optionalText(action, 'key'))
    return key === row.key ? null : { row: withValue(row, 'key', key) }
  },
  setCustomer(row, action, { project }) {
    const customer = customerRef(project, optional(action, 'customer'))
    return customer?.id === row.customer?.id ? null : { row: withValue(row, 'customer', customer) }
  },
  setAnonymousId(row, action) {
    const anonymousId = optionalText(action, 'anonymousId')
    return anonymousId === row.anonymousId ? null : { row: withValue(row, 'anonymousId', anonymousId) }
  },
  setInterfaceId(row, action, { project }) {
    const interfaceId = text(action, 'interfaceId')
    if (interfaceId === row.interfaceId) return null
    if (row.interfaceId !== undefined) throw invalidField('interfaceId', interfaceId)
    freeInterfaceId(project, row.id, interfaceId, row.paymentMethodInfo.paymentInterface)
    return { row: { ...row, interfaceId }, messages: [{ type: 'PaymentInterfaceIdSet', interfaceId }] }
  },
  changeAmountPlanned(row, action) {
    const amountPlanned = money(action.amount, 'amount')
    return sameJson(amountPlanned, row.amountPlanned) ? null : { row: { ...row, amountPlanned } }
  },
  setMethodInfoInterface: setInterface('interface'),
  setMethodInfoMethod: setInfo(METHOD),
  setMethodInfoInterfaceAccount: setInfo(ACCOUNT),
  setMethodInfoName: setInfo(NAME),
  setMethodInfoToken: setInfo(TOKEN),
  /** Several values at once, each told as if it had been set alone; what is not named stays. */
  setMethodInfo(row, action, context) {
    let changed = row
    const messages: MessageBody[] = []
    for (const told of [METHOD, ACCOUNT, NAME, TOKEN]) {
      const change = action[told.field] === undefined ? null : setInfo(told)(changed, action, context)
      if (change) changed = change.row
      messages.push(...(change?.messages ?? []))
    }
    const change =
      optional(action, 'paymentInterface') === undefined
        ? null
        : setInterface('paymentInterface')(changed, action, context)
    messages.push(...(change?.messages ?? []))
    const after = change?.row ?? changed
    return after === row ? null : { row: after, messages }
  },
  setMethodInfoCustomType: onInfo((project, old, action) =>
    setType(project, old, action, 'payment-method-info', 'PaymentMethodInfo'),
  ),
  setMethodInfoCustomField: onInfo((project, old, action) => setField(project, old, action, 'PaymentMethodInfo')),
  setStatusInterfaceCode(row, action) {
    const interfaceCode = optionalText(action, 'interfaceCode')
    if (interfaceCode === row.paymentStatus.interfaceCode) return null
    return {
      row: { ...row, paymentStatus: withValue(row.paymentStatus, 'interfaceCode', interfaceCode) },
      messages: [
        { type: 'PaymentStatusInterfaceCodeSet', paymentId: row.id, ...given('interfaceCode', interfaceCode) },
      ],
    }
  },
  setStatusInterfaceText(row, action) {
    const value = optionalText(action, 'interfaceText')
    const interfaceText = value === '' ? undefined : value
    if (interfaceText === row.paymentStatus.interfaceText) return null
    return { row: { ...row, paymentStatus: withValue(row.paymentStatus, 'interfaceText', interfaceText) } }
  },
  transitionState(row, action, { project }) {
    const made = transitioned(project, action, row.paymentStatus.state, 'PaymentState')
    if (made === null) return null
    const { state, force } = made
    return {
      row: { ...row, paymentStatus: { ...row.paymentStatus, state } },
      messages: [{ type: 'PaymentStatusStateTransition', state, force }],
    }
  },
  addTransaction(row, action, { project, act }) {
    const added = transaction(project, object(action.transaction, 'transaction'), act)
    return {
      row: { ...row, transactions: [...row.transactions, added] },
      messages: [{ type: 'PaymentTransactionAdded', transaction: added }],
    }
  },
  changeTransactionState(row, action) {
    const old = namedTransaction(row, action)
    const state = oneOf(text(action, 'state'), 'state', TRANSACTION_STATES)
    if (state === old.state) return null
    return {
      row: withTransaction(row, { ...old, state }),
      messages: [{ type: 'PaymentTransactionStateChanged', transactionId: old.id, state }],
    }
  },
  changeTransactionInteractionId(row, action) {
    const old = namedTransaction(row, action)
    return { row: withTransaction(row, { ...old, interactionId: text(action, 'interactionId') }) }
  },
  changeTransactionTimestamp(row, action) {
    const old = namedTransaction(row, action)
    return { row: withTransaction(row, withValue(old, 'timestamp', instant(action, 'timestamp'))) }
  },
  setTransactionInterfaceId(row, action) {
    const old = namedTransaction(row, action)
    const interfaceId = optionalText(action, 'interfaceId')
    if (interfaceId === old.interfaceId) return null
    const told = { ...given('newInterfaceId', interfaceId), ...given('oldInterfaceId', old.interfaceId) }
    return {
      row: withTransaction(row, withValue(old, 'interfaceId', interfaceId)),
      messages: [{ type: 'PaymentTransactionInterfaceIdSet', transactionId: old.id, ...told }],
    }
  },
  setTransactionCustomType: onTransaction((project, old, action) => setType(project, old, action, 'transaction', '')),
  setTransactionCustomField: onTransaction((project, old, action) => setField(project, old, action, '')),
  addInterfaceInteraction(row, action, { project }) {
    const added = interaction(project, action)
    return {
      row: { ...row, interfaceInteractions: [...row.interfaceInteractions, added] },
      messages: [{ type: 'PaymentInteractionAdded', interaction: added }],
    }
  },
  setCustomType: onRow((project, old, action) => setType(project, old, action, 'payment', '')),
  setCustomField: onRow((project, old, action) => setField(project, old, action, '')),
}
