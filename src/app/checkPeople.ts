/** Whether the org can hold people in the form that was chosen: person accounts, and the record types of new Accounts. */
import type { Config } from '../config.ts'
import { defaultsOf } from '../core/defaultsOf.ts'
import type { Mapping, MappingPart, ObjectSchema, Schema } from '../model/mapping.ts'
import type { Problem } from '../model/ports.ts'

export type OfPeople = {
  readonly problems: readonly Problem[]
  /** Mappings whose fields say something about this org: those of person accounts say nothing where there are none. */
  readonly mappings: readonly Mapping[]
}

const ofPeople = ['customer-person', 'guest-person']

/** Salesforce: an org has person accounts when Account has the field. */
const hasPersonAccounts = (schema: Schema): boolean => schema.get('Account')?.fields.has('IsPersonAccount') === true

/** `hint` in what is worth knowing and no obstacle. */
export function checkPeople({ people, mappings }: Pick<Config, 'people' | 'mappings'>, schema: Schema): OfPeople {
  const found = mappings.flatMap(mapping => mapping.parts.flatMap(part => withoutType(mapping, part, schema)))
  // Guests get the record type of customers: what is wrong with it is said once.
  const typed = [...new Map(found.toReversed().map(one => [one.problem, one])).values()].toReversed()
  const asked = people === 'person-account'
  // Without Account there is nothing to say of its kinds.
  const isOpen = schema.has('Account') && mappings.some(({ name }) => ofPeople.includes(name))
  if (!isOpen || asked === hasPersonAccounts(schema)) return { problems: typed, mappings }
  if (asked)
    return {
      problems: [
        {
          place: 'sync.config.people',
          problem: "'person-account' is asked for, and the org has no person accounts.",
          fix: 'Turn them on in the org (for good: Salesforce cannot turn them off), or leave people out.',
        },
      ],
      mappings: mappings.filter(({ name }) => !ofPeople.includes(name)),
    }
  const hint: Problem = {
    place: 'sync.config.people',
    problem: 'The org has person accounts, and customers become a Contact in an Account of its own.',
    fix: "If people are person accounts there, set people: 'person-account' before the first load; docs/how-to/person-accounts.md tells which.",
    hint: true,
  }
  return { problems: [...typed, hint], mappings }
}

function withoutType({ name }: Mapping, part: MappingPart, schema: Schema): readonly Problem[] {
  const object = schema.get(part.object)
  if (object === undefined) return []
  return defaultsOf(part, object, schema.get('Pricebook2')?.priceBooks).missing.map(field => {
    const given = part.defaults[field]
    const named = typeof given === 'object' && given !== null && 'recordType' in given ? given.recordType : ''
    return {
      place: `sync.config.mappings['${name}'].recordType`,
      problem: `The record type ${named} of ${part.object} is not there for this user, or is not active.`,
      fix: fixFor(object),
    }
  })
}

function fixFor({ recordTypes = [] }: ObjectSchema): string {
  const known = recordTypes.map(one => one.developerName).join(', ')
  const assign = 'assign it to the integration user (a permission set can)'
  return known === '' ? `Make one and ${assign}.` : `Use one of ${known}, or ${assign}.`
}
