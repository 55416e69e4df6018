/**
 * Phone numbers in the one form that can be dialled and compared: E.164, read with the country of the address they
 * stand in. Checked by length only, not against today's numbering plans: a newer library must not change what is stored.
 */
import { isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/max'
import type { Codec } from '../../model/mapping.ts'
import { bad, value } from './coded.ts'
import { likePhone } from './likePhone.ts'
import { plain, scalar } from './text.ts'

type Read = { readonly number: string; readonly extension: string | null }

function read(text: string, country: string | null): Read | null {
  const known = country !== null && isSupportedCountry(country) ? country : undefined
  const parsed = parsePhoneNumberFromString(text, { ...(known && { defaultCountry: known }), extract: false })
  if (!parsed?.isPossible()) return null
  return { number: parsed.number, extension: parsed.ext ?? null }
}

/**
 * Reads on until nothing changes: some plans drop a leading zero or a mobile prefix only the second time, and what is
 * stored must be read as itself. Null when that ends at no number, or at none within a few turns.
 */
function settled(number: string, turns = 5): string | null {
  const again = turns > 0 ? read(number, null) : null
  return again === null || again.number === number ? (again?.number ?? null) : settled(again.number, turns - 1)
}

/** The number as it will be stored, with its extension; null for what is none. */
function dialled(kept: string, code: string | null): Read | null {
  const first = read(kept, code)
  if (first === null) return null
  // A number that came in this very form, but for what stands between its digits, would be read the same again.
  const isRead = first.extension === null && kept.replace(/[^\d+]/g, '') === first.number
  const number = isRead ? first.number : settled(first.number)
  return number === null ? null : { number, extension: first.extension }
}

/** The last few numbers of a record: one stands in several fields, and reading it is what costs most here. */
function lately(keptAtMost = 4): typeof dialled {
  const known = new Map<string, Read | null>()
  return (kept, code) => {
    const name = `${code} ${kept}`
    const found = known.has(name) ? (known.get(name) ?? null) : dialled(kept, code)
    if (!known.has(name) && known.size >= keptAtMost) known.clear()
    known.set(name, found)
    return found
  }
}

/**
 * `country` is an expression for the ISO code of the country that a national number belongs to
 * (`addresses[@defaultBillingAddressId].country`). An extension is kept as ` x640` where the field has room for all of
 * it, and left off otherwise: the number still reaches the house, a cut extension reaches a stranger. Fields that are
 * read by one country share the codec: it remembers the last numbers.
 */
export function phone({ country }: { readonly country: string }): Codec {
  const dial = lately()
  return {
    name: 'phone',
    doc: `A phone number in E.164, national ones read by ${country}; an extension follows as " x640". Numbers that cannot be read are left out.`,
    toCrm: (raw, { get, field }) => {
      const given = scalar(raw)
      if (given === undefined) return bad('is not a phone number')
      const kept = given === null ? null : plain(given)
      if (kept === null) return value(null)
      const of = get(country)
      const code = typeof of === 'string' ? of.trim().toUpperCase() : null
      const found = dial(kept, code)
      if (found === null)
        return bad(
          code === null
            ? 'is no phone number that can be read without a country'
            : `is no phone number that can be read as one of ${/^[A-Z]{2}$/.test(code) ? code : 'its country'}`,
        )
      const { number, extension } = found
      const whole = extension === null ? number : `${number} x${extension}`
      const room = field && field.length > 0 ? field.length : Number.POSITIVE_INFINITY
      if (number.length > room) return bad(`is longer than ${room} characters`)
      return value(whole.length > room ? number : whole)
    },
    toCommerce: stored => stored,
    like: likePhone,
  }
}
