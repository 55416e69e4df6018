/** States and provinces: free text in commercetools, a code that belongs to the country in Salesforce, or free text there too. */
import type { Codec } from '../../model/mapping.ts'
import { bad, value } from './coded.ts'
import { subdivision } from './subdivisions.ts'
import { plain, scalar } from './text.ts'

/**
 * `country` is an expression for the ISO code of the address's country: Salesforce refuses a whole record whose state
 * is not one of its country's. A code or a name is taken; what fits no state of the country drops this field alone.
 * Into a plain field goes what the shopper wrote. The way back gives the code.
 */
export function state({ country }: { readonly country: string }): Codec {
  return {
    name: 'state',
    doc: `A state's code, from its code or name, for the country at ${country}; as written where the org has no state picklist. One that is not the country's is left out.`,
    toCrm: (raw, { get, field }) => {
      const given = scalar(raw)
      if (given === undefined) return bad('is not a state')
      const kept = given === null ? null : plain(given)
      if (kept === null || !field || field.values.length === 0) return value(kept)
      const of = get(country)
      if (typeof of !== 'string') return bad('needs the country of its address')
      const place = of.trim().toUpperCase()
      const known = subdivision(place, kept)
      if (known === null) return bad('is not a state of the country of its address')
      const code = known ?? field.values.find(one => one.toUpperCase() === kept.toUpperCase()) ?? null
      return code !== null && field.values.includes(code)
        ? value(code)
        : bad("is not among the org's states: add it under State and Country/Territory Picklists")
    },
    toCommerce: stored => stored,
  }
}
