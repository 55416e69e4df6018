/** When two company names are one: without case, accents and punctuation, and without those legal forms that are named. */
import { plain } from '../../core/plain.ts'
import type { Likeness } from '../../model/mapping.ts'

export type CompanyOptions = {
  /** Legal forms that say nothing at the end of a name (`GmbH`, `GmbH & Co. KG`). Default: none, they tell companies apart. */
  readonly legalForms?: readonly string[]
}

/** The words of a text that say anything, as they are written. */
const words = (text: string): readonly string[] => text.split(/\s+/u).filter(word => plain(word) !== '')

const joined = (some: readonly string[]): string => plain(some.join(' '))

export function likeCompany({ legalForms = [] }: CompanyOptions = {}): Likeness {
  const ends = new Set(legalForms.map(one => plain(one)).filter(end => end !== ''))
  /** Without the legal form, of which the longest counts; a name that is nothing else stays. */
  const bare = (name: readonly string[]): readonly string[] => {
    for (let at = 1; at < name.length; at++) if (ends.has(joined(name.slice(at)))) return bare(name.slice(0, at))
    return name
  }
  const form = (text: string): string | null => joined(bare(words(text))) || null
  return {
    name: 'company-name',
    doc: `a company's name, without case, accents and punctuation${legalForms.length === 0 ? '' : `, ${legalForms.join(', ')} at its end left out`}`,
    form,
    spellings: text => {
      const own = form(text)
      const stem = bare(words(text))
        .join(' ')
        .replace(/[,;]+$/u, '')
      const stems = ends.size === 0 ? [text.trim()] : [text.trim(), stem, ...legalForms.map(one => `${stem} ${one}`)]
      const ways = stems.flatMap(one => {
        const unmarked = one.normalize('NFD').replace(/[\u0300-\u036f]/g, '')
        return [one, unmarked, one.replace(/[.,]/g, '')]
      })
      return [...new Set([text, ...ways.map(way => way.normalize('NFC'))])].filter(way => form(way) === own)
    },
  }
}
