/** What the mapping of orders is made from, whichever objects it writes. */
import type { MatchRule, Parking } from '../../model/mapping.ts'
import type { OrgCurrency } from '../codecs/summed.ts'
import type { StreetOrder } from '../customer-person/street.ts'

/** Each line a record of its own, all of them one text, or nothing. */
export type Lines = 'rows' | 'summary' | 'none'

/** What was charged and refunded, or nothing: payments then need not be read. */
export type Payments = 'amounts' | 'none'

export type Target = {
  readonly prefix: string
  readonly match: readonly MatchRule[]
  readonly isPerson: boolean
  readonly street: StreetOrder
  readonly language: string
  readonly lines: Lines
  readonly payments: Payments
  readonly timeZone: string
  readonly draftStatus: string
  readonly parking: Parking | null
  /** The org's only currency; null where nothing is said of it. */
  readonly currency: OrgCurrency | null
  /** Are quotes deals? Then an order that came of one points at it. */
  readonly quotes: boolean
}
