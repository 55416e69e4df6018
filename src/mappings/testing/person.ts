/** Situations of a customer, for the rule book of `customer-person`: new to Salesforce, or settled there. */
import { given, shapeOf } from '../../../test/given.ts'
import type { Mapping, Schema } from '../../model/mapping.ts'
import type { JsonObject } from '../../model/resource.ts'
import { customerPerson } from '../customer-person/index.ts'
import { org } from './schema.ts'

export const person = customerPerson()
export const plain = org()
export const picklists = org({ countries: ['DE', 'CH', 'US', 'GB', 'JP'], states: ['CA', 'IA', 'BY'] })
export const nothing = { do: 'nothing' } as const

/** A customer whom Salesforce does not have yet, in an org without state and country picklists. */
export const customer = (snapshot: JsonObject) => given({ mapping: person, schema: plain, snapshot })

/** A customer whose two records were settled when the customer looked like `was`. */
export const settled = (snapshot: JsonObject, was: JsonObject) => {
  const [account, contact] = [
    { id: '001000000000001AAA', was },
    { id: '003000000000001AAA', was },
  ]
  return given({ mapping: person, schema: plain, snapshot, link: { account, contact } })
}

/** What both records are created with: to look at a few fields among all. */
export function created(snapshot: JsonObject, schema: Schema = plain, mapping: Mapping = person) {
  const [account, contact] = given({ mapping, schema, snapshot }).made.map(shapeOf)
  if (account?.do !== 'create' || contact?.do !== 'create') throw new Error('both are to be created')
  return { account, contact }
}
