/** A yes that Salesforce keeps as a no: consent granted in the shop, opted out there. */
import type { Codec } from '../../model/mapping.ts'
import { bad, value } from './coded.ts'

/** True becomes false and false true. No value stays none: absence is no decision. */
export const not: Codec = {
  name: 'not',
  doc: 'The opposite: true becomes false, false becomes true.',
  toCrm: raw => {
    if (typeof raw === 'boolean') return value(!raw)
    const isNone = raw === null || (typeof raw === 'string' && raw.trim() === '')
    return isNone ? value(null) : bad('is neither true nor false')
  },
  toCommerce: stored => (typeof stored === 'boolean' ? !stored : null),
}
