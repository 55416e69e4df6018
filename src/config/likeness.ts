/** How the values of a match rule are compared, as `sync.config.ts` names it: the ready-made likenesses with their options. */
import { likeCompany } from '../mappings/codecs/likeCompany.ts'
import { likeDuns } from '../mappings/codecs/likeDuns.ts'
import { likeEmail } from '../mappings/codecs/likeEmail.ts'
import { likeName } from '../mappings/codecs/likeName.ts'
import { likePhone } from '../mappings/codecs/likePhone.ts'
import { likeVatId } from '../mappings/codecs/likeVatId.ts'
import type { Likeness } from '../model/mapping.ts'
import type { Complaints } from './environment.ts'

export const likenessNames = ['email', 'phone', 'name', 'company-name', 'vat-id', 'duns'] as const

type Name = (typeof likenessNames)[number]

export type LikenessChange = {
  readonly as?: Name | undefined
  readonly plus?: 'ignore' | undefined
  readonly dots?: readonly string[] | undefined
  readonly legalForms?: readonly string[] | undefined
}

const isName = (name: string | undefined): name is Name => likenessNames.some(known => known === name)

/** Null where nothing differs from what the field has by itself; `written` names that. Options of another likeness are said to `complain`. */
export function likeness(
  { as, plus, dots, legalForms }: LikenessChange,
  written: string | undefined,
  place: string,
  complain: Complaints,
): Likeness | null {
  const name = as ?? (isName(written) ? written : undefined)
  const options = { plus, dots, legalForms }
  const of = { plus: 'email', dots: 'email', legalForms: 'company-name' } as const
  for (const option of ['plus', 'dots', 'legalForms'] as const)
    if (options[option] !== undefined && name !== of[option])
      complain.say(
        `${place}.${option}`,
        `it says nothing of ${name ?? 'this field'}`,
        `use it with as: '${of[option]}'`,
      )
  switch (name) {
    case 'email':
      return as === undefined && plus === undefined && dots === undefined
        ? null
        : likeEmail({ ...(plus && { plus }), ...(dots && { dots }) })
    case 'company-name':
      return likeCompany({ ...(legalForms && { legalForms }) })
    case 'phone':
      return likePhone
    case 'name':
      return likeName
    case 'vat-id':
      return likeVatId
    case 'duns':
      return likeDuns
    case undefined:
      return null
  }
}
