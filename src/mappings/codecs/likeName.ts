/** When two names of a person are one: without case, accents and punctuation. */
import { plain } from '../../core/plain.ts'
import type { Likeness } from '../../model/mapping.ts'

export const likeName: Likeness = {
  name: 'name',
  doc: 'a name, without case, accents and punctuation',
  form: text => plain(text) || null,
  spellings: text => {
    const bare = text.normalize('NFD').replace(/[\u0300-\u036f]/g, '')
    return [...new Set([text, bare, bare.replace(/[.'’]/g, '')])].filter(way => plain(way) === plain(text))
  },
}
