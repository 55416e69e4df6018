// Person accounts: one person as an Account and a Contact, through jsforce and on the wire.

import { Connection } from '@jsforce/jsforce-node'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Wire, wire } from './org.ts'

type Told = { success: boolean; id?: string; errors: { statusCode?: string; errorCode?: string; fields?: string[] }[] }

let org: Wire & AsyncDisposable
let conn: Connection
let recordType = ''

beforeAll(async () => {
  org = await wire({ org: { personAccounts: true, recordTypes: [{ object: 'Account', developerName: 'Business' }] } })
})
beforeEach(async () => {
  await org.control('POST', '/reset')
  conn = new Connection({
    version: '67.0',
    oauth2: { clientId: 'c', clientSecret: 's', loginUrl: org.emulator.url },
  })
  await conn.login('admin@example.com', 'password')
  await org.login()
  const [found] = await org.query(
    "SELECT Id FROM RecordType WHERE SobjectType = 'Account' AND IsPersonType = true AND IsActive = true",
  )
  recordType = String(found?.Id)
})
afterAll(() => org[Symbol.asyncDispose]())

const row = async (object: string, id: string): Promise<Record<string, unknown>> =>
  (await conn.sobject(object).retrieve(id)) as Record<string, unknown>
const person = async (fields: Record<string, unknown> = {}) => {
  const given = { RecordTypeId: recordType, FirstName: 'Anna', LastName: 'Schmidt', ...fields }
  const { id = '' } = await conn.sobject('Account').create(given)
  const account = await row('Account', id)
  return { id, account, contactId: String(account.PersonContactId) }
}
const told = async (method: 'create' | 'update', object: string, fields: Record<string, unknown>): Promise<Told> => {
  const path = `/composite/sobjects`
  const records = [{ attributes: { type: object }, ...fields }]
  const { body } = await org.call(method === 'create' ? 'POST' : 'PATCH', path, { allOrNone: false, records })
  return (body as Told[])[0] ?? { success: false, errors: [] }
}
const refused = (statusCode: string, ...fields: string[]) => ({
  success: false,
  errors: [{ statusCode, ...(fields.length > 0 && { fields }) }],
})

describe('the schema', () => {
  test('shows the fields of a person on Account, and the record type', async () => {
    const account = await conn.describe('Account')
    const field = (name: string) => account.fields.find(one => one.name === name)
    expect(field('IsPersonAccount')).toMatchObject({ type: 'boolean', createable: false, updateable: false })
    for (const name of ['FirstName', 'LastName', 'Salutation', 'PersonEmail', 'PersonMobilePhone', 'PersonHomePhone'])
      expect(field(name), name).toMatchObject({ createable: true, updateable: true })
    for (const name of [
      'PersonOtherPhone',
      'PersonAssistantPhone',
      'PersonBirthdate',
      'PersonTitle',
      'PersonDepartment',
    ])
      expect(field(name), name).toBeDefined()
    for (const name of ['PersonHasOptedOutOfEmail', 'PersonHasOptedOutOfFax', 'PersonDoNotCall'])
      expect(field(name), name).toMatchObject({ type: 'boolean', updateable: true })
    for (const name of ['PersonLeadSource', 'PersonIndividualId', 'PersonOtherStateCode', 'Tier__pc', 'CT_Id__pc'])
      expect(field(name), name).toBeDefined()
    expect(field('PersonMailingStateCode')).toMatchObject({
      controllerName: 'PersonMailingCountryCode',
      compoundFieldName: 'PersonMailingAddress',
    })
    expect(field('PersonContactId')).toMatchObject({ referenceTo: ['Contact'], createable: false })
    expect(field('PersonPhone')).toBeUndefined()
    expect(account.recordTypeInfos).toContainEqual(expect.objectContaining({ developerName: 'PersonAccount' }))
  })

  test('knows none of it in an org without the switch', async () => {
    await using other = await wire()
    const { body } = await other.call('GET', '/sobjects/Account/describe')
    const names = (body as { fields: { name: string }[] }).fields.map(one => one.name)
    expect(names.filter(name => /^Person|^IsPerson|__pc$|^LastName$/.test(name))).toEqual([])
  })
})

describe('a person account', () => {
  test('is an Account and a Contact that say the same', async () => {
    const { id, account, contactId } = await person({
      PersonEmail: 'Anna@Example.com',
      Phone: '030',
      PersonMobilePhone: '0170',
      PersonMailingCountryCode: 'US',
      PersonMailingStateCode: 'CA',
      CT_Id__c: 'k',
      Score__pc: 7,
    })
    expect(account).toMatchObject({
      Name: 'Anna Schmidt',
      IsPersonAccount: true,
      PersonEmail: 'anna@example.com',
      PersonMailingState: 'California',
      Tier__pc: 'Silver',
    })
    expect(account.PersonMailingAddress).toMatchObject({ stateCode: 'CA', country: 'United States' })
    expect(await row('Contact', contactId)).toMatchObject({
      AccountId: id,
      IsPersonAccount: true,
      Name: 'Anna Schmidt',
      Email: 'anna@example.com',
      Phone: '030',
      MobilePhone: '0170',
      MailingStateCode: 'CA',
      Score__c: 7,
      Tier__c: 'Silver',
      CT_Id__c: null,
    })
  })

  test('takes its Contact along when it changes, and both are stamped', async () => {
    const { id, contactId } = await person({ PersonTitle: 'Dr.', Vip__pc: false })
    await org.control('POST', '/clock', { advanceMs: 60_000 })
    await conn.sobject('Account').update({ Id: id, LastName: 'Meier', PersonTitle: null, Vip__pc: true })
    const [account, contact] = [await row('Account', id), await row('Contact', contactId)]
    expect(account).toMatchObject({ Name: 'Anna Meier', PersonTitle: null, Vip__pc: true })
    expect(contact).toMatchObject({ LastName: 'Meier', Title: null, Vip__c: true })
    expect(contact.SystemModstamp).toBe(account.SystemModstamp)
    expect(account.SystemModstamp).not.toBe(account.CreatedDate)
  })

  test('needs a last name, and loses neither it nor its kind', async () => {
    expect(await told('create', 'Account', { RecordTypeId: recordType, FirstName: 'Anna' })).toMatchObject(
      refused('REQUIRED_FIELD_MISSING', 'LastName'),
    )
    const { id } = await person()
    expect(await told('update', 'Account', { id, LastName: null })).toMatchObject(
      refused('REQUIRED_FIELD_MISSING', 'LastName'),
    )
    const [business] = await org.query("SELECT Id FROM RecordType WHERE DeveloperName = 'Business'")
    expect(await told('update', 'Account', { id, RecordTypeId: business?.Id })).toMatchObject(
      refused('FIELD_INTEGRITY_EXCEPTION', 'RecordTypeId'),
    )
    expect(await row('Account', id)).toMatchObject({ IsPersonAccount: true, Name: 'Anna Schmidt' })
  })

  test('has no name of its own, no parent, and is nobody else’s Account', async () => {
    const { id } = await person()
    const firm = await conn.sobject('Account').create({ Name: 'ACME' })
    const bad = 'INVALID_FIELD_FOR_INSERT_UPDATE'
    expect(await told('update', 'Account', { id, Name: 'Other' })).toMatchObject(refused(bad, 'Name'))
    expect(await told('update', 'Account', { id, ParentId: firm.id })).toMatchObject(refused(bad, 'ParentId'))
    expect(await told('update', 'Account', { id: firm.id, ParentId: id })).toMatchObject(
      refused('FIELD_INTEGRITY_EXCEPTION', 'ParentId'),
    )
    expect(await told('create', 'Contact', { LastName: 'X', AccountId: id })).toMatchObject(
      refused('FIELD_INTEGRITY_EXCEPTION', 'AccountId'),
    )
  })

  test('is upserted by our key like any other, with a bad email refused and nothing left behind', async () => {
    const record = { CT_Id__c: 'k1', RecordTypeId: recordType, LastName: 'One', PersonEmail: 'a@b@c' }
    await expect(conn.sobject('Account').upsert(record, 'CT_Id__c')).rejects.toMatchObject({
      errorCode: 'INVALID_EMAIL_ADDRESS',
    })
    expect(await org.query('SELECT Id FROM Contact')).toEqual([])
    const made = await conn.sobject('Account').upsert({ ...record, PersonEmail: 'a@b.de' }, 'CT_Id__c')
    const again = await conn.sobject('Account').upsert({ CT_Id__c: 'k1', LastName: 'Two' }, 'CT_Id__c')
    expect(again).toMatchObject({ id: made.id, created: false })
    expect(await org.query('SELECT LastName FROM Contact')).toMatchObject([{ LastName: 'Two' }])
  })

  test('is found by SOQL, from both sides', async () => {
    const { id, contactId } = await person({ PersonEmail: 'anna@example.com', CT_Id__c: 'k' })
    await conn.sobject('Account').create({ Name: 'ACME' })
    expect(
      await org.query("SELECT Id, PersonContact.Email FROM Account WHERE PersonEmail = 'ANNA@example.com'"),
    ).toMatchObject([{ Id: id, PersonContact: { Email: 'anna@example.com' } }])
    expect(await org.query('SELECT Name FROM Account WHERE IsPersonAccount = false')).toMatchObject([{ Name: 'ACME' }])
    expect(await org.query("SELECT Id FROM Contact WHERE Account.CT_Id__c = 'k'")).toMatchObject([{ Id: contactId }])
  })
})

describe('a business account', () => {
  test('takes nothing of a person, and gets no default of one', async () => {
    const bad = 'INVALID_FIELD_FOR_INSERT_UPDATE'
    const fields = { Name: 'ACME', LastName: 'X', PersonEmail: 'a@b.de', Score__pc: 1 }
    expect(await told('create', 'Account', fields)).toMatchObject(refused(bad, 'LastName', 'PersonEmail', 'Score__pc'))
    const { id = '' } = await conn.sobject('Account').create({ Name: 'ACME' })
    expect(await row('Account', id)).toMatchObject({ IsPersonAccount: false, PersonContactId: null, Tier__pc: null })
    expect(await told('update', 'Account', { id, RecordTypeId: recordType })).toMatchObject(
      refused('FIELD_INTEGRITY_EXCEPTION', 'RecordTypeId'),
    )
  })

  test('has Contacts as in any org, which are written as ever', async () => {
    const firm = await conn.sobject('Account').create({ Name: 'ACME' })
    const { id = '' } = await conn.sobject('Contact').create({ LastName: 'X', AccountId: firm.id })
    expect(await told('update', 'Contact', { id, Email: 'x@y.de' })).toMatchObject({ success: true })
    expect(await row('Contact', id)).toMatchObject({ IsPersonAccount: false, Email: 'x@y.de' })
    expect(await row('Account', firm.id ?? '')).toMatchObject({ Name: 'ACME', PersonEmail: null })
  })
})

describe("a person's Contact", () => {
  test('is not written, deleted, moved or merged by itself', async () => {
    const { contactId } = await person()
    const bad = 'INVALID_FIELD_FOR_INSERT_UPDATE'
    const firm = await conn.sobject('Account').create({ Name: 'ACME' })
    expect(await told('update', 'Contact', { id: contactId, Email: 'a@b.de' })).toMatchObject(refused(bad, 'Email'))
    expect(await told('update', 'Contact', { id: contactId, AccountId: firm.id })).toMatchObject(
      refused(bad, 'AccountId'),
    )
    await expect(conn.sobject('Contact').destroy(contactId)).rejects.toMatchObject({ errorCode: 'DELETE_FAILED' })
    const other = await person({ LastName: 'Other' })
    const merge = { object: 'Contact', masterId: contactId, loserId: other.contactId }
    expect((await org.control('POST', '/merge', merge)).status).toBe(400)
    expect(await row('Contact', contactId)).toMatchObject({ LastName: 'Schmidt', Email: null })
  })

  test('goes and comes back with its Account', async () => {
    const { id, contactId } = await person()
    await conn.sobject('Account').destroy(id)
    expect(await org.query('SELECT Id FROM Contact')).toEqual([])
    expect((await org.control('POST', '/undelete', { object: 'Contact', id: contactId })).status).toBe(400)
    expect((await org.control('POST', '/undelete', { object: 'Account', id })).status).toBeLessThan(300)
    expect(await row('Contact', contactId)).toMatchObject({ AccountId: id, IsDeleted: false })
  })

  test('is merged with its Account, its carts move, and a business stays out', async () => {
    const [master, loser] = [await person(), await person({ LastName: 'Twin' })]
    const cart = await conn.sobject('CT_Cart__c').create({ Contact__c: loser.contactId })
    const merge = { object: 'Account', masterId: master.id, loserId: loser.id, fields: { PersonTitle: 'Dr.' } }
    expect((await org.control('POST', '/merge', merge)).status).toBeLessThan(300)
    expect(await row('CT_Cart__c', cart.id ?? '')).toMatchObject({ Contact__c: master.contactId })
    expect(await org.query('SELECT Id, Title FROM Contact')).toMatchObject([{ Id: master.contactId, Title: 'Dr.' }])
    const firm = await conn.sobject('Account').create({ Name: 'ACME' })
    const mixed = { object: 'Account', masterId: master.id, loserId: firm.id }
    expect((await org.control('POST', '/merge', mixed)).status).toBe(400)
  })
})

test('a salesperson’s edit of the Account reaches the Contact, and outlives a restart', async () => {
  const { mkdtempSync, rmSync } = await import('node:fs')
  const { join } = await import('node:path')
  const { tmpdir } = await import('node:os')
  const stateDir = mkdtempSync(join(tmpdir(), 'sf-person-'))
  try {
    const options = { org: { personAccounts: true }, stateDir }
    let contactId = ''
    {
      await using first = await wire(options)
      const [type] = await first.query('SELECT Id FROM RecordType WHERE IsPersonType = true')
      const { body } = await first.call('POST', '/sobjects/Account', { RecordTypeId: type?.Id, LastName: 'Kept' })
      const { id } = body as { id: string }
      await first.control('POST', '/edit', { object: 'Account', id, fields: { PersonTitle: 'Head' } })
      contactId = String((await first.query('SELECT PersonContactId FROM Account'))[0]?.PersonContactId)
    }
    await using second = await wire(options)
    expect(await second.query('SELECT Id, Title, Account.IsPersonAccount FROM Contact')).toMatchObject([
      { Id: contactId, Title: 'Head', Account: { IsPersonAccount: true } },
    ])
  } finally {
    rmSync(stateDir, { recursive: true, force: true })
  }
})
