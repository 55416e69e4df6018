import { expect, it } from 'vitest'
import { world } from '../world.ts'

it('smoke', { timeout: 120_000 }, async () => {
  await using now = await world()
  const at = { firstName: 'Gina', lastName: 'Guest', country: 'DE', city: 'Köln', phone: '0221 1234567' }
  const order = await now.buyer.orders({ customerEmail: ' Gina@Example.com', billingAddress: at, shippingAddress: at })
  await now.quiet()
  const rows = await now.crm.rows('Contact')
  console.log(JSON.stringify(rows), now.service.log(), await now.status())
  const c = await now.shopper.signsUp({
    email: 'gina@example.com',
    password: 'p',
    firstName: 'Gina',
    lastName: 'Guest',
  })
  await now.quiet()
  console.log(
    JSON.stringify(await now.crm.rows('Contact')),
    JSON.stringify(await now.crm.rows('Account')),
    now.service.log(),
  )
  await now.buyer.orders({ customerEmail: 'gina@example.com', shippingAddress: at })
  await now.buyer.changes(order, { action: 'setCustomerId', customerId: c.id })
  await now.quiet()
  console.log((await now.crm.rows('Contact')).length, now.service.log(), await now.status())
})
