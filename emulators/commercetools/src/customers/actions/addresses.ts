/** Update actions on the addresses of a customer. */
import type { Customer } from '../../model/entities.ts'
import { addressActions } from '../../resources/addressActions.ts'
import type { Action, Actions } from './change.ts'

export const addresses: Actions = Object.fromEntries(
  Object.entries(addressActions<Customer>('Customer')).map(([name, apply]): [string, Action] => [
    name,
    (customer, action, context) => {
      const change = apply(customer, action, context)
      return change && { customer: change.row, messages: change.messages }
    },
  ]),
)
