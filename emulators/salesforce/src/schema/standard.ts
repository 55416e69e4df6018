// The standard objects as data: one line a field (`Name | Label | type | options`, with
// `values=` last), read by table.ts.
// Lengths and types follow the Object Reference; only fields that a person or company sync meets are listed. Other areas
// have files of their own beside this one.

export type StandardObject = {
  name: string
  label: string
  labelPlural: string
  keyPrefix: string
  writable: boolean
  mergeable: boolean
  fields: string
}

export const address = (prefix: string): string => `
  ${prefix}Street           | ${prefix} Street               | textarea 255 | in=${prefix}Address
  ${prefix}City             | ${prefix} City                 | string 40    | in=${prefix}Address
  ${prefix}State            | ${prefix} State/Province       | string 80    | in=${prefix}Address
  ${prefix}PostalCode       | ${prefix} Zip/Postal Code      | string 20    | in=${prefix}Address
  ${prefix}Country          | ${prefix} Country              | string 80    | in=${prefix}Address
  ${prefix}Latitude         | ${prefix} Latitude             | double 18,15 | in=${prefix}Address
  ${prefix}Longitude        | ${prefix} Longitude            | double 18,15 | in=${prefix}Address
  ${prefix}GeocodeAccuracy  | ${prefix} Geocode Accuracy     | picklist 40  | in=${prefix}Address restricted values=Address;NearAddress;Block;Street;ExtendedZip;Zip;Neighborhood;City;County;State;Unknown
  ${prefix}Address          | ${prefix} Address              | address      | calculated`

export const STANDARD_OBJECTS: StandardObject[] = [
  {
    name: 'Account',
    label: 'Account',
    labelPlural: 'Accounts',
    keyPrefix: '001',
    writable: true,
    mergeable: true,
    fields: `
  Name              | Account Name          | string 255     | required name
  Type              | Account Type          | picklist 255   | values=Prospect;Customer - Direct;Customer - Channel;Channel Partner / Reseller;Installation Partner;Technology Partner;Other
  RecordTypeId      | Record Type ID        | reference      | to=RecordType rel=RecordType
  ParentId          | Parent Account ID     | reference      | to=Account rel=Parent children=ChildAccounts
  ${address('Billing')}
  ${address('Shipping')}
  Phone             | Account Phone         | phone 40       |
  Fax               | Account Fax           | phone 40       |
  AccountNumber     | Account Number        | string 40      |
  Website           | Website               | url 255        |
  Sic               | SIC Code              | string 20      |
  Industry          | Industry              | picklist 255   | values=Agriculture;Apparel;Banking;Biotechnology;Chemicals;Communications;Construction;Consulting;Education;Electronics;Energy;Engineering;Entertainment;Environmental;Finance;Food & Beverage;Government;Healthcare;Hospitality;Insurance;Machinery;Manufacturing;Media;Not For Profit;Recreation;Retail;Shipping;Technology;Telecommunications;Transportation;Utilities;Other
  AnnualRevenue     | Annual Revenue        | currency 18,0  |
  NumberOfEmployees | Employees             | int 8          |
  Ownership         | Ownership             | picklist 255   | values=Public;Private;Subsidiary;Other
  TickerSymbol      | Ticker Symbol         | string 20      |
  Description       | Account Description   | textarea 32000 |
  Rating            | Account Rating        | picklist 255   | values=Hot;Warm;Cold
  Site              | Account Site          | string 80      |
  OwnerId           | Owner ID              | reference      | to=User rel=Owner
  AccountSource     | Account Source        | picklist 255   | values=Web;Phone Inquiry;Partner Referral;Purchased List;Other
  SicDesc           | SIC Description       | string 80      |
  LastActivityDate  | Last Activity         | date           | readonly`,
  },
  {
    name: 'Contact',
    label: 'Contact',
    labelPlural: 'Contacts',
    keyPrefix: '003',
    writable: true,
    mergeable: true,
    fields: `
  AccountId         | Account ID            | reference      | to=Account rel=Account children=Contacts cascade
  LastName          | Last Name             | string 80      | required
  FirstName         | First Name            | string 40      |
  Salutation        | Salutation            | picklist 40    | values=Mr.;Ms.;Mrs.;Dr.;Prof.;Mx.
  Name              | Full Name             | string 121     | calculated name
  RecordTypeId      | Record Type ID        | reference      | to=RecordType rel=RecordType
  ${address('Other')}
  ${address('Mailing')}
  Phone             | Business Phone        | phone 40       |
  Fax               | Business Fax          | phone 40       |
  MobilePhone       | Mobile Phone          | phone 40       |
  HomePhone         | Home Phone            | phone 40       |
  OtherPhone        | Other Phone           | phone 40       |
  AssistantPhone    | Asst. Phone           | phone 40       |
  ReportsToId       | Reports To ID         | reference      | to=Contact rel=ReportsTo
  Email             | Email                 | email 80       | idlookup
  Title             | Title                 | string 128     |
  Department        | Department            | string 80      |
  AssistantName     | Assistant's Name      | string 40      |
  LeadSource        | Lead Source           | picklist 255   | values=Web;Phone Inquiry;Partner Referral;Purchased List;Other
  Birthdate         | Birthdate             | date           |
  Description       | Contact Description   | textarea 32000 |
  OwnerId           | Owner ID              | reference      | to=User rel=Owner
  HasOptedOutOfEmail | Email Opt Out        | boolean        |
  HasOptedOutOfFax  | Fax Opt Out           | boolean        |
  DoNotCall         | Do Not Call           | boolean        |
  IndividualId      | Individual ID         | reference      | to=Individual rel=Individual children=Contacts
  EmailBouncedReason | Email Bounced Reason | string 255     |
  EmailBouncedDate  | Email Bounced Date    | datetime       |
  LastActivityDate  | Last Activity         | date           | readonly`,
  },
  {
    name: 'User',
    label: 'User',
    labelPlural: 'Users',
    keyPrefix: '005',
    writable: false,
    mergeable: false,
    fields: `
  Username          | Username              | string 80      | required unique idlookup
  LastName          | Last Name             | string 80      | required
  FirstName         | First Name            | string 40      |
  Name              | Full Name             | string 121     | calculated name
  Email             | Email                 | email 128      | required idlookup
  Alias             | Alias                 | string 8       | required
  IsActive          | Active                | boolean        | default=true
  UserType          | User Type             | picklist 40    | restricted readonly values=Standard;PowerPartner;CspLitePortal;CustomerSuccess;Guest
  TimeZoneSidKey    | Time Zone             | picklist 40    | values=Europe/Berlin;Europe/London;America/New_York;America/Los_Angeles;GMT
  LocaleSidKey      | Locale                | picklist 40    | values=en_US;en_GB;de_DE;fr_FR
  LanguageLocaleKey | Language              | picklist 40    | values=en_US;de;fr
  EmailEncodingKey  | Email Encoding        | picklist 40    | values=UTF-8;ISO-8859-1
  CompanyName       | Company Name          | string 80      |
  Title             | Title                 | string 80      |
  Phone             | Phone                 | phone 40       |
  FederationIdentifier | SAML Federation ID | string 512     | unique idlookup`,
  },
  {
    name: 'Organization',
    label: 'Organization',
    labelPlural: 'Organizations',
    keyPrefix: '00D',
    writable: false,
    mergeable: false,
    fields: `
  Name              | Name                  | string 80      | required name
  OrganizationType  | Edition               | picklist 40    | readonly values=Team Edition;Professional Edition;Enterprise Edition;Developer Edition;Unlimited Edition
  InstanceName      | Instance Name         | string 5       | readonly
  IsSandbox         | Is Sandbox            | boolean        | readonly
  NamespacePrefix   | Namespace Prefix      | string 15      | readonly
  TrialExpirationDate | Trial Expiration Date | datetime     | readonly
  LanguageLocaleKey | Language              | picklist 40    | values=en_US;de;fr
  DefaultLocaleSidKey | Locale              | picklist 40    | values=en_US;en_GB;de_DE;fr_FR
  TimeZoneSidKey    | Time Zone             | picklist 40    | values=Europe/Berlin;Europe/London;America/New_York;America/Los_Angeles;GMT
  PrimaryContact    | Primary Contact       | string 80      |`,
  },
  {
    name: 'RecordType',
    label: 'Record Type',
    labelPlural: 'Record Types',
    keyPrefix: '012',
    writable: false,
    mergeable: false,
    fields: `
  Name              | Name                  | string 80      | required name
  DeveloperName     | Record Type Name      | string 80      | required
  NamespacePrefix   | Namespace Prefix      | string 15      | readonly
  Description       | Description           | string 255     |
  SobjectType       | SObject Type Name     | picklist 40    | required
  IsActive          | Active                | boolean        | default=true`,
  },
]
