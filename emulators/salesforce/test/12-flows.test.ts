// Automation of the org: what a client wrote is not what it reads back.

import { afterEach, expect, test } from 'vitest'
import { type OrgOptions, SetupError, salesforceEmulator } from '../src/index.ts'
import { type Wire, wire } from './org.ts'

let org: Wire & AsyncDisposable
afterEach(() => org?.[Symbol.asyncDispose]())

const FLOWS: Partial<OrgOptions> = {
  flows: [
    { object: 'Contact', on: 'create', set: { LeadSource: 'Web' } },
    {
      object: 'Contact',
      when: [{ field: 'Title', op: 'matches', value: '^Dr' }],
      set: { Salutation: 'Dr.', Title: null },
    },
    {
      object: 'Contact',
      whenChanged: ['LastName'],
      set: { Description: { text: 'was saved as {LastName}, {FirstName}' } },
    },
  ],
  validationRules: [
    { object: 'Contact', field: 'Description', op: 'matches', value: 'Nobody', message: 'Nobody is no name.' },
  ],
}
const read = async (key: string) =>
  (
    await org.query(`SELECT LeadSource, Salutation, Title, Description, Phone FROM Contact WHERE CT_Id__c = '${key}'`)
  )[0]
const put = (key: string, body: object) => org.call('PATCH', `/sobjects/Contact/CT_Id__c/${key}`, body)

test('flows set fields on creation, on conditions and on changes', async () => {
  org = await wire({ org: FLOWS })
  await put('a', { LastName: 'Doe', FirstName: 'Jane', Title: 'Dr. med.', LeadSource: 'Other' })
  const made = { LeadSource: 'Web', Salutation: 'Dr.', Title: null, Description: 'was saved as Doe, Jane' }
  expect(await read('a')).toMatchObject(made)
  await put('a', { LeadSource: 'Other', Phone: '1', Description: 'mine' })
  expect(await read('a')).toMatchObject({ LeadSource: 'Other', Phone: '1', Description: 'mine' })
  await put('a', { LastName: 'Doe' })
  expect(await read('a')).toMatchObject({ Description: 'mine' })
  await put('a', { LastName: 'Roe' })
  expect(await read('a')).toMatchObject({ Description: 'was saved as Roe, Jane' })
})

test('validation rules see what flows have set', async () => {
  org = await wire({ org: FLOWS })
  expect(await put('b', { LastName: 'Nobody' })).toMatchObject({
    status: 400,
    body: [{ errorCode: 'FIELD_CUSTOM_VALIDATION_EXCEPTION', message: 'Nobody is no name.' }],
  })
})

test('a flow that names what is not there is refused at the start', async () => {
  const wrong = (flow: object) => salesforceEmulator({ org: { flows: [flow] } as Partial<OrgOptions> })
  await expect(wrong({ object: 'Nope', set: { A: 1 } })).rejects.toThrow(SetupError)
  await expect(wrong({ object: 'Contact', set: { Nope: 1 } })).rejects.toThrow('names "Nope"')
})
