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

const describedTypes: Readonly<Record<string, string>> = { Text: 'string', Checkbox: 'boolean', DateTime: 'datetime' }

/** What an org can have otherwise: country and state picklists (then with codes), or fields that are missing for us. */
export type OrgOptions = {
  readonly countries?: readonly string[]
  readonly states?: readonly string[]
  readonly without?: readonly string[]
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

/** The describe of an org in which our package is deployed. */
export function org(options: OrgOptions = {}): Schema {
  const objects = Object.entries(standard).map(([object, known]): [string, ObjectSchema] => {
    const prefixes = object === 'Account' ? ['Billing', 'Shipping'] : ['Mailing', 'Other']
    const fields = [
      ...Object.entries(known).map(([name, given]) => field(name, given)),
      ...prefixes.flatMap(prefix => placeFields(prefix, options)),
      ...packageFields()
        .filter(one => one.object === object)
        .map(one =>
          field(one.name, {
            type: describedTypes[one.type] ?? one.type,
            length: one.length,
            externalId: one.externalId,
            unique: one.unique,
          }),
        ),
    ].filter(one => !options.without?.includes(one.name))
    return [
      object,
      { name: object, createable: true, updateable: true, fields: new Map(fields.map(one => [one.name, one])) },
    ]
  })
  return new Map(objects)
}
