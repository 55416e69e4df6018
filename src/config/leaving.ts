/** What `sync.config.ts` says of deletions, part by part: which fields deactivate, and which beside the mapped ones are personal. */
import type { Mapping, MappingPart } from '../model/mapping.ts'
import type { Complaints } from './environment.ts'
import type { MappingChange } from './syncConfig.ts'

/** The parts with these fields placed; a name that means no object of the mapping is said to `complain`. */
export function leaving(
  { parts }: Mapping,
  { deactivate, personal }: MappingChange,
  place: string,
  complain: Complaints,
): readonly MappingPart[] {
  const objects = [...new Set(parts.map(part => part.object))]
  const placed = (at: string, named: string): { readonly object: string; readonly field: string } | null => {
    const [object = '', field] = named.split('.')
    if (field !== undefined && objects.includes(object)) return { object, field }
    complain.say(at, 'cannot be placed', `say ${objects.map(one => `${one}.${field ?? named}`).join(' or ')}`)
    return null
  }
  const written = Object.entries(deactivate ?? {}).flatMap(([named, value]) => {
    const found = placed(`${place}.deactivate['${named}']`, named)
    return found === null ? [] : [{ ...found, value }]
  })
  const emptied = (personal ?? []).flatMap((named, at) => placed(`${place}.personal[${at}]`, named) ?? [])
  return parts.map(part => {
    const own = written.filter(one => one.object === part.object)
    const fields = emptied.filter(one => one.object === part.object).map(one => one.field)
    return {
      ...part,
      ...(deactivate !== undefined && { deactivate: Object.fromEntries(own.map(one => [one.field, one.value])) }),
      ...(personal !== undefined && { personal: fields }),
    }
  })
}
