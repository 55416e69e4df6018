/** The inspector: it shows people as they are, escapes whatever they typed, and changes one on request. */
import { describe, expect, test } from 'vitest'
import { world } from './world.ts'

describe('the inspector', () => {
  test('lists customers, the newest first, and escapes what they typed', async () => {
    await using it = await world()
    await it.signUp({ email: 'old@example.com' })
    await it.signUp({ email: 'new@example.com', firstName: '<script>alert(1)</script>', lastName: '" onload="x' })
    const answer = await fetch(`${it.emulator.url}/`)
    const page = await answer.text()
    expect(page.indexOf('new@example.com')).toBeLessThan(page.indexOf('old@example.com'))
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt; &quot; onload=&quot;x')
    expect(page).not.toContain('<script>')
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(page).not.toMatch(/(src|href)="(https?:)?\/\//)
  })

  test('shows one customer with versions and deliveries, and changes a name and a phone', async () => {
    await using it = await world({ receives: true, autoSubscribe: true })
    const customer = await it.signUp({
      email: 'a@example.com',
      firstName: 'Old',
      addresses: [{ country: 'DE', phone: '1' }],
    })
    const change = (headers: Record<string, string> = {}) =>
      fetch(`${it.emulator.url}/`, {
        method: 'POST',
        headers,
        body: new URLSearchParams({
          project: 'demo',
          id: String(customer.id),
          firstName: 'New',
          lastName: '',
          phone: '+49 30 1',
        }),
      })
    expect((await change({ 'sec-fetch-site': 'cross-site' })).status).toBe(403)
    await it.until('/__emulator/deliveries', body => body.pending === 0)
    const page = await (await change()).text()
    expect(page).toContain('value="New"')
    expect(page).toContain('setFirstName, setLastName, changeAddress')
    expect(page).toContain('CustomerCreated')
    expect(await it.ok('GET', `/demo/customers/${customer.id}`)).toMatchObject({
      version: 3,
      firstName: 'New',
      addresses: [{ phone: '+49 30 1' }],
      lastModifiedBy: { clientId: 'inspector' },
    })
    expect((await fetch(`${it.emulator.url}/?id=nobody`)).status).toBe(404)
  })

  test('lists every other kind of resource, and shows one with its story', async () => {
    await using it = await world({ receives: true, subscribeTo: ['channel', 'cart'], autoSubscribe: true })
    const channel = await it.ok('POST', '/demo/channels', { key: 'web', name: { en: '<b>Web</b>' } })
    const cart = await it.ok('POST', '/demo/carts', { currency: 'EUR', customerEmail: 'a@example.com' })
    await it.inbox.until(
      pushes => pushes.filter(each => each.payload.notificationType === 'ResourceCreated').length >= 2,
    )
    await it.until('/__emulator/deliveries', body => body.pending === 0)
    const page = async (query: string) => (await fetch(`${it.emulator.url}/?${query}`)).text()
    expect(await page('')).toContain('1 channels')
    expect(await page('resource=channels')).toContain('&lt;b&gt;Web&lt;/b&gt;')
    const one = await page(`resource=channels&id=${channel.id}`)
    expect(one).toContain('ResourceCreated v1')
    expect(await page('resource=carts')).toContain('a@example.com')
    expect(await page(`resource=carts&id=${cart.id}`)).toContain('cartState')
    expect((await fetch(`${it.emulator.url}/?resource=things`)).status).toBe(404)
  })
})
