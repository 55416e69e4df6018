/** When two international phone numbers are one: what stands between the digits says nothing, an extension does. */
import { parsePhoneNumberFromString } from 'libphonenumber-js/max'
import type { Likeness } from '../../model/mapping.ts'

/** `+49 (0)170 / 123 45 67` and `0049 170 1234567` begin as E.164 does. */
const international = (text: string): string => text.trim().replace(/^00(?=[1-9])/, '+')

function read(text: string) {
  const parsed = parsePhoneNumberFromString(international(text), { extract: false })
  return parsed?.isPossible() ? parsed : null
}

const digits = (text: string): string => text.replace(/[^\p{Number}+x]/giu, '').toLowerCase()

function form(text: string): string | null {
  const found = read(text)
  // A national number is only what it is: whose it would be, the country of an address says, not the number.
  if (found === null) return digits(text) || null
  return `${found.number}${found.ext === undefined ? '' : `x${found.ext}`}`
}

export const likePhone: Likeness = {
  name: 'phone',
  doc: 'a phone number, whatever stands between its digits',
  form,
  spellings: text => {
    const found = read(text)
    if (found === null || found.ext !== undefined) return [text]
    const spoken = found.formatInternational()
    const ways = [found.number, spoken, spoken.replaceAll(' ', '-'), `00${found.number.slice(1)}`]
    const own = form(text)
    return [...new Set([text, ...ways.filter(way => form(way) === own)])]
  },
}
