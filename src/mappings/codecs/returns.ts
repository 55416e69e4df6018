/** What comes back of an order: how much, and how far it is. What is only announced has not come back. */
import type { Codec, CodecContext } from '../../model/mapping.ts'
import type { Json, JsonObject } from '../../model/resource.ts'
import { objectsIn, piecesIn } from './basket.ts'
import { value } from './coded.ts'

const itemsIn = (returnInfo: Json): readonly JsonObject[] =>
  objectsIn(returnInfo).flatMap(({ items }) => objectsIn(items))

/** Source: ReturnShipmentState, of which `Advised` comes before the goods do. */
const isBack = ({ shipmentState }: JsonObject): boolean =>
  shipmentState === 'Returned' || shipmentState === 'BackInStock' || shipmentState === 'Unusable'

const pieces = (items: readonly JsonObject[]) => value(items.length === 0 ? null : piecesIn(items.filter(isBack)))

export const returns: Codec = {
  name: 'returns',
  doc: 'How many returns there are, announced ones included.',
  toCrm: raw => value(objectsIn(raw).length || null),
}

export const returnedPieces: Codec = {
  name: 'returnedPieces',
  doc: 'How many pieces of all lines came back; 0 while a return is only announced.',
  toCrm: raw => pieces(itemsIn(raw)),
}

const timeOf = ({ lastModifiedAt, createdAt }: JsonObject): string => String(lastModifiedAt ?? createdAt ?? '')

/** The item that moved last; of several that moved at once the one that was added last. */
function latestIn(raw: Json): JsonObject | null {
  const items = itemsIn(raw)
  return items.reduce<JsonObject | null>(
    (last, one) => (last === null || timeOf(one) >= timeOf(last) ? one : last),
    null,
  )
}

const stateOf = (name: 'shipmentState' | 'paymentState', doc: string): Codec => ({
  name: name === 'shipmentState' ? 'returnState' : 'refundState',
  doc,
  toCrm: raw => {
    const state = latestIn(raw)?.[name]
    return value(typeof state === 'string' ? state : null)
  },
})

export const returnState = stateOf('shipmentState', 'How far the return is that moved last, as the shop spells it.')
export const refundState = stateOf('paymentState', 'Whether the money of the return that moved last went back.')

/** Of a line: the rule's expression is `whole.returnInfo`. */
export const returnedOfLine: Codec = {
  name: 'returnedOfLine',
  doc: 'How many pieces of this line came back; 0 while a return is only announced.',
  toCrm: (raw, { get }: CodecContext) => {
    const id = get('id')
    return pieces(itemsIn(raw).filter(({ lineItemId, customLineItemId }) => (lineItemId ?? customLineItemId) === id))
  },
}
