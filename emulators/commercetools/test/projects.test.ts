/** Several projects in one emulator: nothing of one is seen, found or told in another. */
import { describe, expect, test } from 'vitest'
import { readArguments } from '../src/options.ts'
import { at, type Json, SUBSCRIPTION, tokenOf, world } from './world.ts'

async function two(more = {}) {
  const it = await world({ moreProjects: ['other'], ...more })
  const signUp = async (project: string, draft: Json) =>
    at(await it.ok('POST', `/${project}/customers`, { password: 'x', ...draft }), 'customer') as Json
  return { ...it, signUpIn: signUp, [Symbol.asyncDispose]: it[Symbol.asyncDispose] }
}

describe('two projects', () => {
  test('may have the same keys, numbers and emails, and keep their own ids, settings and messages', async () => {
    await using it = await two()
    const draft = { email: 'same@example.com', key: 'same', customerNumber: '1' }
    const here = await it.signUpIn('demo', draft)
    const there = await it.signUpIn('other', { ...draft, firstName: 'Other' })
    expect(here.id).not.toBe(there.id)
    expect((await it.ok('GET', '/other/customers/key=same')).firstName).toBe('Other')
    expect((await it.call('GET', `/other/customers/${here.id}`)).status).toBe(404)
    const update = { version: 1, actions: [{ action: 'setFirstName', firstName: 'X' }] }
    expect((await it.call('POST', `/other/customers/${here.id}`, update)).status).toBe(404)
    expect((await it.call('DELETE', `/other/customers/${here.id}?version=1`)).status).toBe(404)
    for (const [project, { id }] of [['demo', here] as const, ['other', there] as const]) {
      const customers = await it.ok(
        'GET',
        `/${project}/customers?where=${encodeURIComponent('lowercaseEmail="same@example.com"')}`,
      )
      expect((customers.results as Json[]).map(each => each.id)).toEqual([id])
      const messages = await it.ok('GET', `/${project}/messages`)
      expect((messages.results as Json[]).map(each => at(each, 'resource', 'id'))).toEqual([id])
    }
    await it.ok('POST', '/other', { version: 1, actions: [{ action: 'changeName', name: 'Elsewhere' }] })
    expect((await it.ok('GET', '/demo')).name).toBe('demo')
    expect(await it.ok('GET', '/other')).toMatchObject({ key: 'other', name: 'Elsewhere', version: 2 })
  })

  test('do not know each other for references and expansion', async () => {
    await using it = await two()
    const group = await it.ok('POST', '/other/customer-groups', { groupName: 'Gold', key: 'gold' })
    for (const by of [{ id: group.id }, { key: 'gold' }]) {
      const draft = { email: 'a@example.com', password: 'x', customerGroup: { typeId: 'customer-group', ...by } }
      expect(await it.call('POST', '/demo/customers', draft)).toMatchObject({
        status: 400,
        body: { errors: [{ code: 'ReferencedResourceNotFound', typeId: 'customer-group' }] },
      })
    }
  })

  test('tell of themselves only', async () => {
    await using it = await two({ receives: true })
    await it.ok('POST', '/demo/subscriptions', SUBSCRIPTION)
    await it.ok('POST', '/other/subscriptions', { ...SUBSCRIPTION, messages: [] })
    await it.inbox.until(pushes => pushes.length === 2)
    const there = await it.signUpIn('other', { email: 'a@example.com' })
    const here = await it.signUpIn('demo', { email: 'a@example.com' })
    await it.inbox.until(pushes => pushes.length === 5)
    const told = it.inbox
      .payloads()
      .slice(2)
      .map(each => [each.projectKey, at(each, 'resource', 'id')])
    expect(told.filter(each => each[0] === 'other')).toEqual([['other', there.id]])
    expect(told.filter(each => each[0] === 'demo')).toEqual([
      ['demo', here.id],
      ['demo', here.id],
    ])
    await it.control('POST', 'destinations', { projectKey: 'other', subscription: 'key=ctsf', is: 'misconfigured' })
    await it.signUpIn('other', { email: 'b@example.com' })
    await it.until('/other/subscriptions/key=ctsf', body => body.status === 'ConfigurationError')
    expect((await it.ok('GET', '/demo/subscriptions/key=ctsf')).status).toBe('Healthy')
  })

  test('are reached by tokens for them only', async () => {
    await using it = await two()
    const token = await tokenOf(it.emulator.url, 'one:x', 'manage_project:demo')
    const as = { authorization: `Bearer ${token}` }
    expect((await it.call('GET', '/demo/customers', undefined, as)).status).toBe(200)
    for (const path of ['/other/customers', '/other', '/other/messages', '/other/customers/key=a']) {
      expect(await it.call('GET', path, undefined, as), path).toMatchObject({
        status: 403,
        body: { errors: [{ code: 'insufficient_scope' }], error: 'insufficient_scope' },
      })
    }
  })

  test('are subscribed to each, and empty after a reset', async () => {
    await using it = await two({ receives: true, autoSubscribe: true })
    await it.signUpIn('other', { email: 'a@example.com' })
    await it.inbox.until(pushes => pushes.length === 2)
    await it.control('POST', 'reset')
    for (const project of ['demo', 'other']) {
      expect((await it.ok('GET', `/${project}/customers`)).total).toBe(0)
      expect((await it.ok('GET', `/${project}/subscriptions`)).total).toBe(1)
    }
    expect((await it.call('GET', '/third/customers')).status).toBe(404)
  })

  test('are named by the option given twice', () => {
    expect(readArguments(['--project', 'shop', '--project', 'other'], {})).toMatchObject({
      projectKey: 'shop',
      moreProjects: ['other'],
    })
  })
})
