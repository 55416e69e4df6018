// Sends what was drawn to one emulator and looks at each reply: never a 500, never a stack, and alive afterwards.

import fc from 'fast-check'
import type { Wire } from '../org.ts'
import { requests, type Sent, under } from './bodies.ts'
import { calls, TOPIC } from './calls.ts'
import { files } from './csv.ts'
import { caller } from './grpc.ts'
import { statements } from './soql.ts'

/** How many cases there were, what the replies were, and how many rows of files were stored. */
export type Told = { cases: number; replies: Record<number, number>; stored: number }

/** What a reply may never be. */
function check({ status }: { status: number }, text: string, what: unknown): void {
  const bad = status >= 500 || /UNKNOWN_EXCEPTION|node_modules|\.ts:\d|\bat \w+ \(/.test(text)
  if (bad) throw new Error(`${JSON.stringify(what)} was answered with ${status} ${text.slice(0, 2000)}`)
}

export type Fuzz = { run(kind: Kind, cases: number, seed: number): Promise<Told> }
export const KINDS = ['bodies', 'soql', 'csv', 'grpc'] as const
export type Kind = (typeof KINDS)[number]

export function fuzz(org: Wire): Fuzz {
  let token = ''
  const ask = async (sent: Sent, told: Told): Promise<string> => {
    const response = await fetch(`${org.emulator.url}${sent.path}`, {
      method: sent.method,
      headers: { authorization: `Bearer ${token}`, 'content-type': sent.type ?? 'application/json' },
      ...(sent.text === undefined || sent.method === 'GET' ? {} : { body: sent.text }),
    })
    const text = await response.text()
    told.replies[response.status] = (told.replies[response.status] ?? 0) + 1
    check(response, text, sent)
    if (response.headers.get('content-type')?.startsWith('application/json') && text !== '') JSON.parse(text)
    return text
  }
  const load = async ({ text, ...head }: { text: string; [name: string]: string }, told: Told): Promise<void> => {
    const upsert =
      head.operation === 'upsert' ? { externalIdFieldName: head.object === 'Order' ? 'Id' : 'CT_Id__c' } : {}
    const send = (method: string, rest: string, body?: string, type?: string): Promise<string> =>
      ask(
        {
          method,
          path: `${under}/jobs/ingest${rest}`,
          ...(body === undefined ? {} : { text: body }),
          ...(type ? { type } : {}),
        },
        told,
      )
    const opened: unknown = JSON.parse(await send('POST', '', JSON.stringify({ ...head, ...upsert })))
    // An object without this key has no such job.
    if (typeof opened !== 'object' || opened === null || !('id' in opened)) return
    const at = `/${String(opened.id)}`
    await send('PUT', `${at}/batches`, text, 'text/csv')
    await send('PATCH', at, '{"state":"UploadComplete"}')
    await org.control('POST', '/clock', { advanceMs: 60_000 })
    const job: { state: string; numberRecordsProcessed: number; numberRecordsFailed: number } = JSON.parse(
      await send('GET', at),
    )
    const { state } = job
    told.stored += job.numberRecordsProcessed - job.numberRecordsFailed
    if (state !== 'JobComplete' && state !== 'Failed') throw new Error(`a job of ${JSON.stringify(text)} is ${state}`)
    for (const result of ['successfulResults', 'failedResults', 'unprocessedrecords'])
      await send('GET', `${at}/${result}`)
    await send('DELETE', at)
  }
  return {
    async run(kind, cases, seed) {
      const told: Told = { cases: 0, replies: {}, stored: 0 }
      token = await org.login()
      const step = async (act: () => Promise<unknown>): Promise<void> => {
        told.cases++
        await act()
      }
      const settings = { numRuns: cases, seed, endOnFailure: false }
      for (const at of ['a', 'b']) {
        await org.call('PATCH', `/sobjects/Account/CT_Id__c/${at}`, { Name: `Account ${at}` })
        const more = { LastName: 'Fa', Score__c: 7, Email: 'a@b.de', Account: { CT_Id__c: at } }
        await org.call('PATCH', `/sobjects/Contact/CT_Id__c/${at}`, more)
      }
      if (kind === 'bodies') {
        await fc.assert(
          fc.asyncProperty(requests, sent => step(() => ask(sent, told))),
          settings,
        )
      } else if (kind === 'soql') {
        const read = (soql: string): Sent => ({
          method: 'GET',
          path: `${under}/query?q=${encodeURIComponent(soql.toWellFormed())}`,
        })
        await fc.assert(
          fc.asyncProperty(statements, soql => step(() => ask(read(soql), told))),
          settings,
        )
      } else if (kind === 'grpc') {
        const grpc = await caller(org)
        const send = async (sent: Parameters<typeof grpc.send>[0]): Promise<void> => {
          const status = await grpc.send(sent)
          told.replies[status] = (told.replies[status] ?? 0) + 1
        }
        await fc.assert(
          fc.asyncProperty(calls, sent => step(() => send(sent))),
          settings,
        )
        // A stream that works is still to be had.
        const sent = {
          is: 'call' as const,
          method: 'GetTopic' as const,
          requests: [{ topic_name: TOPIC }],
          metadata: {},
        }
        if ((await grpc.send(sent)) !== 200) throw new Error('the service does not answer any more')
        grpc.close()
      } else
        await fc.assert(
          fc.asyncProperty(files, file => step(() => load(file, told))),
          settings,
        )
      await stillThere(org)
      return told
    },
  }
}

/** Objects with events, channels, and subscriptions: what an org needs to have for all kinds to reach something. */
export const FUZZED = {
  changeDataCapture: 'all' as const,
  bulkQueueMs: 0,
  bulkRecordMs: 0.1,
  channels: [
    {
      name: 'CT_Sync__chn',
      members: [{ event: 'ContactChangeEvent', enrichedFields: ['CT_Id__c'], filter: "LastName != 'Fa'" }],
    },
  ],
  managedSubscriptions: [
    { developerName: 'Sync', topicName: '/data/CT_Sync__chn', defaultReplay: 'EARLIEST' as const },
    { developerName: 'Off', topicName: TOPIC, state: 'STOP' as const },
  ],
}

/** After all of it the org still does its work. */
async function stillThere(org: Wire): Promise<void> {
  await org.login()
  const { status } = await org.call('POST', '/sobjects/Account', { Name: 'Afterwards' })
  const found = await org.query("SELECT Id FROM Account WHERE Name = 'Afterwards'")
  if (status !== 201 || found.length === 0) throw new Error(`a plain write is answered with ${status} afterwards`)
}
