/** Texts of a referenced record (`customerGroup.obj.name`): there only when the reference was expanded as it was read. */
import type { Codec } from '../../model/mapping.ts'
import { bad } from './coded.ts'
import { name } from './name.ts'

/**
 * A reference that came without its record is not an empty value: it leaves the field alone instead of blanking it.
 * `reference` is the path of the reference itself (`customerGroup`). On the way back the
 * name says which record to point at, so it must be one that is there.
 */
export function expanded({ reference }: { readonly reference: string }): Codec {
  return {
    name: 'expanded',
    doc: `A name from the record that ${reference} points at; left as it is when that record was not read along.`,
    toCrm: (raw, context) => {
      if (raw === null && context.get(`${reference}.id`) !== null)
        return bad(`was not read: ${reference} is not expanded`)
      return name.toCrm(raw, context)
    },
    toCommerce: stored => stored,
  }
}
