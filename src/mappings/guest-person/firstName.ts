/** A guest's first name, from the address that gives the last name: a gift's recipient must not lend theirs to the buyer. */
import type { Codec } from '../../model/mapping.ts'
import type { Json } from '../../model/resource.ts'
import { value } from '../codecs/coded.ts'
import { name } from '../codecs/name.ts'

const says = (given: Json): boolean => typeof given === 'string' && given.trim() !== ''

/** `billing` and `shipping` are paths of the two addresses; the first that has a last name is the person's. */
export const firstName = ({ billing, shipping }: { billing: string; shipping: string }): Codec => ({
  name: 'firstName',
  doc: 'A name: trimmed, on one line, single blanks, Unicode NFC. It comes from the address that gives the last name.',
  toCrm: (raw, context) => {
    const { get } = context
    const own = says(get(`${billing}.lastName`)) || !says(get(`${shipping}.lastName`)) ? billing : shipping
    const [ours, others] = [own, own === billing ? shipping : billing].map(at => get(`${at}.firstName`))
    const isOthers = says(raw) && raw === others && raw !== ours
    if (!isOthers) return name.toCrm(raw, context)
    const stranger = says(get(`${own}.lastName`))
    return says(ours ?? null) ? name.toCrm(ours ?? null, context) : stranger ? value(null) : name.toCrm(raw, context)
  },
})
