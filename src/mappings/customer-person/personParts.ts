/** The records that a person becomes, whoever tells of them: a Contact in an Account of its own, or a person account. */
import type { FallbackRule, FieldRule, LinkRule, MappingPart, MatchRule } from '../../model/mapping.ts'
import { personField } from './personField.ts'

/** What Salesforce calls the record type that it makes when an org turns person accounts on. */
const personRecordType = 'PersonAccount'

/** What Salesforce puts into the recycle bin with an Account. Others (closed won, contracts) make it refuse the deletion. */
const takesAlong = ['Contact', 'Opportunity', 'Case', 'Contract', 'Order', 'Asset'].map(object => ({
  object,
  field: 'AccountId',
}))

/** The Contact's Account. Seeded: a salesperson who moves the Contact to another Account is not undone. */
const ownAccount = (mapping: string): LinkRule => ({
  crm: 'AccountId',
  relationship: 'Account',
  mapping,
  role: 'account',
  of: 'self',
  owner: 'seed',
  required: true,
})

/** Both lists on one record: the Contact's names and phone stand where the Account's would. */
function onePerson(contact: readonly FieldRule[], account: readonly FieldRule[]): readonly FieldRule[] {
  const person = contact.map(rule => ({
    ...rule,
    crm: personField(rule.crm),
    ...(rule.orElse !== undefined && { orElse: personField(rule.orElse) }),
  }))
  const taken = ['Name', ...person.map(rule => rule.crm)]
  return [...person, ...account.filter(rule => !taken.includes(rule.crm))]
}

export type PersonSetting = {
  /** The mapping's name. */
  readonly mapping: string
  readonly keyField: string
  readonly fieldPrefix: string
  readonly isPerson: boolean
  readonly recordType: string | undefined
  /** How the person is found beside by our key; in the words of Contact. */
  readonly byEmail: FallbackRule
  readonly account: readonly FieldRule[]
  readonly contact: readonly FieldRule[]
}

export function personParts(setting: PersonSetting): readonly MappingPart[] {
  const { isPerson, byEmail } = setting
  const match: readonly MatchRule[] = [{ by: 'external-id', crm: setting.keyField, commerce: 'key' }]
  const deactivate = { [`${setting.fieldPrefix}Deleted_At__c`]: { at: 'deletion' } } as const
  const recordType = setting.recordType ?? (isPerson ? personRecordType : null)
  const account = {
    role: 'account',
    object: 'Account',
    match,
    links: [],
    defaults: recordType === null ? {} : { RecordTypeId: { recordType } },
    deactivate,
    // A person account has a Contact of its own, and can have no other.
    takesAlong: isPerson ? takesAlong.filter(one => one.object !== 'Contact') : takesAlong,
  }
  if (isPerson) {
    const fields = onePerson(setting.contact, setting.account)
    return [{ ...account, match: [...match, { ...byEmail, crm: 'PersonEmail' }], fields }]
  }
  return [
    { ...account, follows: 'contact', fields: setting.account },
    {
      role: 'contact',
      object: 'Contact',
      match: [...match, byEmail],
      fields: setting.contact,
      links: [ownAccount(setting.mapping)],
      defaults: {},
      deactivate,
    },
  ]
}
