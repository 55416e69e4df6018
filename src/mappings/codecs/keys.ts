/** Lists of references by key (`stores`), as one text that can be searched and compared. */
import type { Codec } from '../../model/mapping.ts'
import type { Json } from '../../model/resource.ts'
import { bad, value } from './coded.ts'

function keyOf(item: Json): string | null {
  if (typeof item === 'string') return item.includes(';') ? null : item.trim()
  if (item === null || typeof item !== 'object' || Array.isArray(item) || !('key' in item)) return null
  return typeof item.key === 'string' ? keyOf(item.key) : null
}

/**
 * Keys joined by `;`, each once and sorted: the order in which commercetools lists them is no change. Also takes its
 * own result. On the way back each key must name something that is there.
 */
export const keys: Codec = {
  name: 'keys',
  doc: 'The keys of a list of references, sorted and joined by ";". A list that does not fit the field is left out.',
  toCrm: (raw, { field }) => {
    if (raw === null) return value(null)
    const items: readonly Json[] = typeof raw === 'string' ? raw.split(';') : Array.isArray(raw) ? raw : [null]
    const found = items.map(keyOf)
    if (found.includes(null)) return bad('is not a list of references by key')
    const all = [...new Set(found)].filter((key): key is string => key !== null && key !== '').sort()
    const joined = all.join(';')
    // A cut list would end in a key that does not exist.
    if (field && field.length > 0 && joined.length > field.length)
      return bad(`has more keys than ${field.length} characters hold`)
    return value(joined === '' ? null : joined)
  },
  toCommerce: stored => (typeof stored === 'string' ? stored.split(';') : null),
}
