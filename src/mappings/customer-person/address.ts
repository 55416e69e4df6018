/** One postal address of a customer in the five fields by which Salesforce knows any address, standard or shared by several objects. */
import type { FieldOwnership, FieldRule } from '../../model/mapping.ts'
import { country } from '../codecs/country.ts'
import { state } from '../codecs/state.ts'
import { text } from '../codecs/text.ts'
import { type StreetOrder, streetApart, streetOf } from './street.ts'

/**
 * Rules for the address at `at` (`addresses[@defaultBillingAddressId]`) into the fields that begin with `prefix` (`Billing`).
 * Every part comes from that one address and from no other: a city beside another address's postal code is worse than a blank.
 */
export function address(prefix: string, at: string, owner: FieldOwnership, order: StreetOrder): readonly FieldRule[] {
  return [
    { crm: `${prefix}Street`, commerce: streetOf(at, order), owner, codec: text, apart: streetApart(at, order) },
    { crm: `${prefix}City`, commerce: `${at}.city`, owner, codec: text },
    { crm: `${prefix}PostalCode`, commerce: `${at}.postalCode`, owner, codec: text },
    {
      crm: `${prefix}CountryCode`,
      orElse: `${prefix}Country`,
      commerce: `${at}.country`,
      owner,
      codec: country,
    },
    {
      crm: `${prefix}StateCode`,
      orElse: `${prefix}State`,
      commerce: `${at}.state ?? ${at}.region`,
      owner,
      codec: state({ country: `${at}.country` }),
    },
  ]
}
