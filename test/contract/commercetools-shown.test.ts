/** Which records show any of many others: asked in one query, which fits the shortest URL that load balancers take. */
import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import { commercetoolsEmulator } from '../../emulators/commercetools/src/index.ts'
import { idsPerQuery } from '../../src/lib/idsPerQuery.ts'
import { orderOrder } from '../../src/mappings/order-order/index.ts'
import { all, context, ids, project, system } from './commercetools.world.ts'

it('finds the orders of many payments at once, also on a later page, within a URL of 8 KB', async () => {
  await using emulator = await commercetoolsEmulator({ port: 0, maxUrlBytes: 8_192 })
  const asked = async (path: string, init: RequestInit) => {
    const answer = await fetch(`${emulator.url}${path}`, { method: 'POST', ...init })
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
    return answer.json() as Promise<Record<string, string>>
  }
  const { access_token } = await asked('/oauth/token', {
    headers: { authorization: `Basic ${btoa('ctsf:secret')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  })
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${access_token}` }
  const makes = async (what: string, draft: object) => {
    const { id = '' } = await asked(`/demo/${what}`, { headers, body: JSON.stringify(draft) })
    return { id }
  }
  const euro = { currencyCode: 'EUR', centAmount: 100 }
  const line = { name: { en: 'Mug' }, variant: { sku: 'MUG' }, price: { value: euro }, quantity: 1 }
  const places = (payments: readonly { id: string }[]) =>
    makes('orders/import', {
      totalPrice: euro,
      lineItems: [line],
      paymentInfo: { payments: payments.map(({ id }) => ({ typeId: 'payment', id })) },
    })
  const [one, two] = [
    await makes('payments', { amountPlanned: euro }),
    await makes('payments', { amountPlanned: euro }),
  ]
  const [first, second] = [await places([one, two]), await places([two])]
  await places([])
  const others = Array.from({ length: idsPerQuery - 2 }, () => randomUUID())
  const named = [one.id, ...others, two.id].map(id => `"${id}"`).join(',')
  const [touch] = orderOrder().touchedBy
  const where = touch && 'where' in touch ? touch.where.replace(':ids', named) : ''
  const at = { authUrl: emulator.url, apiUrl: emulator.url }
  const commerce = system({ projects: [project(at)] })
  const query = { project: 'demo', type: 'order', expand: [], where, upToNow: true }
  const found = (await all(commerce.list({ ...query, position: null }, context()))).flatMap(page => page.snapshots)
  expect(ids(found).toSorted()).toEqual([`demo/${first.id}`, `demo/${second.id}`].toSorted())
  // A later page says where it begins besides, which is the longest that a query gets.
  const late = `2026-01-01T00:00:00.000Z|${randomUUID()}`
  expect(await all(commerce.list({ ...query, position: late }, context()))).toHaveLength(1)
})
