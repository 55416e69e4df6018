// What happens when two clients write at once: rows that somebody holds, and keys that somebody was faster with.

import { afterEach, beforeEach, expect, test } from 'vitest'
import { VERSION, type Wire, wire } from './org.ts'

let org: Wire & AsyncDisposable
beforeEach(async () => {
  org = await wire()
  await upsert('Account', 'acme', { Name: 'ACME' })
})
afterEach(() => org[Symbol.asyncDispose]())

type Result = { success: boolean; errors: { statusCode: string; message: string }[] }
const collect = async (type: string, records: object[]): Promise<Result[]> => {
  const { body } = await org.call('PATCH', `/composite/sobjects/${type}/CT_Id__c`, {
    records: records.map(record => ({ attributes: { type }, ...record })),
  })
  return body as Result[]
}
const upsert = (type: string, CT_Id__c: string, more: object) => collect(type, [{ CT_Id__c, ...more }])
const child = (key: string, account = 'acme') => ({ CT_Id__c: key, LastName: key, Account: { CT_Id__c: account } })
const codes = (results: Result[]) => results.map(({ success, errors }) => (success ? 'ok' : errors[0]?.statusCode))
// Long enough for requests that were sent together to overlap on a busy machine.
const slow = (ms: number) => org.control('POST', '/latency', { ms })
const locks = (settings: object) => org.control('POST', '/locks', settings)

test('writes below one account that overlap are refused, others are not', async () => {
  await upsert('Account', 'else', { Name: 'Else' })
  await locks({ overlap: true })
  await slow(600)
  const [first, second, third] = await Promise.all([
    collect('Contact', [child('a')]),
    collect('Contact', [child('b'), child('c', 'else'), { CT_Id__c: 'd', LastName: 'D' }]),
    upsert('Account', 'acme', { Name: 'New name' }),
  ])
  expect(codes(first ?? [])).toEqual(['ok'])
  expect(codes(second ?? [])).toEqual(['UNABLE_TO_LOCK_ROW', 'ok', 'ok'])
  expect(codes(third ?? [])).toEqual(['UNABLE_TO_LOCK_ROW'])
  expect(second?.[0]?.errors[0]?.message).toMatch(/^unable to obtain exclusive access to this record or 1 records: 001/)
  expect(codes(await collect('Contact', [child('b')]))).toEqual(['ok'])
})

test('what a composite and a single write hold counts too', async () => {
  await upsert('Contact', 'a', child('a'))
  await locks({ overlap: true })
  await slow(600)
  const compositeRequest = [
    {
      method: 'PATCH',
      url: `/services/data/${VERSION}/composite/sobjects/Contact/CT_Id__c`,
      referenceId: 'r',
      body: { records: [{ attributes: { type: 'Contact' }, CT_Id__c: 'a', Title: 'x' }] },
    },
  ]
  const [composite, single] = await Promise.all([
    org.call('POST', '/composite', { compositeRequest }),
    org.call('PATCH', '/sobjects/Contact/CT_Id__c/a', { Title: 'y' }),
  ])
  expect(composite.body).toMatchObject({ compositeResponse: [{ body: [{ success: true }] }] })
  expect(single).toMatchObject({ status: 400, body: [{ errorCode: 'UNABLE_TO_LOCK_ROW' }] })
})

test('nothing is refused unless asked for, and a dropped request lets go', async () => {
  await slow(600)
  const both = await Promise.all([collect('Contact', [child('a')]), collect('Contact', [child('b')])])
  expect(both.map(codes)).toEqual([['ok'], ['ok']])
  await locks({ overlap: true })
  await org.control('POST', '/faults', { on: 'collections', do: 'drop-before', nth: 1 })
  await expect(collect('Contact', [child('c')])).rejects.toThrow()
  expect(codes(await collect('Contact', [child('c')]))).toEqual(['ok'])
})

test('a rate refuses a share of the writes below accounts, the same ones each time', async () => {
  const run = async (): Promise<(string | undefined)[]> => {
    await locks({ rate: 0.3, seed: 7 })
    return codes(
      await collect(
        'Contact',
        Array.from({ length: 200 }, (_, at) => child(`k${at}`)),
      ),
    )
  }
  const first = await run()
  const refused = first.filter(code => code === 'UNABLE_TO_LOCK_ROW').length
  expect(refused).toBeGreaterThan(30)
  expect(refused).toBeLessThan(90)
  expect(await run()).toEqual(first)
})

test('of two that upsert the same new key at once the second is too late, and finds it afterwards', async () => {
  await slow(600)
  const [first, second] = await Promise.all([
    upsert('Contact', 'new', { LastName: 'A' }),
    upsert('Contact', 'new', { LastName: 'B' }),
  ])
  expect(codes(first ?? [])).toEqual(['ok'])
  expect(second).toMatchObject([
    {
      success: false,
      errors: [{ statusCode: 'DUPLICATE_VALUE', message: expect.stringMatching(/^duplicate value found: CT_Id__c/) }],
    },
  ])
  const [one, two] = await Promise.all([
    org.call('PATCH', '/sobjects/Contact/CT_Id__c/single', { LastName: 'A' }),
    org.call('PATCH', '/sobjects/Contact/CT_Id__c/single', { LastName: 'B' }),
  ])
  expect([one.status, two.status].sort()).toEqual([201, 400])
  expect(await upsert('Contact', 'new', { LastName: 'B' })).toMatchObject([{ success: true, created: false }])
  const url = `/services/data/${VERSION}/sobjects/Contact/CT_Id__c/own`
  const compositeRequest = ['A', 'B'].map((LastName, at) => ({
    method: 'PATCH',
    url,
    referenceId: `r${at}`,
    body: { LastName },
  }))
  expect((await org.call('POST', '/composite', { compositeRequest, collateSubrequests: false })).body).toMatchObject({
    compositeResponse: [{ httpStatusCode: 201 }, { httpStatusCode: 200 }],
  })
})
