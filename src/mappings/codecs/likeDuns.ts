/** When two D-U-N-S numbers are one: nine digits, with or without dashes. */
import type { Likeness } from '../../model/mapping.ts'

const form = (text: string): string | null => {
  const bare = text.normalize('NFKC').replace(/[\s\p{Dash_Punctuation}]/gu, '')
  return /^\d{9}$/.test(bare) ? bare : null
}

export const likeDuns: Likeness = {
  name: 'duns',
  doc: 'a D-U-N-S number of nine digits, with or without dashes',
  form,
  spellings: text => {
    const own = form(text)
    return own === null ? [] : [...new Set([text, own, `${own.slice(0, 2)}-${own.slice(2, 5)}-${own.slice(5)}`])]
  },
}
