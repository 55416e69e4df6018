/** Languages and locales: BCP 47 on one side, the org's own spelling and choice on the other. */
import type { Codec } from '../../model/mapping.ts'
import { bad, value } from './coded.ts'
import { plain } from './text.ts'

const shape = /^([a-z]{2,3})(?:-([a-z]{4}))?(?:-([a-z]{2}|\d{3}))?$/

/** `de-ch`, `de_CH` and `DE-ch` all become `de-CH`; null for what is no locale. */
export function tag(text: string): string | null {
  const [, language, script, region] = shape.exec(text.trim().toLowerCase().replaceAll('_', '-')) ?? []
  if (language === undefined) return null
  const titled = script && script.charAt(0).toUpperCase() + script.slice(1)
  return [language, titled, region?.toUpperCase()].filter(Boolean).join('-')
}

/** The picklist value for a tag: the tag itself, its language with the region, its language, or the default. */
function choose(wanted: string, values: readonly string[], otherwise: string | null): string | null {
  const language = wanted.split('-')[0] ?? wanted
  const region = /-([A-Z]{2}|\d{3})$/.exec(wanted)?.[1]
  const chain = [wanted, region && `${language}-${region}`, language, otherwise && tag(otherwise)]
  for (const step of chain) {
    const found = step && values.find(one => tag(one) === step)
    if (found) return found
  }
  return null
}

/**
 * Into a text field: the locale in BCP 47. Into a picklist: the org's own spelling of it (`de_CH`), else of its
 * language, else of `default`. The way back is exact where the org knows the locale itself, else as coarse as the picklist.
 */
export function locale(options: { readonly default?: string } = {}): Codec {
  return {
    name: 'locale',
    doc: "A locale in BCP 47 (de-CH). In a picklist: the org's own spelling of it, else its language, else the default.",
    toCrm: (raw, { field }) => {
      if (raw !== null && typeof raw !== 'string') return bad('is not a locale')
      const kept = raw === null ? null : plain(raw)
      if (kept === null) return value(null)
      const wanted = tag(kept)
      if (wanted === null) return bad('is not a locale of the form de-CH')
      if (!field || field.values.length === 0) return value(wanted)
      const chosen = choose(wanted, field.values, options.default ?? null)
      return chosen === null ? bad("is not among the org's languages") : value(chosen)
    },
    toCommerce: stored => (typeof stored === 'string' ? tag(stored) : null),
  }
}
