/** Texts that commercetools keeps in several languages, in the one that fits the record. */
import type { Codec } from '../../model/mapping.ts'
import type { Json } from '../../model/resource.ts'
import { bad } from './coded.ts'
import { tag } from './locale.ts'
import { name } from './name.ts'

const isTexts = (raw: Json): raw is Readonly<Record<string, Json>> =>
  typeof raw === 'object' && raw !== null && !Array.isArray(raw)

/**
 * The record's locale, then its language alone, then any region of that language, then `default`, then the first
 * language by its name: the same choice however the languages are listed.
 */
function choose(texts: Readonly<Record<string, Json>>, wanted: string | null, otherwise: string): Json {
  const byTag = new Map(
    Object.entries(texts)
      .filter(([, text]) => typeof text === 'string' && text.trim() !== '')
      .map(([key, text]) => [tag(key) ?? key, text] as const)
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  )
  const language = wanted?.split('-')[0]
  const near = language === undefined ? undefined : [...byTag.keys()].find(key => key.startsWith(`${language}-`))
  for (const step of [wanted, language, near, otherwise]) {
    const found = step === null || step === undefined ? undefined : byTag.get(step)
    if (found !== undefined) return found
  }
  return byTag.values().next().value ?? null
}

/** `locale` is the path of the record's own locale (`whole.locale`), `default` the language of those that have none. */
export function localized(options: { readonly locale: string; readonly default?: string }): Codec {
  const otherwise = options.default ?? 'en'
  return {
    name: 'localized',
    doc: `Of a text in several languages the one of ${options.locale}, of its language, of ${otherwise}, or the first; on one line.`,
    toCrm: (raw, at) => {
      if (!isTexts(raw)) return Array.isArray(raw) ? bad('is not a text in several languages') : name.toCrm(raw, at)
      const locale = at.get(options.locale)
      return name.toCrm(choose(raw, typeof locale === 'string' ? tag(locale) : null, otherwise), at)
    },
  }
}
