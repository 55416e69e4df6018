/** The table of who is who: what Salesforce knows, who signs up, and what becomes of them. One story a row. */

type Fields = Readonly<Record<string, unknown>>
type Outcome =
  /** The contact at this place of `knows` is theirs, and no other is made. */
  | { readonly linked: number }
  /** One contact of their own. */
  | 'created'
  /** A person is asked, with these contacts to choose from. */
  | { readonly asked: string; readonly about: readonly number[] }

export type Story = {
  readonly name: string
  /** Contacts that Salesforce has before; one `inTheBin` was thrown away. */
  readonly knows?: readonly Fields[]
  readonly signsUp: Fields
  readonly becomes: Outcome
  /** What their contact then holds. */
  readonly holds?: Fields
  readonly doesNotHold?: Fields
}

export const at = (name: string): string => `${name}@example.com`
const home = (more: Fields): Fields => ({ addresses: [{ country: 'DE', ...more }], defaultBillingAddress: 0 })

export const stories: readonly Story[] = [
  { name: 'nobody knows them', signsUp: { email: at('new'), lastName: 'New' }, becomes: 'created' },
  {
    name: 'a contact with their email and last name is theirs',
    knows: [{ Email: at('plain'), LastName: 'Plain' }],
    signsUp: { email: at('plain'), lastName: 'Plain', firstName: 'Pia' },
    becomes: { linked: 0 },
    holds: { FirstName: 'Pia' },
  },
  {
    name: 'the email is written in another case, the name without its accents',
    knows: [{ Email: at('muller'), LastName: 'MULLER-LUDENSCHEIDT' }],
    signsUp: { email: 'MULLER@Example.COM', lastName: 'Müller Lüdenscheidt' },
    becomes: { linked: 0 },
    holds: { LastName: 'Müller Lüdenscheidt' },
  },
  {
    name: 'the name is composed of other characters that look the same',
    knows: [{ Email: at('rene'), LastName: 'Rene\u0301' }],
    signsUp: { email: at('rene'), lastName: 'Ren\u00e9' },
    becomes: { linked: 0 },
  },
  {
    name: 'a mobile number written in another way confirms it',
    knows: [{ Email: at('phone'), LastName: 'Ann', MobilePhone: '0170 / 123 45 67' }],
    signsUp: { email: at('phone'), ...home({ mobile: '+49 170 1234567' }) },
    becomes: { linked: 0 },
  },
  {
    name: 'nothing confirms an unverified email',
    knows: [{ Email: at('unsure'), LastName: 'Sure' }],
    signsUp: { email: at('unsure') },
    becomes: { asked: 'ambiguous', about: [0] },
  },
  {
    name: 'a verified email needs nothing else',
    knows: [{ Email: at('verified'), LastName: 'Sure' }],
    signsUp: { email: at('verified'), isEmailVerified: true },
    becomes: { linked: 0 },
  },
  {
    name: 'a family shares an email: the last name says somebody else',
    knows: [{ Email: at('family'), LastName: 'Huber' }],
    signsUp: { email: at('family'), lastName: 'Beck', isEmailVerified: true },
    becomes: { asked: 'disagrees', about: [0] },
  },
  {
    name: 'of a family the one with the last name is theirs',
    knows: [
      { Email: at('patchwork'), LastName: 'Huber' },
      { Email: at('patchwork'), LastName: 'Beck' },
    ],
    signsUp: { email: at('patchwork'), lastName: 'Beck' },
    becomes: { linked: 1 },
  },
  {
    name: 'two of one name and email cannot be told apart',
    knows: [
      { Email: at('twins'), LastName: 'Beck' },
      { Email: at('twins'), LastName: 'Beck' },
    ],
    signsUp: { email: at('twins'), lastName: 'Beck' },
    becomes: { asked: 'ambiguous', about: [0, 1] },
  },
  {
    name: 'of two the preferred one is theirs',
    knows: [
      { Email: at('vip'), LastName: 'Beck', Department: 'Old' },
      { Email: at('vip'), LastName: 'Beck', Department: 'VIP' },
    ],
    signsUp: { email: at('vip'), lastName: 'Beck' },
    becomes: { linked: 1 },
  },
  {
    name: 'two are preferred: a person is asked about those only',
    knows: [
      { Email: at('vips'), LastName: 'Beck', Department: 'VIP' },
      { Email: at('vips'), LastName: 'Beck', Department: 'VIP' },
      { Email: at('vips'), LastName: 'Beck' },
    ],
    signsUp: { email: at('vips'), lastName: 'Beck' },
    becomes: { asked: 'ambiguous', about: [0, 1] },
  },
  {
    name: 'a declared key is theirs, whatever the email says',
    knows: [{ CT_Customer_Number__c: 'N-1', Email: 'old@example.org', LastName: 'Other' }],
    signsUp: { email: at('number'), lastName: 'Beck', customerNumber: 'N-1' },
    becomes: { linked: 0 },
    holds: { Email: at('number'), LastName: 'Beck' },
  },
  {
    name: 'the declared key says A and the email says B: A',
    knows: [
      { CT_Customer_Number__c: 'N-2', LastName: 'Beck' },
      { Email: at('both'), LastName: 'Beck' },
    ],
    signsUp: { email: at('both'), lastName: 'Beck', customerNumber: 'N-2' },
    becomes: { linked: 0 },
  },
  {
    name: 'a declared key that two contacts bear',
    knows: [
      { CT_Customer_Number__c: 'N-3', LastName: 'A' },
      { CT_Customer_Number__c: 'N-3', LastName: 'B' },
    ],
    signsUp: { email: at('number3'), lastName: 'Beck', customerNumber: 'N-3' },
    becomes: { asked: 'ambiguous', about: [0, 1] },
  },
  {
    name: 'a declared key in another case is another key',
    knows: [{ CT_Customer_Number__c: 'n-4', LastName: 'A' }],
    signsUp: { email: at('number4'), lastName: 'Beck', customerNumber: 'N-4' },
    becomes: 'created',
  },
  {
    name: 'the contact bears the key of a project that is not served',
    knows: [{ CT_Id__c: 'elsewhere/1', Email: at('foreign'), LastName: 'Beck' }],
    signsUp: { email: at('foreign'), lastName: 'Beck' },
    becomes: { asked: 'foreign', about: [0] },
  },
  {
    name: 'the contact bears the key of another customer',
    knows: [{ CT_Id__c: 'demo/00000000-0000-4000-8000-000000000000', Email: at('claimed'), LastName: 'Beck' }],
    signsUp: { email: at('claimed'), lastName: 'Beck' },
    becomes: { asked: 'claimed', about: [0] },
  },
  {
    name: 'plus addresses are addresses of their own',
    knows: [{ Email: at('plus'), LastName: 'Beck' }],
    signsUp: { email: 'plus+shop@example.com', lastName: 'Beck' },
    becomes: 'created',
  },
  {
    name: 'dots in an address mean something',
    knows: [{ Email: at('dotted'), LastName: 'Beck' }],
    signsUp: { email: 'dot.ted@example.com', lastName: 'Beck' },
    becomes: 'created',
  },
  {
    name: 'contacts without an email are not those of people without a match',
    knows: [{ LastName: 'Nobody' }],
    signsUp: { email: at('somebody'), lastName: 'Nobody' },
    becomes: 'created',
  },
  {
    name: 'a quote in the email is a character',
    knows: [{ Email: "o'hara@example.com", LastName: "O'Hara" }],
    signsUp: { email: "o'hara@example.com", lastName: "O'Hara" },
    becomes: { linked: 0 },
  },
  {
    name: 'a percent sign matches only itself',
    knows: [{ Email: 'axb@example.com', LastName: 'Beck' }],
    signsUp: { email: 'a%b@example.com', lastName: 'Beck' },
    becomes: 'created',
  },
  {
    name: 'an underscore matches only itself',
    knows: [{ Email: 'cxd@example.com', LastName: 'Beck' }],
    signsUp: { email: 'c_d@example.com', lastName: 'Beck' },
    becomes: 'created',
  },
  {
    name: 'a customer number that looks like SOQL is compared as it is',
    knows: [{ CT_Customer_Number__c: "x' OR Name != '", LastName: 'A' }],
    signsUp: { email: at('soql'), lastName: 'Beck', customerNumber: "x' OR Name != '" },
    becomes: { linked: 0 },
  },
  {
    name: 'a customer number with a backslash, a quote and a line break',
    knows: [],
    signsUp: { email: at('odd'), lastName: 'Beck', customerNumber: '\\"\n\'' },
    becomes: 'created',
  },
  {
    name: 'a contact in a company’s Account stays there, and the Account is left alone',
    knows: [{ Email: at('employee'), LastName: 'Beck', Title: 'Buyer' }],
    signsUp: { email: at('employee'), lastName: 'Beck', companyName: 'Somewhere Else Ltd' },
    becomes: { linked: 0 },
    holds: { Title: 'Buyer' },
  },
  {
    name: 'one who was thrown away is not there any more',
    knows: [{ Email: at('bin'), LastName: 'Beck', inTheBin: true }],
    signsUp: { email: at('bin'), lastName: 'Beck' },
    becomes: 'created',
  },
  {
    name: 'a mailbox of another domain is another mailbox',
    knows: [{ Email: 'domain@example.org', LastName: 'Beck' }],
    signsUp: { email: 'domain@EXAMPLE.com', lastName: 'Beck' },
    becomes: 'created',
  },
  {
    name: 'punctuation and blanks in a name say nothing',
    knows: [{ Email: at('points'), LastName: "D'Arcy-Saint  Clair" }],
    signsUp: { email: at('points'), lastName: 'Darcy Saint-Clair' },
    becomes: { linked: 0 },
  },
  {
    name: 'a letter that is another one in its script is no accent',
    knows: [{ Email: at('script'), LastName: 'Йов' }],
    signsUp: { email: at('script'), lastName: 'Иов' },
    becomes: { asked: 'disagrees', about: [0] },
  },
  {
    name: 'the preferred one is not theirs when the name says otherwise',
    knows: [
      { Email: at('vipname'), LastName: 'Huber', Department: 'VIP' },
      { Email: at('vipname'), LastName: 'Beck' },
    ],
    signsUp: { email: at('vipname'), lastName: 'Beck' },
    becomes: { linked: 1 },
  },
  {
    name: 'verified, and two have the email: nobody can say which',
    knows: [
      { Email: at('verifiedtwins'), LastName: 'Beck' },
      { Email: at('verifiedtwins'), LastName: 'Beck' },
    ],
    signsUp: { email: at('verifiedtwins'), lastName: 'Beck', isEmailVerified: true },
    becomes: { asked: 'ambiguous', about: [0, 1] },
  },
  {
    name: 'the declared key decides where the email finds several',
    knows: [
      { CT_Customer_Number__c: 'N-6', Email: at('decides'), LastName: 'Beck' },
      { Email: at('decides'), LastName: 'Beck' },
    ],
    signsUp: { email: at('decides'), lastName: 'Beck', customerNumber: 'N-6' },
    becomes: { linked: 0 },
  },
  {
    name: 'a declared key with blanks around it is the same key',
    knows: [{ CT_Customer_Number__c: 'N-7', LastName: 'Beck' }],
    signsUp: { email: at('blanks'), lastName: 'Beck', customerNumber: ' N-7 ' },
    becomes: { linked: 0 },
  },
  {
    name: 'a declared key that nobody bears does not keep the email from finding them',
    knows: [{ Email: at('nokey'), LastName: 'Beck' }],
    signsUp: { email: at('nokey'), lastName: 'Beck', customerNumber: 'N-8' },
    becomes: { linked: 0 },
    holds: { CT_Customer_Number__c: 'N-8' },
  },
  {
    name: 'an email that is longer than Salesforce can hold finds nobody, and is left out',
    knows: [{ LastName: 'Beck' }],
    signsUp: { email: `${'l'.repeat(60)}@${'d'.repeat(60)}.example`, lastName: 'Beck' },
    becomes: 'created',
    holds: { Email: null },
  },
  {
    name: 'a customer number as long as the shop takes troubles nobody else',
    signsUp: { email: at('longnumber'), lastName: 'Beck', customerNumber: `%_'${'9'.repeat(250)}` },
    becomes: 'created',
  },
  {
    name: 'a condition of SOQL in the email is an email',
    knows: [{ Email: 'anybody@example.com', LastName: 'Beck' }],
    signsUp: { email: "'or'1'='1@example.com", lastName: 'Beck' },
    becomes: 'created',
  },
  {
    name: 'the name of a company tells nothing about the person',
    knows: [{ Email: at('boss'), LastName: 'Boss' }],
    signsUp: { email: at('clerk'), lastName: 'Boss', companyName: 'ACME' },
    becomes: 'created',
  },
  {
    name: 'nobody else’s contact is theirs because the mobile number is the same',
    knows: [{ Email: at('landlady'), LastName: 'Beck', MobilePhone: '+49 170 7654321' }],
    signsUp: { email: at('lodger'), lastName: 'Beck', ...home({ mobile: '+49 170 7654321' }) },
    becomes: 'created',
  },
]
