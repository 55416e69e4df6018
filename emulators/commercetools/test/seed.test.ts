/** Data files with business customers: read in any order of names, through the rules of the API, with the same ids each time. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { CART, LAMP, TAXES } from './sdk.ts'
import { type Json, world } from './world.ts'

const directory = mkdtempSync(join(tmpdir(), 'seed-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const by = (typeId: string, key: string) => ({ typeId, key })
const DATA = {
  quotes: [
    {
      key: 'q1',
      stagedQuote: by('staged-quote', 's1'),
      stagedQuoteStateToSent: true,
      quoteState: 'DeclinedForRenegotiation',
      buyerComment: 'Dear',
    },
  ],
  stagedQuotes: [
    { key: 's1', quoteRequest: by('quote-request', 'r1'), quoteRequestStateToAccepted: true, sellerComment: 'For you' },
  ],
  quoteRequests: [
    { key: 'r1', cart: by('cart', 'c1'), comment: 'Cheaper?' },
    { key: 'r2', cart: by('cart', 'c1'), quoteRequestState: 'Rejected' },
  ],
  carts: [
    {
      ...CART,
      key: 'c1',
      customer: by('customer', 'ann'),
      businessUnit: by('business-unit', 'acme-it'),
      store: by('store', 'north'),
    },
  ],
  businessUnits: [
    {
      key: 'acme',
      unitType: 'Company',
      name: 'Acme',
      stores: [by('store', 'north')],
      associates: [
        {
          customer: by('customer', 'ann'),
          associateRoleAssignments: [{ associateRole: by('associate-role', 'buyer'), inheritance: 'Enabled' }],
        },
      ],
    },
    { key: 'acme-it', unitType: 'Division', name: 'IT', parentUnit: by('business-unit', 'acme') },
  ],
  associateRoles: [{ key: 'buyer', permissions: ['CreateMyCarts'] }],
  customers: [{ key: 'ann', email: 'ann@example.com', password: 'x' }],
  stores: [{ key: 'north' }],
  customerGroups: [{ groupName: 'Gold', key: 'gold' }],
  taxCategories: [TAXES],
  productTypes: [{ key: 'thing', name: 'Thing', description: 'A thing' }],
  products: [LAMP],
}
const KINDS = [
  'stores',
  'customers',
  'associate-roles',
  'business-units',
  'carts',
  'quote-requests',
  'staged-quotes',
  'quotes',
]

async function read(data: Json) {
  const dataFile = join(directory, 'data.json')
  writeFileSync(dataFile, JSON.stringify(data))
  await using it = await world({ dataFile })
  const rows: Record<string, Json[]> = {}
  for (const kind of KINDS) rows[kind] = (await it.control('GET', `resources/demo/${kind}`)).results as Json[]
  return rows
}
const ids = (rows: Record<string, Json[]>) =>
  Object.entries(rows).map(([kind, each]) => [kind, each.map(row => row.id)])

describe('a data file of business customers', () => {
  test('is read whole', async () => {
    const rows = await read(DATA)
    expect(rows['quote-requests']).toHaveLength(2)
    const of = (kind: string, key: string) => rows[kind]?.find(each => each.key === key)
    expect(of('quote-requests', 'r1')).toMatchObject({
      version: 2,
      quoteRequestState: 'Accepted',
      businessUnit: { key: 'acme-it' },
      store: { key: 'north' },
    })
    expect(of('quote-requests', 'r2')).toMatchObject({ quoteRequestState: 'Rejected' })
    expect(of('staged-quotes', 's1')).toMatchObject({ version: 3, stagedQuoteState: 'Sent', sellerComment: 'For you' })
    expect(of('quotes', 'q1')).toMatchObject({
      quoteState: 'DeclinedForRenegotiation',
      buyerComment: 'Dear',
      sellerComment: 'For you',
    })
    expect(of('business-units', 'acme-it')).toMatchObject({
      inheritedStores: [by('store', 'north')],
      inheritedAssociates: [{ customer: { id: of('customers', 'ann')?.id } }],
    })
  })

  test('gives the same ids each time, and others for another seed or project', async () => {
    const first = ids(await read(DATA))
    expect(ids(await read(DATA))).toEqual(first)
    const all = first.flatMap(([, each]) => each as string[])
    expect(new Set(all).size).toBe(all.length)
    for (const id of all) expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/)
    const others = ids(await read({ ...DATA, seed: 2 })).flatMap(([, each]) => each as string[])
    expect(others.some(id => all.includes(id))).toBe(false)
  })

  test('is refused as the API refuses it', async () => {
    await expect(
      read({
        ...DATA,
        businessUnits: [{ key: 'x1', unitType: 'Division', name: 'X', parentUnit: by('business-unit', 'none') }],
      }),
    ).rejects.toThrow(/business-unit.*not found/)
  })

  test('is kept whole or not at all: one that breaks off is read again at the next start', async () => {
    const stateDir = join(directory, 'state')
    const dataFile = join(directory, 'lines.jsonl')
    const write = (...lines: Json[]) => writeFileSync(dataFile, lines.map(each => `${JSON.stringify(each)}\n`).join(''))
    const store = { stores: { key: 'north' } }
    write(store, { customers: { email: 'nobody' } })
    await expect(world({ dataFile, stateDir })).rejects.toThrow(/line 2/)
    write(store, { customers: { key: 'ann', email: 'ann@example.com', password: 'x' } })
    for (const file of [dataFile, undefined]) {
      await using it = await world({ stateDir, ...(file === undefined ? {} : { dataFile: file }) })
      expect((await it.control('GET', 'resources/demo/customers')).total).toBe(1)
      const told = (await it.query('messages', {})).results as Json[]
      expect(told.map(({ type }) => type).toSorted()).toEqual(['CustomerCreated', 'StoreCreated'])
    }
  })
})
