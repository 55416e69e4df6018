/** A field of the package that tells nothing of a person and is the shop's to know. */
import type { Codec, FieldRule } from '../model/mapping.ts'

export type PlainField = (part: string, commerce: string, codec?: Codec) => FieldRule

/** `CT_` and `Total` make `CT_Total__c`; without a codec of its own a field has `otherwise`, or none. */
export const plainField =
  (prefix: string, otherwise?: Codec): PlainField =>
  (part, commerce, codec = otherwise) => ({
    crm: `${prefix}${part}__c`,
    commerce,
    owner: 'commerce',
    ...(codec !== undefined && { codec }),
    personal: false,
  })
