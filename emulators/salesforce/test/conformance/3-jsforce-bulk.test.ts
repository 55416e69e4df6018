// Bulk API 2.0 by jsforce: each step of a job by itself, each operation as a whole, and query jobs of one part.

import type { Connection } from '@jsforce/jsforce-node'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Wire, wire } from '../org.ts'
import { connected } from './jsforce.ts'

let org: Wire & AsyncDisposable
let conn: Connection
beforeAll(async () => {
  org = await wire({ org: { bulkQueueMs: 0, bulkRecordMs: 0, bulkHardDelete: true } })
})
beforeEach(async () => {
  org.emulator.reset()
  conn = await connected(org.emulator.url)
  conn.bulk2.pollInterval = 1
})
afterAll(() => org[Symbol.asyncDispose]())

const names = async (): Promise<unknown[]> =>
  (await conn.query('SELECT Name FROM Account ORDER BY Name')).records.map(row => row.Name)

describe('ingest', () => {
  test('step by step', async () => {
    const job = conn.bulk2.createJob({ operation: 'insert', object: 'Account' })
    const seen: string[] = []
    job.on('open', () => seen.push('open'))
    job.on('jobComplete', () => seen.push('complete'))
    expect(await job.open()).toMatchObject({ state: 'Open', operation: 'insert', object: 'Account' })
    await job.uploadData([
      { Name: 'A', Phone: '1' },
      { Name: '', Phone: '2' },
      { Name: 'C, "D"\nE', Phone: '3' },
    ])
    await job.close()
    await job.poll(1, 10_000)
    expect(await job.check()).toMatchObject({
      state: 'JobComplete',
      jobType: 'V2Ingest',
      numberRecordsProcessed: 3,
      numberRecordsFailed: 1,
    })
    expect(await job.getSuccessfulResults()).toMatchObject([
      { sf__Created: 'true', sf__Id: expect.stringMatching(/^001/), Name: 'A' },
      { Name: 'C, "D"\nE' },
    ])
    expect(await job.getFailedResults()).toMatchObject([
      { sf__Error: expect.stringContaining('REQUIRED_FIELD_MISSING') },
    ])
    expect(await job.getUnprocessedRecords()).toEqual([])
    expect(await job.getSuccessfulResults(true)).toContain('"sf__Id","sf__Created","Name","Phone"')
    const again = conn.bulk2.job('ingest', { id: job.getInfo().id })
    expect(await again.check()).toMatchObject({ state: 'JobComplete' })
    await job.delete()
    await expect(again.check()).rejects.toMatchObject({ errorCode: 'NOT_FOUND' })
    expect(seen).toEqual(['open', 'complete'])
  })

  test('a job that is aborted does nothing', async () => {
    const job = conn.bulk2.createJob({ operation: 'insert', object: 'Account' })
    await job.open()
    await job.uploadData('Name\nA\n')
    await job.abort()
    expect(await job.check()).toMatchObject({ state: 'Aborted' })
    expect(await names()).toEqual([])
  })

  test('a job that fails says why', async () => {
    const load = conn.bulk2.loadAndWaitForResults({ operation: 'insert', object: 'Account', input: 'Nope\nA\n' })
    await expect(load).rejects.toThrow(/Field name not found : Nope/)
  })

  test('insert, update, upsert, delete and hardDelete', async () => {
    const run = async (
      operation: 'insert' | 'update' | 'upsert' | 'delete' | 'hardDelete',
      input: Record<string, string>[],
    ) =>
      conn.bulk2.loadAndWaitForResults({
        operation,
        object: 'Account',
        input,
        ...(operation === 'upsert' ? { externalIdFieldName: 'CT_Id__c' } : {}),
      })
    const made = await run('insert', [
      { Name: 'A', CT_Id__c: 'a' },
      { Name: 'B', CT_Id__c: 'b' },
    ])
    const [a = '', b = ''] = made.successfulResults.map(({ sf__Id }) => sf__Id)
    expect(
      (
        await run('update', [
          { Id: a, Name: 'A2' },
          { Id: 'x', Name: 'X' },
        ])
      ).failedResults,
    ).toHaveLength(1)
    const upserted = await run('upsert', [
      { CT_Id__c: 'b', Name: 'B2' },
      { CT_Id__c: 'c', Name: 'C' },
    ])
    expect(upserted.successfulResults.map(({ sf__Created }) => sf__Created)).toEqual(['false', 'true'])
    expect(await names()).toEqual(['A2', 'B2', 'C'])
    await run('delete', [{ Id: a }])
    await run('hardDelete', [{ Id: b }])
    expect(await names()).toEqual(['C'])
    expect(
      (await conn.query('SELECT Name FROM Account', { scanAll: true })).records.map(({ Name }) => Name).sort(),
    ).toEqual(['A2', 'C'])
  })

  test('other delimiters and line endings', async () => {
    const loaded = await conn.bulk2.loadAndWaitForResults({
      operation: 'insert',
      object: 'Account',
      columnDelimiter: 'SEMICOLON',
      lineEnding: 'CRLF',
      input: 'Name;Phone\r\nA;1\r\n',
    })
    expect(loaded.failedResults).toEqual([])
    expect(await names()).toEqual(['A'])
  })
})

describe('query', () => {
  beforeEach(async () => {
    await conn.sobject('Account').create(['A', 'B'].map(Name => ({ Name })))
  })

  test('as a whole, deleted rows too when asked', async () => {
    const [row] = (await conn.query("SELECT Id FROM Account WHERE Name = 'B'")).records
    await conn.sobject('Account').destroy(row?.Id ?? '')
    const soql = 'SELECT Name FROM Account ORDER BY Name'
    expect(await (await conn.bulk2.query(soql)).toArray()).toEqual([{ Name: 'A' }])
    expect(await (await conn.bulk2.query(soql, { scanAll: true })).toArray()).toEqual([{ Name: 'A' }, { Name: 'B' }])
  })

  test('step by step', async () => {
    const { id } = await conn.requestPost<{ id: string }>('/jobs/query', {
      operation: 'query',
      query: 'SELECT Id FROM Account',
    })
    const job = conn.bulk2.job('query', { id })
    await job.poll(1, 10_000)
    expect(await job.check()).toMatchObject({ state: 'JobComplete', jobType: 'V2Query', numberRecordsProcessed: 2 })
    expect(await (await job.result()).toArray()).toHaveLength(2)
    await job.delete()
    await expect(job.check()).rejects.toMatchObject({ errorCode: 'NOT_FOUND' })
  })

  test('one that Bulk cannot run is refused', async () => {
    await expect(conn.bulk2.query('SELECT COUNT(Id) FROM Account')).rejects.toMatchObject({ errorCode: 'API_ERROR' })
  })
})
