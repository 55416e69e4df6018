/** Countries by ISO 3166-1 alpha-2 code: what commercetools keeps and what Salesforce's country picklist is keyed by. */
import type { Codec } from '../../model/mapping.ts'
import { bad, value } from './coded.ts'
import { plain } from './text.ts'

/** Where the org has no country picklist the code goes into the plain field: it is unambiguous in every language. */
export const country: Codec = {
  name: 'country',
  doc: 'An ISO 3166-1 country code in upper case. One that the org does not offer is left out.',
  toCrm: (raw, { field }) => {
    if (raw !== null && typeof raw !== 'string') return bad('is not a country code')
    const code = raw === null ? null : (plain(raw)?.toUpperCase() ?? null)
    if (code === null) return value(null)
    if (!/^[A-Z]{2}$/.test(code)) return bad('is not a country code of two letters')
    if (field && field.values.length > 0 && !field.values.includes(code))
      return bad("is not among the org's countries: add it under State and Country/Territory Picklists")
    return value(code)
  },
  toCommerce: stored => stored,
}
