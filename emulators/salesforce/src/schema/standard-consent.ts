// Standard objects of data protection: an individual, how to reach them, and what they agreed to. Key prefixes are not
// documented: read them from describe.

import type { StandardObject } from './standard.ts'

const TYPES = 'Email;MailingAddress;Phone;Social;Web'

const contactPoint = (own: string): string => `
  Name              | Name                  | string 255     | readonly name auto={00000000}
  ParentId          | Parent ID             | reference      | to=Individual;Account rel=Parent cascade
  ${own}
  IsPrimary         | Primary               | boolean        |
  ActiveFromDate    | Active from Date      | date           |
  ActiveToDate      | Active to Date        | date           |
  BestTimeToContactStartTime | Best Time to Contact Start | string 8 |
  BestTimeToContactEndTime | Best Time to Contact End | string 8 |
  OwnerId           | Owner ID              | reference      | to=User rel=Owner`

export const CONSENT_OBJECTS: StandardObject[] = [
  {
    name: 'Individual',
    label: 'Individual',
    labelPlural: 'Individuals',
    keyPrefix: '0PK',
    writable: true,
    mergeable: true,
    fields: `
  LastName          | Last Name             | string 80      | required
  FirstName         | First Name            | string 40      |
  Salutation        | Salutation            | picklist 40    | values=Mr.;Ms.;Mrs.;Dr.;Prof.;Mx.
  Name              | Name                  | string 121     | calculated name
  OwnerId           | Owner ID              | reference      | to=User rel=Owner
  BirthDate         | Birth Date            | date           |
  HasOptedOutTracking | Don't Track         | boolean        |
  HasOptedOutProfiling | Don't Profile      | boolean        |
  HasOptedOutProcessing | Don't Process     | boolean        |
  HasOptedOutSolicit | Don't Market         | boolean        |
  ShouldForget      | Forget this Individual | boolean       |
  SendIndividualData | Export Individual's Data | boolean    |
  CanStorePiiElsewhere | OK to Store PII Data Elsewhere | boolean |
  HasOptedOutGeoTracking | Block Geolocation Tracking | boolean |
  IndividualsAge    | Individual's Age      | picklist 40    | values=16OrOver;13OrOver;Under13;Under16`,
  },
  {
    name: 'ContactPointEmail',
    label: 'Contact Point Email',
    labelPlural: 'Contact Point Emails',
    keyPrefix: '9Vl',
    writable: true,
    mergeable: false,
    fields: contactPoint(`
  EmailAddress      | Email Address         | email 80       | required
  EmailMailBox      | Email Mail Box        | string 255     |
  EmailDomain       | Email Domain          | string 255     |
  EmailLatestBounceDateTime | Email Latest Bounce Date Time | datetime |
  EmailLatestBounceReasonText | Email Latest Bounce Reason | string 255 |`),
  },
  {
    name: 'ContactPointPhone',
    label: 'Contact Point Phone',
    labelPlural: 'Contact Point Phones',
    keyPrefix: '9Pn',
    writable: true,
    mergeable: false,
    fields: contactPoint(`
  TelephoneNumber   | Telephone Number      | string 80      | required
  AreaCode          | Area Code             | string 10      |
  ExtensionNumber   | Extension Number      | string 255     |
  PhoneType         | Phone Type            | picklist 40    | values=Home;Mobile;Work;Other
  IsSmsCapable      | SMS Capable           | boolean        |
  IsFaxCapable      | Fax Capable           | boolean        |`),
  },
  {
    name: 'DataUsePurpose',
    label: 'Data Use Purpose',
    labelPlural: 'Data Use Purposes',
    keyPrefix: '0ZW',
    writable: true,
    mergeable: false,
    fields: `
  Name              | Name                  | string 255     | required name
  Description       | Description           | textarea 4000  |
  CanDataSubjectOptOut | Can Data Subject Opt Out | boolean  |
  OwnerId           | Owner ID              | reference      | to=User rel=Owner`,
  },
  {
    name: 'BusinessBrand',
    label: 'Business Brand',
    labelPlural: 'Business Brands',
    keyPrefix: '0zW',
    writable: true,
    mergeable: false,
    fields: `
  Name              | Name                  | string 255     | required name
  ParentId          | Parent ID             | reference      | to=BusinessBrand rel=Parent
  OwnerId           | Owner ID              | reference      | to=User rel=Owner`,
  },
  {
    name: 'ContactPointTypeConsent',
    label: 'Contact Point Type Consent',
    labelPlural: 'Contact Point Type Consents',
    keyPrefix: '0ZX',
    writable: true,
    mergeable: false,
    fields: `
  Name              | Name                  | string 255     | required name
  PartyId           | Party ID              | reference      | to=Individual rel=Party children=ContactPointTypeConsents required cascade
  ContactPointType  | Contact Point Type    | picklist 40    | required restricted values=${TYPES}
  PrivacyConsentStatus | Privacy Consent Status | picklist 40 | required restricted values=OptIn;OptOut;Seen;NotSeen
  CaptureDate       | Consent Captured Date Time | datetime  |
  CaptureSource     | Consent Captured Source | string 255   |
  CaptureContactPointType | Consent Captured Contact Point Type | picklist 40 | restricted values=${TYPES}
  DataUsePurposeId  | Data Use Purpose ID   | reference      | to=DataUsePurpose rel=DataUsePurpose
  BusinessBrandId   | Business Brand ID     | reference      | to=BusinessBrand rel=BusinessBrand
  EffectiveFrom     | Effective From        | datetime       |
  EffectiveTo       | Effective To          | datetime       |
  DoubleConsentCaptureDate | Double Consent Capture Date | datetime |
  OwnerId           | Owner ID              | reference      | to=User rel=Owner`,
  },
]

/** Only where an org has more than one currency. */
export const CURRENCY_TYPE: StandardObject = {
  name: 'CurrencyType',
  label: 'Currency Type',
  labelPlural: 'Currency Types',
  keyPrefix: '01L',
  writable: false,
  mergeable: false,
  fields: `
  IsoCode           | Currency ISO Code     | picklist 3     | required
  ConversionRate    | Conversion Rate       | double 18,6    |
  DecimalPlaces     | Decimal Places        | int 1          |
  IsActive          | Active                | boolean        | default=true
  IsCorporate       | Corporate Currency    | boolean        |`,
}
