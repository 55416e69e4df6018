import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../model/resource.ts'
import { activities } from './activities.ts'
import { ready, type Told } from './words.ts'

const now = '2026-03-08T12:00:00.000Z'
const dayMs = 86_400_000
const list = (body: JsonObject, told: Readonly<Record<string, Told>> = ready, language = 'en') =>
  activities({ told, historyMs: 7 * dayMs, language })(body, { now, modifiedAt: now }).activities as JsonObject[]

const message = (id: string, type: string, createdAt: string, more: JsonObject = {}): JsonObject => ({
  id,
  type,
  createdAt,
  ...more,
})
const order = (messages: readonly JsonObject[], more: JsonObject = {}): JsonObject => ({
  id: 'o',
  orderNumber: 'A-1',
  locale: 'de-CH',
  totalPrice: { currencyCode: 'EUR', centAmount: 1_999, fractionDigits: 2 },
  lineItems: [{ name: { en: 'Mug', de: 'Becher' }, quantity: 2, variant: { sku: 'MUG' } }],
  messages,
  ...more,
})
const placed = message('m1', 'OrderCreated', '2026-03-08T10:00:00.000Z')

describe('the Tasks of a record', () => {
  it('say in its language what happened, and what it is about', () => {
    expect(list(order([placed]))).toEqual([
      {
        id: 'm1',
        type: 'OrderCreated',
        at: placed.createdAt,
        subject: 'Bestellung A-1 aufgegeben: 19.99 EUR',
        text: '2 × Becher (MUG)',
      },
    ])
    expect(list(order([placed], { locale: 'ja' }))[0]?.subject).toBe('Order A-1 placed: 19.99 EUR')
  })

  it('name an order without a number by its id', () => {
    expect(list(order([placed], { orderNumber: null, locale: 'en' }))[0]?.subject).toBe('Order o placed: 19.99 EUR')
  })

  it('are those of the types that are switched on, and of no message that is history', () => {
    const old = message('m0', 'OrderCreated', '2026-03-01T11:59:59.999Z')
    const just = message('m2', 'OrderCreated', '2026-03-01T12:00:00.000Z')
    const other = message('m3', 'OrderSearchDeactivated', String(placed.createdAt))
    expect(list(order([old, just, other, placed])).map(({ id }) => id)).toEqual(['m2', 'm1'])
  })

  it('are one with a list for a flood, the same however the messages come', () => {
    const parcels = Array.from({ length: 40 }, (_, n) =>
      message(`p${n}`, 'ParcelAddedToDelivery', `2026-03-08T10:00:${String(n).padStart(2, '0')}.000Z`, {
        parcel: { trackingData: { carrier: 'DHL', trackingId: `T${n}` } },
      }),
    )
    const [flood, ...others] = list(order(parcels))
    expect(others).toEqual([])
    expect(flood).toMatchObject({
      id: `ParcelAddedToDelivery-${Date.parse('2026-03-08T10:00:00.000Z')}`,
      at: '2026-03-08T10:00:39.000Z',
      subject: 'Bestellung A-1: Pakete unterwegs (40)',
    })
    expect(String(flood?.text).split('\n')).toHaveLength(40)
    expect(String(flood?.text).split('\n')[39]).toBe('2026-03-08 10:00:39 DHL T39')
    expect(list(order(parcels.toReversed()))).toEqual([flood])
  })

  it('are one a window, whose text ends where it would be too long', () => {
    const many = Array.from({ length: 300 }, (_, n) =>
      message(`p${n}`, 'ParcelAddedToDelivery', new Date(Date.parse('2026-03-08T10:00:00Z') + n * 100).toISOString()),
    )
    const late = message('late', 'ParcelAddedToDelivery', '2026-03-08T10:01:00.000Z')
    const [first, second] = list(order([...many, late]))
    expect(String(first?.text).split('\n')).toHaveLength(201)
    expect(String(first?.text)).toMatch(/… 100 more$/)
    expect(second?.subject).toBe('Bestellung A-1: Pakete unterwegs')
  })

  it('take words of a merchant’s own, with or without holes; a hole that nothing fills leaves the name of the message', () => {
    const told = {
      OrderCreated: { subject: 'New order' },
      ReturnInfoAdded: { subject: 'Return {message.returnInfo.id}' },
    }
    const returned = message('m2', 'ReturnInfoAdded', String(placed.createdAt))
    expect(list(order([placed, returned]), told).map(({ subject }) => subject)).toEqual([
      'New order',
      'ReturnInfoAdded',
    ])
  })

  it('has an answer for any JSON', () => {
    fc.assert(
      fc.property(
        fc.array(fc.dictionary(fc.constantFrom('id', 'type', 'createdAt', 'parcel'), fc.jsonValue())),
        some => {
          expect(Array.isArray(list(order(some as JsonObject[])))).toBe(true)
        },
      ),
    )
  })
})
