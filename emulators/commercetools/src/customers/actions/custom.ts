/** Update actions on Custom Fields of a customer; those of its addresses lie with the addresses. */
import { withValue } from '../../model/rows.ts'
import { setField, setType } from '../../resources/customActions.ts'
import type { Actions } from './change.ts'

export const custom: Actions = {
  setCustomType(customer, action, { project }) {
    const done = setType(project, customer.custom, action, 'customer', 'Customer')
    return done && { customer: withValue(customer, 'custom', done.custom), messages: [done.message] }
  },

  setCustomField(customer, action, { project }) {
    const done = setField(project, customer.custom, action, 'Customer')
    return done && { customer: withValue(customer, 'custom', done.custom), messages: [done.message] }
  },
}
