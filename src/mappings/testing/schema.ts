/** An org's describe as the mappings meet it: Salesforce's own fields with their limits, and those of our package. */
import { field } from '../../../test/given.ts'
import type { FieldSchema, ObjectSchema, Schema } from '../../model/mapping.ts'
import { packageFields } from './package.ts'

/** Lengths as the Object Reference gives them. */
const street = { type: 'textarea', length: 255 }
const place = (city: string) => ({
  [`${city}Street`]: street,
  [`${city}City`]: { type: 'string', length: 40 },
  [`${city}PostalCode`]: { type: 'string', length: 20 },
})

const standard: Readonly<Record<string, Readonly<Record<string, { type: string; length: number }>>>> = {
  Account: {
    Name: { type: 'string', length: 255 },
    Phone: { type: 'phone', length: 40 },
    ...place('Billing'),
    ...place('Shipping'),
  },
  Contact: {
    AccountId: { type: 'reference', length: 18 },
    Salutation: { type: 'picklist', length: 40 },
    FirstName: { type: 'string', length: 40 },
    LastName: { type: 'string', length: 80 },
    Title: { type: 'string', length: 128 },
    Email: { type: 'email', length: 80 },
    Phone: { type: 'phone', length: 40 },
    MobilePhone: { type: 'phone', length: 40 },
    OtherPhone: { type: 'phone', length: 40 },
    Birthdate: { type: 'date', length: 0 },
    ...place('Mailing'),
    ...place('Other'),
  },
}

/** What Account has more in an org with person accounts. Written out: the mapping's own naming rule is what it is to test. */
const personal: Readonly<Record<string, { type: string; length: number }>> = {
  Salutation: { type: 'picklist', length: 40 },
  FirstName: { type: 'string', length: 40 },
  LastName: { type: 'string', length: 80 },
  PersonTitle: { type: 'string', length: 128 },
  PersonEmail: { type: 'email', length: 80 },
  PersonMobilePhone: { type: 'phone', length: 40 },
  PersonOtherPhone: { type: 'phone', length: 40 },
  PersonBirthdate: { type: 'date', length: 0 },
  ...place('PersonMailing'),
  ...place('PersonOther'),
}

const describedTypes: Readonly<Record<string, string>> = { Text: 'string', Checkbox: 'boolean', DateTime: 'datetime' }

/** What an org can have otherwise: country and state picklists (then with codes), or fields that are missing for us. */
export type OrgOptions = {
  readonly countries?: readonly string[]
  readonly states?: readonly string[]
  readonly without?: readonly string[]
  /** Record types of Account by developer name: then the org has person accounts. */
  readonly personTypes?: Readonly<Record<string, string>>
}

function placeFields(prefix: string, { countries, states }: OrgOptions): readonly FieldSchema[] {
  if (countries === undefined)
    return [field(`${prefix}Country`, { length: 80 }), field(`${prefix}State`, { length: 80 })]
  const picklist = { type: 'picklist', length: 10, restricted: true }
  return [
    field(`${prefix}CountryCode`, { ...picklist, values: countries }),
    field(`${prefix}StateCode`, { ...picklist, values: states ?? [] }),
  ]
}

/** Our fields on an object; on a person's Account, those of Contact too. */
function ownFields(object: string, { personTypes }: OrgOptions): readonly FieldSchema[] {
  const named = packageFields().flatMap(one => {
    if (one.object === object) return [{ ...one }]
    const onPerson = object === 'Account' && one.object === 'Contact' && personTypes !== undefined
    return onPerson ? [{ ...one, name: one.name.replace('__c', '__pc'), unique: false, externalId: false }] : []
  })
  return named.map(({ name, type, length, externalId, unique }) =>
    field(name, { type: describedTypes[type] ?? type, length, externalId, unique }),
  )
}

/** The describe of an org in which our package is deployed. */
export function org(options: OrgOptions = {}): Schema {
  const objects = Object.entries(standard).map(([object, known]): [string, ObjectSchema] => {
    const isPerson = object === 'Account' && options.personTypes !== undefined
    const ofAccount = ['Billing', 'Shipping', ...(isPerson ? ['PersonMailing', 'PersonOther'] : [])]
    const prefixes = object === 'Account' ? ofAccount : ['Mailing', 'Other']
    const fields = [
      ...Object.entries({ ...known, ...(isPerson && personal) }).map(([name, given]) => field(name, given)),
      ...prefixes.flatMap(prefix => placeFields(prefix, options)),
      ...ownFields(object, options),
    ].filter(one => !options.without?.includes(one.name))
    const types = Object.entries((isPerson && options.personTypes) || {})
    return [
      object,
      {
        name: object,
        createable: true,
        updateable: true,
        fields: new Map(fields.map(one => [one.name, one])),
        recordTypes: types.map(([developerName, id]) => ({ id, developerName })),
      },
    ]
  })
  return new Map(objects)
}
