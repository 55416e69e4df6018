// Words that requests are drawn from: names, objects, ids and texts that an org has, and such as no org should meet.

import fc from 'fast-check'

export const names = fc.constantFrom(
  ...[
    'Id',
    'Name',
    'LastName',
    'FirstName',
    'Email',
    'Phone',
    'CT_Id__c',
    'ERP_Id__c',
    'Nick__c',
    'Score__c',
    'Vip__c',
  ],
  ...[
    'Seen_At__c',
    'Notes__c',
    'Tier__c',
    'Interests__c',
    'AccountId',
    'Account',
    'ParentId',
    'Parent',
    'OwnerId',
    'Owner',
  ],
  ...[
    'Birthdate',
    'BillingAddress',
    'BillingCountryCode',
    'BillingStateCode',
    'MailingCountry',
    'RecordTypeId',
    'Status',
  ],
  ...[
    'EffectiveDate',
    'StageName',
    'CloseDate',
    'WhoId',
    'WhatId',
    'Quantity',
    'UnitPrice',
    'OrderId',
    'PricebookEntryId',
  ],
  ...[
    'attributes',
    'type',
    'records',
    'ids',
    'fields',
    'allOrNone',
    'CreatedDate',
    'IsDeleted',
    'SystemModstamp',
    'Company',
  ],
  ...[
    '__proto__',
    'constructor',
    'toString',
    'valueOf',
    'hasOwnProperty',
    'toJSON',
    'length',
    '',
    ' ',
    'Nope__c',
    'Nope__r',
  ],
)
export const objects = fc.constantFrom(
  ...[
    'Account',
    'Contact',
    'CT_Cart__c',
    'Lead',
    'Opportunity',
    'Order',
    'OrderItem',
    'Product2',
    'PricebookEntry',
    'Task',
  ],
  ...[
    'Case',
    'Individual',
    'ContactPointEmail',
    'User',
    'Organization',
    'RecordType',
    'Group',
    'account',
    'Nope',
    '__proto__',
  ],
)
export const ids = fc.constantFrom(
  ...['001gL0000000001QAA', '001gL0000000001', '003gL0000000001QAA', '801gL0000000001QAA', '005gL0000000001QAA', '00Q'],
  ...[
    '001gl0000000001qaa',
    '001000000000000AAA',
    '012gL0000000001QAA',
    '@{r0.id}',
    '@{r0[0].id}',
    '@{nobody.id}',
    'x',
    '',
  ],
)
export const texts = fc.oneof(
  fc.constantFrom(
    'Draft',
    'Activated',
    'true',
    'Gold',
    'A;B',
    '2026-01-31',
    '2026-02-30',
    '2026-01-01T00:00:00Z',
    'US',
  ),
  fc.constantFrom(
    'a@b.de',
    'a@b',
    '-1',
    '1e400',
    '9'.repeat(40),
    'x'.repeat(300),
    '\u0000',
    '\ud800',
    '$&',
    '%',
    '#N/A',
    "'",
  ),
  ids,
  fc.string({ unit: 'binary', maxLength: 12 }),
)

/** The text of a body, now and then broken: cut short, a piece twice, one sign changed. */
export const broken = (text: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(text, fc.nat(), fc.nat(7), fc.constantFrom('{', '}', '"', ',', '\\', '\u0000', "'", '(', ' NOT ', ' IN '))
    .map(([whole, place, kind, sign]) => {
      const at = whole.length === 0 ? 0 : place % whole.length
      if (kind === 0) return whole.slice(0, at)
      if (kind === 1) return whole.slice(0, at) + sign + whole.slice(at)
      if (kind === 2) return whole.slice(0, at) + whole.slice(at + 1)
      return kind === 3 ? whole + whole.slice(at) : whole
    })
