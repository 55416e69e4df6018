// The tree of accounts: no account is above itself, however far up.

import { isChanged, type ObjectRule, rowById } from './object-rule.ts'
import { refuse } from './refusal.ts'

export const accountRule: ObjectRule = {
  before(saving) {
    const { world, row, values } = saving
    if (row === null || !isChanged(saving, 'ParentId')) return
    for (
      let above = rowById(world, 'Account', values.ParentId);
      above;
      above = rowById(world, 'Account', above.values.ParentId)
    ) {
      if (above.id === row.id)
        throw refuse('CIRCULAR_DEPENDENCY', 'attempt to violate hierarchy constraints', ['ParentId'])
    }
  },
}
