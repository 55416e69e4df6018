// Lead conversion, as a person does it or a client by SOAP or Apex: REST has no call for it. An account, a contact and,
// unless declined, a deal come out of the lead, in one transaction, through the rules of their objects.

import type { Row, Value } from '../entities.ts'
import type { Body } from './body.ts'
import { childrenBy, object, rowById } from './object-rule.ts'
import { entityIsDeleted, refuse } from './refusal.ts'
import type { Actor, World } from './world.ts'
import { createRow } from './write.ts'

export type Conversion = {
  accountId?: string
  contactId?: string
  /** Named after the company by default; null makes none. */
  opportunityName?: string | null
  status?: string
}

const TO_ACCOUNT: Record<string, string> = {
  Company: 'Name',
  Phone: 'Phone',
  Fax: 'Fax',
  Website: 'Website',
  Industry: 'Industry',
  Rating: 'Rating',
  AnnualRevenue: 'AnnualRevenue',
  NumberOfEmployees: 'NumberOfEmployees',
  LeadSource: 'AccountSource',
  Street: 'BillingStreet',
  City: 'BillingCity',
  State: 'BillingState',
  PostalCode: 'BillingPostalCode',
  Country: 'BillingCountry',
  OwnerId: 'OwnerId',
}
const TO_CONTACT: Record<string, string> = {
  LastName: 'LastName',
  FirstName: 'FirstName',
  Salutation: 'Salutation',
  Title: 'Title',
  Phone: 'Phone',
  MobilePhone: 'MobilePhone',
  Fax: 'Fax',
  Email: 'Email',
  LeadSource: 'LeadSource',
  Street: 'MailingStreet',
  City: 'MailingCity',
  State: 'MailingState',
  PostalCode: 'MailingPostalCode',
  Country: 'MailingCountry',
  HasOptedOutOfEmail: 'HasOptedOutOfEmail',
  HasOptedOutOfFax: 'HasOptedOutOfFax',
  DoNotCall: 'DoNotCall',
  IndividualId: 'IndividualId',
  OwnerId: 'OwnerId',
}

export function convertLead(world: World, actor: Actor, lead: Row, wish: Conversion): Row {
  if (lead.deleted) throw entityIsDeleted()
  if (lead.values.IsConverted === true) throw refuse('CANNOT_UPDATE_CONVERTED_LEAD', 'cannot reference converted lead')
  const status = wish.status ?? 'Closed - Converted'
  if (!/^Closed/.test(status)) {
    throw refuse('INVALID_STATUS', `invalid convertedStatus: ${status}`)
  }
  const account =
    existing(world, 'Account', wish.accountId) ?? create(world, actor, 'Account', copied(lead, TO_ACCOUNT))
  const contact =
    existing(world, 'Contact', wish.contactId) ??
    create(world, actor, 'Contact', { ...copied(lead, TO_CONTACT), AccountId: account.id })
  const values: Record<string, Value> = {
    ...lead.values,
    Status: status,
    IsConverted: true,
    ConvertedDate: new Date(world.now()).toISOString().slice(0, 10),
    ConvertedAccountId: account.id,
    ConvertedContactId: contact.id,
  }
  if (wish.opportunityName !== null) {
    const Name = wish.opportunityName ?? `${String(lead.values.Company)}-`
    const made = { Name, StageName: 'Prospecting', CloseDate: quarterEnd(world.now()), AccountId: account.id }
    const deal = create(world, actor, 'Opportunity', made)
    create(world, actor, 'OpportunityContactRole', { OpportunityId: deal.id, ContactId: contact.id, IsPrimary: true })
    values.ConvertedOpportunityId = deal.id
  }
  for (const task of childrenBy(world, 'Task', 'WhoId', lead.id)) {
    const moved = { ...task.values, WhoId: contact.id }
    world.store.change(object(world, 'Task'), task, { modifiedBy: actor.userId, values: moved })
  }
  return world.store.change(object(world, 'Lead'), lead, { modifiedBy: actor.userId, values })
}

function existing(world: World, name: string, id: string | undefined): Row | undefined {
  if (id === undefined) return undefined
  const row = rowById(world, name, id)
  if (row && !row.deleted) return row
  throw refuse('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id')
}

const create = (world: World, actor: Actor, name: string, body: Body): Row =>
  createRow(world, actor, object(world, name), body)

function copied(lead: Row, names: Record<string, string>): Body {
  const body: Body = {}
  for (const [from, to] of Object.entries(names)) {
    const value = lead.values[from]
    if (value !== undefined) body[to] = value
  }
  return body
}

function quarterEnd(now: number): string {
  const day = new Date(now)
  return new Date(Date.UTC(day.getUTCFullYear(), Math.floor(day.getUTCMonth() / 3) * 3 + 3, 0))
    .toISOString()
    .slice(0, 10)
}
