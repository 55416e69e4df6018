/** Parts of which a record has several, one for each element of a list: which there are, and what each of them sees. */
import type { MappingPart } from '../model/mapping.ts'
import { isObject, type JsonObject } from '../model/resource.ts'
import { evaluate } from './evaluate.ts'

/** One record to be made: its role in the link table, what its key ends in, and the body that its expressions see. */
export type Element = { readonly role: string; readonly id: string | null; readonly body: JsonObject }

/** Stands between a part's name and an element's id; no part's name contains it. */
const between = '/'

/** The name of the part that a role belongs to: `line` of `line/1c2d`. */
export const partNameOf = (role: string): string => {
  const at = role.indexOf(between)
  return at === -1 ? role : role.slice(0, at)
}

/** Does this role of the link table belong to this part? */
export const isRoleOf = (part: MappingPart, role: string): boolean =>
  part.each === undefined ? role === part.role : role.startsWith(part.role + between)

/** Makes a part ready: give it a record's body, get what is to be made of it. */
export function elements({ role, each }: MappingPart): (body: JsonObject) => readonly Element[] {
  if (each === undefined) return body => [{ role, id: null, body }]
  const list = evaluate(each.of)
  const idOf = evaluate(each.id)
  return whole => {
    const found = list(whole)
    if (!Array.isArray(found)) return []
    const byId = new Map<string, Element>()
    for (const one of found) {
      if (!isObject(one)) continue
      const body = { ...one, whole }
      const id = idOf(body)
      if ((typeof id !== 'string' && typeof id !== 'number') || byId.has(String(id))) continue
      byId.set(String(id), { role: `${role}${between}${id}`, id: String(id), body })
    }
    return [...byId.values()]
  }
}
