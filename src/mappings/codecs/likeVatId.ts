/** When two VAT ids are one: blanks, dots and dashes say nothing, and Greece goes by two codes. */
import type { Likeness } from '../../model/mapping.ts'

const form = (text: string): string | null => {
  const compact = text
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[^\p{Letter}\p{Number}]/gu, '')
  // The EU says EL, people write the country's code.
  return compact.replace(/^GR(?=\d{9}$)/, 'EL') || null
}

/** `DE123456789` in threes: `DE 123 456 789`. */
const inThrees = (number: string): string => number.replace(/(?<=^(?:.{3})+)(?=.)/g, ' ')

export const likeVatId: Likeness = {
  name: 'vat-id',
  doc: 'a VAT id, without blanks and punctuation',
  form,
  spellings: text => {
    const own = form(text)
    if (own === null) return [text]
    const code = /^[A-Z]{2}/.exec(own)?.[0] ?? ''
    const number = own.slice(code.length)
    const codes = code === 'EL' && /^\d{9}$/.test(number) ? [code, 'GR'] : [code]
    const ways = codes.flatMap(one => [`${one}${number}`, `${one} ${number}`, `${one} ${inThrees(number)}`])
    return [...new Set([text, ...ways.map(way => way.trim())])].filter(way => way === text || form(way) === own)
  },
}
