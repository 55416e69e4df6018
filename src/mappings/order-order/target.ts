/** What the mapping of orders is made from, whichever objects it writes. */
import type { MatchRule, Parking } from '../../model/mapping.ts'
import type { StreetOrder } from '../customer-person/street.ts'

export type Target = {
  readonly prefix: string
  readonly match: readonly MatchRule[]
  readonly isPerson: boolean
  readonly street: StreetOrder
  readonly language: string
  readonly lines: 'rows' | 'none'
  readonly timeZone: string
  readonly draftStatus: string
  readonly parking: Parking | null
}
