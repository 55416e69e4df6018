/** What comes back of an order: counted when it is there and not when it is announced, and told by the line it was bought in. */
import { describe, expect, it } from 'vitest'
import { evaluate } from '../../core/evaluate.ts'
import type { Codec } from '../../model/mapping.ts'
import type { Json, JsonObject } from '../../model/resource.ts'
import { refundState, returnedOfLine, returnedPieces, returnState, returns } from './returns.ts'

const said = (codec: Codec, raw: Json, line = 'l1') => {
  const coded = codec.toCrm(raw, { get: path => evaluate(path)({ id: line }), field: null })
  return coded.is === 'value' ? coded.value : coded.why
}
const item = (lineItemId: string, quantity: number, shipmentState: string, day: number): JsonObject => ({
  lineItemId,
  quantity,
  shipmentState,
  paymentState: shipmentState === 'Advised' ? 'NonRefundable' : 'Initial',
  lastModifiedAt: `2026-03-0${day}T10:00:00.000Z`,
})

describe('a return', () => {
  it('in two parts adds up, by order and by line', () => {
    const twice = [
      { items: [item('l1', 1, 'BackInStock', 1)] },
      { items: [item('l1', 2, 'Returned', 3), item('l2', 4, 'Unusable', 2)] },
    ]
    expect(said(returns, twice)).toBe(2)
    expect(said(returnedPieces, twice)).toBe(7)
    expect(['l1', 'l2', 'l3'].map(line => said(returnedOfLine, twice, line))).toEqual([3, 4, null])
    expect(said(returnState, twice)).toBe('Returned')
  })

  it('that is announced is one, of which nothing came back', () => {
    const announced = [{ items: [item('l1', 2, 'Advised', 1)] }]
    expect(said(returns, announced)).toBe(1)
    expect([said(returnedPieces, announced), said(returnedOfLine, announced)]).toEqual([0, 0])
    expect([said(returnState, announced), said(refundState, announced)]).toEqual(['Advised', 'NonRefundable'])
  })

  it('of custom line items is told by them', () => {
    const back = [{ items: [{ customLineItemId: 'c1', quantity: 1, shipmentState: 'Returned' }] }]
    expect(said(returnedOfLine, back, 'c1')).toBe(1)
  })

  it('that there is none of says nothing', () => {
    for (const codec of [returns, returnedPieces, returnedOfLine, returnState, refundState])
      for (const raw of [null, [], 'x', [{ items: 'x' }].slice(1)]) expect(said(codec, raw)).toBeNull()
  })
})
