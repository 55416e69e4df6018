/** The part of an email address before the @: what is left to call somebody by who gave no name. */
import type { Codec } from '../../model/mapping.ts'
import { value } from './coded.ts'
import { address } from './email.ts'

/** `anna.schmidt` of `Anna.Schmidt@example.com`. A text without @ that already is a local part stays. No way back. */
export const localPart: Codec = {
  name: 'localPart',
  doc: 'The part of an email address before the @, in lower case.',
  toCrm: raw => {
    // A bare local part is completed, so that both forms pass the same test.
    const whole = typeof raw === 'string' && raw.trim() !== '' && !raw.includes('@') ? `${raw.trim()}@example.com` : raw
    const coded = address(whole, null)
    return coded.is === 'value' && typeof coded.value === 'string' ? value(coded.value.split('@')[0] ?? null) : coded
  },
}
