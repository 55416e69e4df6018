/** The discount codes that an order was placed with, as its shopper typed them. */
import type { Codec } from '../../model/mapping.ts'
import { isObject, type JsonObject } from '../../model/resource.ts'
import { objectsIn } from './basket.ts'
import { bad, value } from './coded.ts'
import { fitting } from './fitting.ts'

/** Source: DiscountCodeState; with any other one the code gave nothing. */
const isApplied = ({ state }: JsonObject): boolean => state === undefined || state === 'MatchesCart'

export const codes: Codec = {
  name: 'codes',
  doc: 'The discount codes that applied, as many as fit; left as they are when one was not read along.',
  toCrm: (raw, { field }) => {
    const applied = objectsIn(raw).filter(isApplied)
    const known = applied.flatMap(({ discountCode }) => {
      const obj = isObject(discountCode) ? discountCode.obj : undefined
      return isObject(obj) && typeof obj.code === 'string' ? [obj.code] : []
    })
    if (known.length < applied.length) return bad('a discount code was not read')
    return value(known.length === 0 ? null : fitting([...known].sort(), ', ', field))
  },
}
