/** The official SDK against the emulator: a client that nobody here wrote must find what it expects. */
import type { ByProjectKeyRequestBuilder, CustomerDraft } from '@commercetools/platform-sdk'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type CommercetoolsEmulator, commercetoolsEmulator } from '../src/index.ts'
import { refusal, sdk } from './sdk.ts'

let emulator: CommercetoolsEmulator
let api: ByProjectKeyRequestBuilder

beforeAll(async () => {
  emulator = await commercetoolsEmulator({ port: 0 })
  api = sdk(emulator.url)
})
afterAll(() => emulator.close())

const signUp = async (draft: CustomerDraft) => (await api.customers().post({ body: draft }).execute()).body.customer

describe('the official SDK', () => {
  test('signs up a customer, who keeps the case of the email and no password', async () => {
    const group = await api
      .customerGroups()
      .post({ body: { groupName: 'Gold', key: 'gold' } })
      .execute()
    const answer = await api
      .customers()
      .post({
        headers: { 'X-External-User-ID': 'agent-7' },
        body: {
          email: 'Ada.Lovelace@Example.com',
          password: 'engine',
          firstName: 'Ada',
          lastName: 'Lovelace',
          locale: 'en-GB',
          key: 'ada',
          customerNumber: 'C-1',
          addresses: [{ country: 'GB', city: 'London', phone: '020 7946 0123' }],
          defaultShippingAddress: 0,
          customerGroup: { typeId: 'customer-group', key: 'gold' },
        },
      })
      .execute()
    const { customer } = answer.body
    expect(answer.statusCode).toBe(201)
    expect(answer.headers?.['x-correlation-id']).toBe('story-1')
    expect(customer).toMatchObject({
      version: 1,
      email: 'Ada.Lovelace@Example.com',
      isEmailVerified: false,
      authenticationMode: 'Password',
      stores: [],
      customerGroup: { typeId: 'customer-group', id: group.body.id },
      createdBy: { clientId: 'sync', isPlatformClient: false, externalUserId: 'agent-7' },
    })
    expect(customer.defaultShippingAddressId).toBe(customer.addresses[0]?.id)
    expect(customer.shippingAddressIds).toEqual([customer.addresses[0]?.id])
    expect(JSON.stringify(customer)).not.toContain('engine')
    expect(customer).not.toHaveProperty('sequence')
  })

  test('gets by id and by key, and expands references', async () => {
    const byKey = await api
      .customers()
      .withKey({ key: 'ada' })
      .get({ queryArgs: { expand: ['customerGroup'] } })
      .execute()
    expect(byKey.body.customerGroup?.obj?.name).toBe('Gold')
    const byId = await api.customers().withId({ ID: byKey.body.id }).get().execute()
    expect(byId.body.key).toBe('ada')
    expect(await refusal(api.customers().withId({ ID: 'nobody' }).get().execute())).toMatchObject({
      status: 404,
      error: { code: 'ResourceNotFound' },
    })
  })

  test('queries with variables of one value and of several', async () => {
    await signUp({ email: 'grace@example.com', password: 'x', addresses: [{ country: 'US', state: 'NY' }] })
    await signUp({ email: 'Emmy@Example.com', password: 'x', addresses: [{ country: 'DE' }, { country: 'US' }] })
    const found = async (where: string, vars: Record<string, string | string[]> = {}) => {
      const queryArgs = { where, sort: 'lowercaseEmail asc', ...vars }
      return (await api.customers().get({ queryArgs }).execute()).body.results.map(each => each.email.toLowerCase())
    }
    expect(
      await found('lowercaseEmail in :emails', { 'var.emails': ['emmy@example.com', 'grace@example.com'] }),
    ).toEqual(['emmy@example.com', 'grace@example.com'])
    expect(await found('email = :email', { 'var.email': 'Emmy@Example.com' })).toEqual(['emmy@example.com'])
    expect(await found('email = "emmy@example.com"')).toEqual([])
    expect(await found('addresses(country="US" and state is defined)')).toEqual(['grace@example.com'])
    expect(await found('addresses(country="US") and not(addresses(country="DE"))')).toEqual(['grace@example.com'])
    expect(await found('key is defined or customerGroup is defined')).toEqual(['ada.lovelace@example.com'])
    expect(await found('lastModifiedBy(clientId = "sync") and lastName <> "Lovelace"')).toHaveLength(2)
  })

  test('pages by the pair of time and id without losing or repeating anybody', async () => {
    for (let n = 0; n < 25; n += 1) await signUp({ email: `page${n}@example.com`, password: 'x' })
    const seen: string[] = []
    let where = 'lastModifiedAt <= :now'
    let last = { at: '', id: '' }
    for (;;) {
      const { results } = (
        await api
          .customers()
          .get({
            queryArgs: {
              where,
              sort: ['lastModifiedAt asc', 'id asc'],
              limit: 7,
              withTotal: false,
              'var.now': '2100-01-01T00:00:00Z',
              'var.at': last.at,
              'var.id': last.id,
            },
          })
          .execute()
      ).body
      seen.push(...results.map(each => each.id))
      const end = results.at(-1)
      if (!end) break
      last = { at: end.lastModifiedAt, id: end.id }
      where = '(lastModifiedAt > :at or (lastModifiedAt = :at and id > :id)) and lastModifiedAt <= :now'
    }
    expect(new Set(seen).size).toBe(seen.length)
    const all = await api
      .customers()
      .get({ queryArgs: { limit: 500 } })
      .execute()
    expect(seen.toSorted()).toEqual(all.body.results.map(each => each.id).toSorted())
    expect(all.body.total).toBe(seen.length)
  })

  test('updates under a version, one more for each effective action', async () => {
    const before = await signUp({ email: 'version@example.com', password: 'x', firstName: 'Old' })
    const update = (
      version: number,
      ...actions: { action: 'setFirstName' | 'setVatId'; firstName?: string; vatId?: string }[]
    ) => api.customers().withId({ ID: before.id }).post({ body: { version, actions } }).execute()
    const after = (
      await update(
        1,
        { action: 'setFirstName', firstName: 'New' },
        { action: 'setVatId', vatId: 'DE1' },
        { action: 'setVatId', vatId: 'DE1' },
      )
    ).body
    expect(after).toMatchObject({ version: 3, firstName: 'New', vatId: 'DE1' })
    expect((await update(3, { action: 'setFirstName', firstName: 'New' })).body.version).toBe(3)
    expect(await refusal(update(1, { action: 'setFirstName', firstName: 'New' }))).toEqual({
      status: 409,
      error: {
        code: 'ConcurrentModification',
        currentVersion: 3,
        message: `Object ${before.id} has a different version than expected. Expected: 1 - Actual: 3.`,
      },
    })
    const gone = (version: number) =>
      api.customers().withId({ ID: before.id }).delete({ queryArgs: { version } }).execute()
    expect((await refusal(gone(2))).status).toBe(409)
    expect((await gone(3)).statusCode).toBe(200)
    expect((await refusal(gone(3))).status).toBe(404)
  })

  test('reads the messages of a customer, numbered without gaps', async () => {
    const { id } = await signUp({ email: 'story@example.com', password: 'x' })
    await api
      .customers()
      .withId({ ID: id })
      .post({
        body: {
          version: 1,
          actions: [
            { action: 'changeEmail', email: 'Story2@example.com' },
            { action: 'setLocale', locale: 'de' },
          ],
        },
      })
      .execute()
    await api
      .customers()
      .withId({ ID: id })
      .delete({ queryArgs: { version: 3 } })
      .execute()
    const { results } = (
      await api
        .messages()
        .get({ queryArgs: { where: 'resource(id = :id)', 'var.id': id, sort: 'sequenceNumber asc' } })
        .execute()
    ).body
    expect(results.map(each => [each.sequenceNumber, each.type, each.resourceVersion])).toEqual([
      [1, 'CustomerCreated', 1],
      [2, 'CustomerEmailChanged', 2],
      [3, 'CustomerDeleted', 3],
    ])
    expect(results[0]).toMatchObject({ customer: { id, version: 1, email: 'story@example.com' } })
    expect(results[1]).toMatchObject({ email: 'Story2@example.com', oldEmail: 'story@example.com' })
  })

  test('manages a subscription and reads the project', async () => {
    const made = await api
      .subscriptions()
      .post({
        body: {
          key: 'sync',
          destination: {
            type: 'SNS',
            topicArn: 'arn:aws:sns:eu:1:topic',
            accessKey: 'visible',
            accessSecret: 'secret',
          },
          changes: [{ resourceTypeId: 'customer' }],
        },
      })
      .execute()
    expect(made.body).toMatchObject({
      status: 'Healthy',
      format: { type: 'Platform' },
      destination: { accessSecret: '****' },
    })
    const changed = await api
      .subscriptions()
      .withKey({ key: 'sync' })
      .post({
        body: {
          version: 1,
          actions: [{ action: 'setMessages', messages: [{ resourceTypeId: 'customer', types: [] }] }],
        },
      })
      .execute()
    expect(changed.body.version).toBe(2)
    await api
      .subscriptions()
      .withKey({ key: 'sync' })
      .delete({ queryArgs: { version: 2 } })
      .execute()
    expect((await api.get().execute()).body).toMatchObject({ key: 'demo', messages: { enabled: true } })
  })
})
