/** What others show has changed: who shows it is asked for all at once, and each is marked in the name of what it shows. */
import { expect, it } from 'vitest'
import { memoryWorld } from '../../test/memory/world.ts'

const group = (n: number) => ({ side: 'commerce', type: 'customer-group', id: `demo/g${n}` }) as const
const shopper = (n: number) => ({
  email: `a${n}@example.com`,
  customerGroup: { typeId: 'customer-group', id: `g${n}` },
})

it('asks for those that show any of many in few queries, and keeps whose change marked whom', async () => {
  const world = memoryWorld()
  const shoppers = [1, 150, 151, 999]
  for (const n of shoppers) await world.shopper.saves(`demo/${n}`, shopper(n))
  await world.quiet()
  const asked: number[] = []
  const { list } = world.commerce
  world.commerce.list = async function* (query, context) {
    const where = query.where ?? ''
    asked.push(where.split('"').length >> 1)
    for await (const page of list(query, context))
      yield {
        ...page,
        snapshots: page.snapshots.filter(({ ref }) => where.includes(`"g${ref.id.slice('demo/'.length)}"`)),
      }
  }
  for (let n = 1; n <= 151; n++) await world.announce(group(n), { version: 2 })
  await world.pass()
  expect(asked).toEqual([150, 1])
  const marked = [...world.store.dirtyRows.values()].map(({ ref, correlationId }) => [ref.id, correlationId])
  // The shoppers' own events came first, one for each.
  const nameOf = (n: number) => `c${shoppers.length + n}`
  expect(marked.toSorted()).toEqual([
    ['demo/1', nameOf(1)],
    ['demo/150', nameOf(150)],
    ['demo/151', nameOf(151)],
  ])
})
