/** How a field of Contact is called on the Account of a person: the one place that knows Salesforce's naming of person accounts. */

/** Account and Contact of a person share these, name and all. */
const shared = ['Salutation', 'FirstName', 'LastName', 'Phone', 'Fax']

/**
 * `Email` → `PersonEmail`, `MailingCity` → `PersonMailingCity`, `HasOptedOutOfEmail` → `PersonHasOptedOutOfEmail`,
 * `CT_Key__c` → `CT_Key__pc`; names and the business phone are the Account's own.
 * Source: Object Reference, Account, Person Account fields; Salesforce Help, Person Account Fields.
 */
export function personField(contactField: string): string {
  if (shared.includes(contactField)) return contactField
  return contactField.endsWith('__c') ? contactField.replace(/__c$/, '__pc') : `Person${contactField}`
}
