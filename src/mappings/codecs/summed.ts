/** Amounts in Salesforce's own currency fields, which its reports and roll-ups add up. */
import type { Codec } from '../../model/mapping.ts'
import { currencyOf } from './basket.ts'
import { value } from './coded.ts'
import { money } from './money.ts'

/** The only currency of an org, and what a unit of others is worth in it: what is converted, and what is left out. */
export type OrgCurrency = { readonly code: string; readonly rates?: Readonly<Record<string, number>> | undefined }

/**
 * Where nothing is said of the org it is `money`, by that name, so that a check can tell.
 * In an org with one currency a field like `Amount` holds that currency and says so nowhere: an amount of another one is
 * converted where there is a rate, and `otherwise` stands there where there is none. In an org with several the record says which it is.
 */
export function summed(org: OrgCurrency | null, otherwise: number | null = null): Codec {
  if (org === null) return money
  return {
    name: 'summed',
    doc: "An amount of money for a field that Salesforce adds up. In an org with one currency amounts of others are converted by `currency.rates`, or left out: they stand in the package's own fields.",
    toCrm: (raw, context) => {
      const coded = money.toCrm(raw, context)
      const code = currencyOf(raw)
      const isForeign = code !== null && code !== org.code && context.field?.inCurrency !== true
      if (!isForeign || coded.is !== 'value' || typeof coded.value !== 'number') return coded
      const rate = org.rates?.[code]
      return value(rate === undefined ? otherwise : coded.value * rate)
    },
  }
}
