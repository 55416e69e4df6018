/** A person's or company's name: one line, single blanks, composed characters, so that equal names are equal. */
import type { Codec } from '../../model/mapping.ts'
import { bad, value } from './coded.ts'
import { plain, scalar } from './text.ts'

/** A name on one line in Unicode NFC. Its case is the person's own and stays. */
export const name: Codec = {
  name: 'name',
  doc: 'A name: trimmed, on one line, single blanks, Unicode NFC.',
  toCrm: raw => {
    const given = scalar(raw)
    if (given === undefined) return bad('is not a name')
    const kept = given === null ? null : plain(given)
    return value(kept?.replace(/\s+/g, ' ').normalize('NFC') ?? null)
  },
  toCommerce: stored => stored,
}
