import { expect, test } from 'vitest'
import { RemoteFailure } from '../../model/outcome.ts'
import type { WriteRow } from '../../model/plan.ts'
import type { Ask, Client } from './client.ts'
import { type Answer, failing } from './failure.ts'
import { write } from './write.ts'

const silent = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent }
const context = { correlationId: 'c-1', signal: new AbortController().signal }
const row = (key: string, name: string): WriteRow => ({
  plan: 0,
  do: 'create',
  object: 'Contact',
  key: { field: 'CT_Id__c', value: key },
  id: null,
  fields: { LastName: name },
  links: [],
  ifUnmodifiedSince: null,
})

/** A client that answers each request by this function, and keeps what it was asked. */
function written(answer: (ask: Ask) => Answer | Error, groups: WriteRow[][]) {
  const asked: Ask[] = []
  const client: Client = {
    root: '/services/data/v67.0',
    deadline: () => 0,
    limits: async () => null,
    session: async () => ({ token: 't', instanceUrl: 'http://localhost', orgId: '00D000000000001AAA' }),
    async call(ask) {
      asked.push(ask)
      const given = answer(ask)
      if (given instanceof Error) throw given
      return given
    },
  }
  const describe = { schema: async () => new Map(), known: () => undefined }
  return write({ client, describe, log: silent }, { groups }, context).then(outcomes => ({ outcomes, asked }))
}

const succeed = (body = ''): Answer => ({
  status: 200,
  json: [...body.matchAll(/CT_Id__c":"(\w+)/g)].map(([, key]) => ({
    id: `003${key}`,
    success: true,
    created: true,
    errors: [],
  })),
})

test('a row that cannot be parsed fails alone, after the rows were halved', async () => {
  const names = ['a', 'b', 'poison', 'd', 'e', 'f', 'g', 'h']
  const refuse = { status: 400, json: [{ errorCode: 'JSON_PARSER_ERROR', message: 'Cannot deserialize poison' }] }
  const { outcomes, asked } = await written(
    ({ body }) => (body?.includes('poison') ? refuse : succeed(body)),
    [names.map((name, at) => row(`k${at}`, name))],
  )
  expect(outcomes.map(one => (one.ok ? one.ref.id : one.failure.code))).toEqual(
    names.map((name, at) => (name === 'poison' ? 'JSON_PARSER_ERROR' : `003k${at}`)),
  )
  expect(JSON.stringify(outcomes)).not.toContain('poison')
  expect(asked).toHaveLength(7)
})

test('requests that go one by one stop at the first that was not answered', async () => {
  const uncertain = new RemoteFailure(failing('uncertain', 'TIMEOUT', 'late'))
  const groups = [[row('k1', '@{s0}')], [row('k2', 'b')].map(one => ({ ...one, object: 'Account' })), [row('k3', 'c')]]
  const { outcomes, asked } = await written(
    ({ path, body }) => (path.includes('/Account/') ? uncertain : succeed(body)),
    groups,
  )
  expect(outcomes).toMatchObject([
    { ok: true },
    { failure: { is: 'uncertain' } },
    { failure: { is: 'unavailable', code: 'NOT_SENT' } },
  ])
  expect(asked).toHaveLength(2)
})

test('a row that names no record is refused here, the others go', async () => {
  const { outcomes } = await written(({ body }) => succeed(body), [[{ ...row('k1', 'a'), key: null }, row('k2', 'b')]])
  expect(outcomes).toMatchObject([{ failure: { is: 'invalid', code: 'NO_KEY' } }, { ok: true }])
})

test('a bug is an uncertain outcome, never a rejection', async () => {
  const { outcomes } = await written(() => new TypeError('oops'), [[row('k1', 'a')]])
  expect(outcomes).toMatchObject([{ failure: { is: 'uncertain', code: 'BUG' } }])
})
