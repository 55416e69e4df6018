/** Mapping and package cannot drift: what is mapped is deployed and permitted, and nothing else is. */
import { describe, expect, test } from 'vitest'
import { mappings } from './index.ts'
import { packageFields, permissionSet } from './testing/package.ts'

const ours = packageFields()
const integration = permissionSet('CT_Sync_Integration')
const personal = permissionSet('CT_Sync_Person_Accounts', 'person-accounts')
const parts = mappings().flatMap(mapping => mapping.parts.map(part => ({ mapping, part })))

/** Our fields as the mappings write them, `Object.Field`, with the keys. */
const written = parts.flatMap(({ mapping, part }) =>
  [mapping.keyField, ...part.fields.map(rule => rule.crm), ...Object.keys(part.deactivate ?? {})].map(field => ({
    object: part.object,
    field,
  })),
)
const mapped = written.filter(({ field }) => field.endsWith('__c')).map(({ object, field }) => `${object}.${field}`)
const deployed = ours.map(({ object, name }) => `${object}.${name}`)

/** What a codec's result needs to fit into: the type, and the longest value commercetools can hold where that is known. */
const needs: Readonly<Record<string, { type: string; length: number }>> = {
  CT_Id__c: { type: 'Text', length: 255 },
  CT_Company_Name__c: { type: 'Text', length: 255 },
  CT_Vat_Id__c: { type: 'Text', length: 20 },
  CT_Customer_Number__c: { type: 'Text', length: 255 },
  CT_Key__c: { type: 'Text', length: 255 },
  CT_External_Id__c: { type: 'Text', length: 255 },
  CT_Locale__c: { type: 'Text', length: 11 },
  CT_Customer_Group__c: { type: 'Text', length: 255 },
  CT_Store_Keys__c: { type: 'Text', length: 255 },
  CT_Email_Verified__c: { type: 'Checkbox', length: 0 },
  CT_Deleted_At__c: { type: 'DateTime', length: 0 },
}

/** Parts of a compound field are permitted through the compound, those of a name with the object. */
const permittedAs = (object: string, field: string): string | null => {
  if (['Name', 'Salutation', 'FirstName', 'LastName'].includes(field)) return null
  const address =
    /^(Billing|Shipping|Mailing|Other|PersonMailing|PersonOther)(Street|City|PostalCode|CountryCode|StateCode)$/.exec(
      field,
    )
  return `${object}.${address ? `${address[1]}Address` : field}`
}

describe('the package', () => {
  test('has every field that a mapping writes, and no other', () => {
    expect(deployed.sort()).toEqual([...new Set(mapped)].sort())
  })

  test.each(ours.map(one => [`${one.object}.${one.name}`, one] as const))('%s holds what is mapped to it', (_, one) => {
    const need = needs[one.name]
    expect(one.type).toBe(need?.type)
    expect(one.length).toBeGreaterThanOrEqual(need?.length ?? Number.POSITIVE_INFINITY)
  })

  test.each(ours.map(one => [`${one.object}.${one.name}`, one] as const))('%s is explained to people', (_, one) => {
    expect(one.description).not.toBe('')
    expect(one.help).not.toBe('')
    // Limits of the Metadata API: CustomField.
    expect(one.description.length).toBeLessThanOrEqual(1000)
    expect(one.help.length).toBeLessThanOrEqual(510)
  })

  test('keeps our keys as unique external IDs that tell upper from lower case', () => {
    const keys = ours.filter(one => one.name === 'CT_Id__c')
    expect(keys.map(one => one.object)).toEqual(['Account', 'Contact'])
    for (const key of keys) expect(key).toMatchObject({ externalId: true, unique: true, caseSensitive: true })
  })
})

describe('the permission set of the integration user', () => {
  test('permits every field that is written or linked, and no other', () => {
    const links = parts.flatMap(({ part }) => part.links.map(link => `${part.object}.${link.crm}`))
    const needed = written.flatMap(({ object, field }) => permittedAs(object, field) ?? [])
    expect([...integration.fields].sort()).toEqual([...new Set([...needed, ...links])].sort())
  })

  test('reads, creates and edits the objects of the mappings, and deletes nothing', () => {
    const rights = ['allowCreate', 'allowEdit', 'allowRead']
    expect(integration.objects).toEqual(['Account', 'Contact'].map(object => ({ object, rights })))
    expect([...new Set(parts.map(({ part }) => part.object))].sort()).toEqual(['Account', 'Contact'])
  })

  test('deletes only with a second set, which an admin assigns for the policy that needs it', () => {
    const { objects, fields, user, custom } = permissionSet('CT_Sync_Deletion')
    expect(objects.filter(one => one.rights.includes('allowDelete')).map(one => one.object)).toEqual([
      ...new Set(parts.map(({ part }) => part.object)),
    ])
    const along = parts.flatMap(({ part }) => (part.takesAlong ?? []).map(one => one.object))
    expect(objects.filter(one => !along.includes(one.object)).map(one => one.object)).toEqual(['Account'])
    expect([fields, user, custom]).toEqual([[], [], []])
  })

  test('opens the API and is not marked as the one that backfills', () => {
    expect(integration.user).toEqual(['ApiEnabled'])
    expect(integration.custom).toEqual([])
    expect(permissionSet('CT_Sync_Backfill').custom).toEqual(['CT_Sync_Backfill'])
  })
})

describe('the permission set of an org with person accounts', () => {
  const forms = mappings({ people: 'person-account' }).flatMap(mapping => mapping.parts)
  const needed = forms.flatMap(({ object, fields }) => fields.flatMap(rule => permittedAs(object, rule.crm) ?? []))

  test('permits, together with the other, every field that is written, and by itself no other', () => {
    expect(new Set(forms.map(part => part.object))).toEqual(new Set(['Account']))
    const more = needed.filter(field => !integration.fields.includes(field))
    expect([...personal.fields].sort()).toEqual([...new Set(more)].sort())
  })

  test('names each field that the package has on Contact as Account shows it', () => {
    // The day of deletion is on both objects: a person account shows its own.
    const contacts = ours.filter(
      one => one.object === 'Contact' && one.name !== 'CT_Deleted_At__c' && one.name !== 'CT_Id__c',
    )
    const shown = personal.fields.filter(field => field.endsWith('__pc'))
    expect(shown.sort()).toEqual(contacts.map(one => `Account.${one.name.replace('__c', '__pc')}`).sort())
  })

  test('shows the record type that new records get, and is of use beside the other one only', () => {
    expect(personal.recordTypes).toEqual(['PersonAccount.PersonAccount'])
    expect([...personal.objects, ...personal.user, ...personal.custom]).toEqual([])
    expect(integration.recordTypes).toEqual([])
  })
})

describe('the package of those who share one record', () => {
  const rows = packageFields('sharing')
  const set = permissionSet('CT_Sync_Sharing', 'sharing')
  const forms = (['contact-with-own-account', 'person-account'] as const)
    .flatMap(people => mappings({ people }))
    .filter(one => one.sharing !== undefined)
  const fields = forms.flatMap(({ keyField, sharing }) => [
    keyField,
    ...(sharing?.part.fields ?? []).map(one => one.crm),
  ])

  test('has the fields of both forms of people, and no other, and permits them', () => {
    const wanted = [...new Set(fields)].sort()
    expect(rows.map(one => one.name).sort()).toEqual(wanted)
    expect([...set.fields].sort()).toEqual(wanted.map(name => `CT_Identity__c.${name}`))
    expect(new Set(forms.map(one => one.sharing?.part.object))).toEqual(new Set(['CT_Identity__c']))
  })

  test('has its key as the other objects have it, and explains itself', () => {
    const key = rows.find(one => one.name === 'CT_Id__c')
    expect(key).toMatchObject({ type: 'Text', length: 255, externalId: true, unique: true, caseSensitive: true })
    for (const one of rows) expect([one.description, one.help]).not.toContain('')
  })

  test('lets the integration user delete the rows, which are its own, and nothing else', () => {
    const rights = ['allowCreate', 'allowDelete', 'allowEdit', 'allowRead']
    expect(set.objects).toEqual([{ object: 'CT_Identity__c', rights }])
    expect([set.user, set.custom, set.recordTypes]).toEqual([[], [], []])
  })
})
