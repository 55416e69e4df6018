/** Salesforce API calls that new orders cost, as the org counts them, where customers and products are known; both forms. */
import { ask, type World, world } from '../../test/world.ts'
import { databaseIfAny } from '../database.ts'
import { abreast, type Group, type Measured, type Options, profiled, round } from '../figure.ts'
import { changeEach, customers, type Known } from '../shop.ts'

const forms = ['order', 'custom-object'] as const
type Form = (typeof forms)[number]

const linesEach = 3
const skus = 60
const price = { currencyCode: 'EUR', centAmount: 1_000 }
const line = (n: number) => ({
  name: { en: `Product ${n % skus}` },
  variant: { sku: `SKU-${n % skus}` },
  price: { value: price },
  quantity: 1 + (n % 3),
})

/** So many orders, of these customers in turn, each of the next products. */
async function place(now: World, some: readonly Known[], count: number): Promise<void> {
  await abreast(Array(count).keys(), 16, async n => {
    await now.buyer.orders({
      orderNumber: `${some.length}-${count}-${n}`,
      customerId: some[n % some.length]?.id,
      totalPrice: { currencyCode: 'EUR', centAmount: 3_000 },
      customLineItems: [],
      lineItems: Array.from({ length: linesEach }, (_, at) => line(n * linesEach + at)),
    })
  })
}

/** Calls of a service to which all of it is told at once, by a busy org; logging in and describing the org are counted apart, and left out. */
async function calls(form: Form, { quick, profileDir, say }: Options): Promise<{ calls: number; records: number }> {
  const count = quick ? 100 : 1_000
  await using db = await databaseIfAny()
  await using now = await world({
    config: { orders: form },
    subscribeTo: ['order'],
    databaseUrl: db?.url ?? null,
    env: profiled(profileDir),
  })
  await now.people.play('arrivals', { customers: quick ? 50 : 200, rate: 2_000 })
  await now.people.done()
  await now.quiet(600_000)
  const contacts = new Set((await now.crm.rows('Contact')).map(row => row.CT_Id__c))
  const known = (await customers(now.urls.commerce)).filter(({ id }) => contacts.has(`demo/${id}`))
  // Each product once, so that none is new.
  await place(now, known, skus / linesEach)
  await now.quiet(600_000)
  const rowsNow = async (): Promise<number> => {
    const names = form === 'order' ? ['Order', 'OrderItem'] : ['CT_Order__c', 'CT_Order_Line__c']
    return (await Promise.all(names.map(now.crm.rows))).reduce((sum, some) => sum + some.length, 0)
  }
  const restart = async (before: () => Promise<void>): Promise<number> => {
    await now.service.stop()
    await before()
    const start = await now.crm.calls()
    await now.service.start()
    await now.quiet(600_000)
    return (await now.crm.calls()) - start
  }
  // Two milliseconds a record are what makes it busy: an org that answers at once is never behind.
  await ask(`${now.urls.crm}/__emulator/latency`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ms: 0, perRecordMs: 2 }),
  })
  say(`${count} orders of ${linesEach} lines wait (${form})`)
  // It describes the org for a change that no mapping reads, and writes nothing.
  const idle = await restart(() =>
    changeEach(now.urls.commerce, known.slice(0, 1), () => ({ action: 'setMiddleName', middleName: 'Bench' })),
  )
  const rows = await rowsNow()
  const all = await restart(() => place(now, known, count))
  const records = (await rowsNow()) - rows
  if (records !== count * (1 + linesEach)) throw new Error(`${records} records were written`)
  await now.service.stop()
  return { calls: ((all - idle) * 1_000) / count, records }
}

async function run(options: Options): Promise<readonly Measured[]> {
  const found = new Map<Form, { calls: number; records: number }>()
  for (const form of forms) found.set(form, await calls(form, options))
  const told = [...found].map(([form, one]) => `${one.calls} calls for ${one.records} records as '${form}'`)
  const value = round(Math.max(...[...found.values()].map(one => one.calls)))
  return [{ name: 'calls-per-1000-orders', value, against: `${told.join(', ')}; the larger counts` }]
}

export const orders: Group = { names: ['calls-per-1000-orders'], run }
