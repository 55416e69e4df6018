// Standard objects of selling: leads, deals, relations of a contact to several accounts, and service cases and tasks.

import type { StandardObject } from './standard.ts'

const ROLES =
  'Business User;Decision Maker;Economic Buyer;Economic Decision Maker;Evaluator;Executive Sponsor;Influencer;Technical Buyer;Other'
const SOURCES = 'Web;Phone Inquiry;Partner Referral;Purchased List;Other'

export const ACCOUNT_CONTACT_RELATION: StandardObject = {
  name: 'AccountContactRelation',
  label: 'Account Contact Relationship',
  labelPlural: 'Account Contact Relationships',
  keyPrefix: '07k',
  writable: true,
  mergeable: false,
  fields: `
  AccountId         | Account ID            | reference      | to=Account rel=Account children=AccountContactRelations required createonly cascade
  ContactId         | Contact ID            | reference      | to=Contact rel=Contact children=AccountContactRelations required createonly cascade
  Roles             | Roles                 | multipicklist 4099 | values=${ROLES}
  IsDirect          | Direct                | boolean        | readonly
  IsActive          | Active                | boolean        | default=true
  StartDate         | Start Date            | date           |
  EndDate           | End Date              | date           |`,
}

export const SALES_OBJECTS: StandardObject[] = [
  {
    name: 'Lead',
    label: 'Lead',
    labelPlural: 'Leads',
    keyPrefix: '00Q',
    writable: true,
    mergeable: true,
    fields: `
  LastName          | Last Name             | string 80      | required
  FirstName         | First Name            | string 40      |
  Salutation        | Salutation            | picklist 40    | values=Mr.;Ms.;Mrs.;Dr.;Prof.;Mx.
  Name              | Full Name             | string 121     | calculated name
  RecordTypeId      | Record Type ID        | reference      | to=RecordType rel=RecordType
  Title             | Title                 | string 128     |
  Company           | Company               | string 255     | required
  Street            | Street                | textarea 255   | in=Address
  City              | City                  | string 40      | in=Address
  State             | State/Province        | string 80      | in=Address
  PostalCode        | Zip/Postal Code       | string 20      | in=Address
  Country           | Country               | string 80      | in=Address
  Address           | Address               | address        | calculated
  Phone             | Phone                 | phone 40       |
  MobilePhone       | Mobile Phone          | phone 40       |
  Fax               | Fax                   | phone 40       |
  Email             | Email                 | email 80       | idlookup
  Website           | Website               | url 255        |
  Description       | Description           | textarea 32000 |
  LeadSource        | Lead Source           | picklist 255   | values=${SOURCES}
  Status            | Status                | picklist 255   | default=Open_-_Not_Contacted values=Open - Not Contacted;Working - Contacted;Closed - Converted;Closed - Not Converted
  Industry          | Industry              | picklist 255   |
  Rating            | Rating                | picklist 255   | values=Hot;Warm;Cold
  AnnualRevenue     | Annual Revenue        | currency 18,0  |
  NumberOfEmployees | Employees             | int 8          |
  OwnerId           | Owner ID              | reference      | to=User rel=Owner
  HasOptedOutOfEmail | Email Opt Out        | boolean        |
  HasOptedOutOfFax  | Fax Opt Out           | boolean        |
  DoNotCall         | Do Not Call           | boolean        |
  IndividualId      | Individual ID         | reference      | to=Individual rel=Individual children=Leads
  IsConverted       | Converted             | boolean        | readonly
  ConvertedDate     | Converted Date        | date           | readonly
  ConvertedAccountId | Converted Account ID | reference      | to=Account rel=ConvertedAccount readonly
  ConvertedContactId | Converted Contact ID | reference      | to=Contact rel=ConvertedContact readonly
  ConvertedOpportunityId | Converted Opportunity ID | reference | to=Opportunity rel=ConvertedOpportunity readonly
  IsUnreadByOwner   | Unread By Owner       | boolean        | default=true`,
  },
  {
    name: 'Opportunity',
    label: 'Opportunity',
    labelPlural: 'Opportunities',
    keyPrefix: '006',
    writable: true,
    mergeable: false,
    fields: `
  AccountId         | Account ID            | reference      | to=Account rel=Account children=Opportunities cascade
  RecordTypeId      | Record Type ID        | reference      | to=RecordType rel=RecordType
  Name              | Name                  | string 120     | required name
  Description       | Description           | textarea 32000 |
  StageName         | Stage                 | picklist 255   | required values=Prospecting;Qualification;Needs Analysis;Value Proposition;Id. Decision Makers;Perception Analysis;Proposal/Price Quote;Negotiation/Review;Closed Won;Closed Lost
  Amount            | Amount                | currency 18,2  |
  Probability       | Probability (%)       | percent 3,0    |
  CloseDate         | Close Date            | date           | required
  Type              | Opportunity Type      | picklist 255   | values=Existing Business;New Business
  NextStep          | Next Step             | string 255     |
  LeadSource        | Lead Source           | picklist 255   | values=${SOURCES}
  IsClosed          | Closed                | boolean        | readonly
  IsWon             | Won                   | boolean        | readonly
  Pricebook2Id      | Price Book ID         | reference      | to=Pricebook2 rel=Pricebook2
  OwnerId           | Owner ID              | reference      | to=User rel=Owner`,
  },
  {
    name: 'OpportunityContactRole',
    label: 'Opportunity Contact Role',
    labelPlural: 'Opportunity Contact Role',
    keyPrefix: '00K',
    writable: true,
    mergeable: false,
    fields: `
  OpportunityId     | Opportunity ID        | reference      | to=Opportunity rel=Opportunity children=OpportunityContactRoles required createonly cascade
  ContactId         | Contact ID            | reference      | to=Contact rel=Contact children=OpportunityContactRoles required cascade
  Role              | Role                  | picklist 255   | values=${ROLES}
  IsPrimary         | Primary               | boolean        |`,
  },
  {
    name: 'Case',
    label: 'Case',
    labelPlural: 'Cases',
    keyPrefix: '500',
    writable: true,
    mergeable: true,
    fields: `
  CaseNumber        | Case Number           | string 30      | readonly name auto={00000000}
  ContactId         | Contact ID            | reference      | to=Contact rel=Contact children=Cases
  AccountId         | Account ID            | reference      | to=Account rel=Account children=Cases
  ParentId          | Parent Case ID        | reference      | to=Case rel=Parent children=Cases
  RecordTypeId      | Record Type ID        | reference      | to=RecordType rel=RecordType
  SuppliedName      | Name                  | string 80      |
  SuppliedEmail     | Email Address         | email 80       |
  SuppliedPhone     | Phone                 | string 40      |
  SuppliedCompany   | Company               | string 80      |
  Type              | Case Type             | picklist 255   | values=Mechanical;Electrical;Electronic;Structural;Other
  Status            | Status                | picklist 255   | default=New values=New;Working;Escalated;Closed
  Reason            | Case Reason           | picklist 255   | values=Installation;Equipment Complexity;Performance;Breakdown;Equipment Design;Feedback;Other
  Origin            | Case Origin           | picklist 255   | values=Phone;Email;Web
  Subject           | Subject               | string 255     |
  Priority          | Priority              | picklist 255   | default=Medium values=High;Medium;Low
  Description       | Description           | textarea 32000 |
  IsClosed          | Closed                | boolean        | readonly
  ClosedDate        | Closed Date           | datetime       | readonly
  IsEscalated       | Escalated             | boolean        |
  OwnerId           | Owner ID              | reference      | to=User;Group rel=Owner`,
  },
  {
    name: 'Task',
    label: 'Task',
    labelPlural: 'Tasks',
    keyPrefix: '00T',
    writable: true,
    mergeable: false,
    fields: `
  WhoId             | Name ID               | reference      | to=Contact;Lead rel=Who children=Tasks
  WhatId            | Related To ID         | reference      | to=Account;Opportunity;Order;Case;Product2 rel=What
  Subject           | Subject               | string 255     | name
  ActivityDate      | Due Date Only         | date           |
  Status            | Status                | picklist 255   | default=Not_Started values=Not Started;In Progress;Completed;Waiting on someone else;Deferred
  Priority          | Priority              | picklist 255   | default=Normal values=High;Normal;Low
  OwnerId           | Assigned To ID        | reference      | to=User;Group rel=Owner
  Description       | Description           | textarea 32000 |
  Type              | Type                  | picklist 40    | values=Call;Meeting;Other
  AccountId         | Account ID            | reference      | to=Account rel=Account readonly
  IsClosed          | Closed                | boolean        | readonly
  CompletedDateTime | Completed Date        | datetime       | readonly
  CallDurationInSeconds | Call Duration     | int 8          |
  TaskSubtype       | Task Subtype          | picklist 40    | createonly default=Task values=Task;Email;Call;Cadence`,
  },
  {
    name: 'Group',
    label: 'Group',
    labelPlural: 'Groups',
    keyPrefix: '00G',
    writable: false,
    mergeable: false,
    fields: `
  Name              | Name                  | string 40      | required name
  DeveloperName     | Developer Name        | string 80      |
  Type              | Type                  | picklist 40    | values=Regular;Role;RoleAndSubordinates;Organization;Queue
  Email             | Email                 | email 80       |`,
  },
]
