// Duplicate rules, lead conversion and the replication lists.

import { Connection } from '@jsforce/jsforce-node'
import { afterEach, describe, expect, test } from 'vitest'
import { type OrgOptions, SetupError, salesforceEmulator } from '../src/index.ts'
import { VERSION, type Wire, wire } from './org.ts'

let org: Wire & AsyncDisposable
let conn: Connection
async function start(options: Partial<OrgOptions> = {}): Promise<void> {
  org = await wire({ org: options })
  conn = new Connection({
    version: '67.0',
    loginUrl: org.emulator.url,
    oauth2: { clientId: 'c', clientSecret: 's', loginUrl: org.emulator.url },
  })
  await conn.authorize({ grant_type: 'client_credentials' })
}
afterEach(() => org?.[Symbol.asyncDispose]())

const RULES: Partial<OrgOptions> = {
  duplicateRules: [
    { object: 'Contact', fields: ['Email'] },
    { object: 'Lead', matchObject: 'Contact', fields: ['Email'], name: 'Known_Contact' },
    { object: 'Account', fields: ['Name', 'BillingCity'], action: 'block', message: 'We have this one.' },
  ],
}
const SAVE = { headers: { 'Sforce-Duplicate-Rule-Header': 'allowSave=true; runAsCurrentUser=true' } }
const contact = (more: object = {}) => ({ LastName: 'Doe', Email: 'Jane@Example.org', ...more })

describe('duplicate rules', () => {
  test('alert with the matches, and give way to allowSave', async () => {
    await start(RULES)
    const { id } = await conn.sobject('Contact').create(contact())
    const answer = await org.call('POST', '/sobjects/Contact', contact({ Email: 'JANE@example.org' }))
    expect(answer).toMatchObject({ status: 400 })
    expect(answer.body).toEqual([
      {
        duplicateResut: {
          allowSave: true,
          duplicateRule: 'Standard_Contact_Duplicate_Rule',
          duplicateRuleEntityType: 'Contact',
          errorMessage: "You're creating a duplicate record. We recommend you use an existing record instead.",
          matchResults: [
            {
              entityType: 'Contact',
              errors: [],
              matchEngine: 'ExactMatchEngine',
              matchRecords: [
                {
                  additionalInformation: [],
                  fieldDiffs: [],
                  matchConfidence: 100,
                  record: {
                    attributes: { type: 'Contact', url: `/services/data/${VERSION}/sobjects/Contact/${id}` },
                    Id: id,
                  },
                },
              ],
              rule: 'Standard_Contact_Match_Rule_v1_1',
              size: 1,
              success: true,
            },
          ],
        },
        errorCode: 'DUPLICATES_DETECTED',
        message: "You're creating a duplicate record. We recommend you use an existing record instead.",
      },
    ])
    await expect(conn.sobject('Contact').create(contact())).rejects.toMatchObject({ errorCode: 'DUPLICATES_DETECTED' })
    expect(await conn.sobject('Contact').create(contact(), SAVE)).toMatchObject({ success: true })
    await expect(conn.sobject('Lead').create({ ...contact(), Company: 'ACME' })).rejects.toMatchObject({
      errorCode: 'DUPLICATES_DETECTED',
    })
  })

  test('say less in a collection, and obey the header there too', async () => {
    await start(RULES)
    await conn.sobject('Contact').create(contact())
    const rows = [contact({ CT_Id__c: 'a' }), contact({ CT_Id__c: 'b', Email: 'other@example.org' })]
    const results = await conn.sobject('Contact').upsert(rows, 'CT_Id__c')
    expect(results).toMatchObject([
      {
        success: false,
        errors: [{ statusCode: 'DUPLICATES_DETECTED', message: 'Use one of these records?', fields: [] }],
      },
      { success: true },
    ])
    expect(JSON.stringify(results)).not.toContain('duplicateRes')
    const again = await conn.sobject('Contact').upsert(rows, 'CT_Id__c', SAVE)
    expect(again.map(result => result.success)).toEqual([true, true])
  })

  test('hear a subrequest of a composite by its own headers, not by those of the call', async () => {
    await start(RULES)
    await conn.sobject('Contact').create(contact())
    const url = `/services/data/${VERSION}/sobjects/Contact`
    const sub = (more: object) => ({
      compositeRequest: [{ method: 'POST', url, referenceId: 'a', body: contact(), ...more }],
    })
    const refused = await org.call('POST', '/composite', sub({}), SAVE.headers)
    expect(refused.body).toMatchObject({
      compositeResponse: [{ httpStatusCode: 400, body: [{ duplicateResut: { allowSave: true } }] }],
    })
    const saved = await org.call('POST', '/composite', sub({ httpHeaders: SAVE.headers }))
    expect(saved.body).toMatchObject({ compositeResponse: [{ httpStatusCode: 201 }] })
  })

  test('block whatever the client says, on all their fields, on changes of them only', async () => {
    await start(RULES)
    const accounts = conn.sobject('Account')
    await accounts.create({ Name: 'ACME', BillingCity: 'Berlin' })
    const id = (await accounts.create({ Name: 'acme', BillingCity: 'Bonn' })).id ?? ''
    await accounts.create({ Name: 'ACME' })
    const twin = { Name: 'Acme', BillingCity: 'BERLIN' }
    const answer = await org.call('POST', '/sobjects/Account', twin, SAVE.headers)
    expect(answer.body).toMatchObject([{ duplicateResut: { allowSave: false }, message: 'We have this one.' }])
    await expect(accounts.update({ Id: id, BillingCity: 'Berlin' })).rejects.toMatchObject({
      errorCode: 'DUPLICATES_DETECTED',
    })
    await accounts.update({ Id: id, Phone: '1' })
    await accounts.destroy(id)
    await org.control('POST', '/undelete', { object: 'Account', id })
  })

  test('that cannot be used are refused', async () => {
    await start()
    const bad = { duplicateRules: [{ object: 'Contact', fields: [] }] }
    await expect(salesforceEmulator({ org: bad })).rejects.toThrow(SetupError)
  })
})

describe('lead conversion', () => {
  const lead = {
    LastName: 'Doe',
    FirstName: 'Jane',
    Company: 'ACME',
    Email: 'jane@acme.example',
    City: 'Berlin',
    Phone: '1',
  }
  const convert = (more: object) => org.control('POST', '/convert', more)

  test('makes an account, a contact and a deal, and closes the lead', async () => {
    await start({ contactsToMultipleAccounts: true })
    const id = (await conn.sobject('Lead').create(lead)).id ?? ''
    await conn.sobject('Task').create({ Subject: 'Call', WhoId: id })
    const { status, body } = await convert({ leadId: id })
    expect(status).toBe(200)
    const done = body as Record<string, string>
    expect(done).toMatchObject({ IsConverted: true, Status: 'Closed - Converted', ConvertedDate: expect.any(String) })
    const [found] = await org.query(
      'SELECT Id, Name, Email, MailingCity, Account.Name, Account.BillingCity, (SELECT Subject FROM Tasks) FROM Contact',
    )
    expect(found).toMatchObject({
      Id: done.ConvertedContactId,
      Name: 'Jane Doe',
      Email: 'jane@acme.example',
      MailingCity: 'Berlin',
      Account: { Name: 'ACME', BillingCity: 'Berlin' },
      Tasks: { totalSize: 1 },
    })
    expect(await org.query('SELECT Opportunity.Name, ContactId, IsPrimary FROM OpportunityContactRole')).toMatchObject([
      { Opportunity: { Name: 'ACME-' }, ContactId: done.ConvertedContactId, IsPrimary: true },
    ])
    expect(await org.query('SELECT IsDirect FROM AccountContactRelation')).toMatchObject([{ IsDirect: true }])
    await expect(conn.sobject('Lead').update({ Id: id, Title: 'x' })).rejects.toMatchObject({
      errorCode: 'CANNOT_UPDATE_CONVERTED_LEAD',
    })
    expect(await convert({ leadId: id })).toMatchObject({ status: 400 })
  })

  test('can use what is there, and leave the deal out', async () => {
    await start()
    const account = await conn.sobject('Account').create({ Name: 'There' })
    const id = (await conn.sobject('Lead').create(lead)).id ?? ''
    const { body } = await convert({ leadId: id, accountId: account.id, opportunityName: null })
    expect(body).toMatchObject({ ConvertedAccountId: account.id, ConvertedOpportunityId: null })
    expect(await org.query('SELECT Id FROM Opportunity')).toEqual([])
  })
})

test('replication lists ignore seconds and reach back 30 days', async () => {
  await start()
  await org.control('POST', '/clock', { freeze: true })
  const now = Date.parse(((await org.control('GET', '/clock')).body as { now: string }).now)
  await org.control('POST', '/clock', { advanceMs: 60_000 - (now % 60_000) })
  const base = now + 60_000 - (now % 60_000)
  const { id } = await conn.sobject('Account').create({ Name: 'A' })
  const at = (ms: number): string => new Date(base + ms).toISOString()
  const list = (kind: string, start: number, end: number) =>
    org.call('GET', `/sobjects/Account/${kind}?start=${at(start)}&end=${at(end)}`)
  expect((await list('updated', -60_000, 59_000)).body).toMatchObject({ ids: [] })
  expect((await list('updated', 30_000, 61_000)).body).toMatchObject({ ids: [id] })
  await conn.sobject('Account').destroy(id ?? '')
  expect((await list('deleted', 0, 60_000)).body).toMatchObject({ deletedRecords: [{ id }] })
  const wrong = { status: 400, body: [{ errorCode: 'INVALID_REPLICATION_DATE' }] }
  expect(await list('updated', 0, 30_000)).toMatchObject(wrong)
  expect(await list('updated', -31 * 86_400_000, 0)).toMatchObject(wrong)
})
