/**
 * The same calls of the official SDK against this emulator and against `@labdigital/commercetools-mock`, which nobody
 * here wrote: for the operations that it is known to do right, both must give the same answers. Left out is what it
 * was measured to do otherwise: the case of emails, sort, stores of customers, drafts' locale, VAT id and groups, messages;
 * and where the two differ without a document to decide: whether a draft's default address is a shipping address as well.
 */
import type { ByProjectKeyRequestBuilder, Customer, CustomerUpdateAction } from '@commercetools/platform-sdk'
import { CommercetoolsMock } from '@labdigital/commercetools-mock'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { commercetoolsEmulator } from '../src/index.ts'
import { sdk } from './sdk.ts'

type Server = { url: string; close(): Promise<unknown> }

async function ours(): Promise<Server> {
  return commercetoolsEmulator({ port: 0 })
}

async function theirs(): Promise<Server> {
  const mock = new CommercetoolsMock({
    defaultProjectKey: 'demo',
    // Without it, nobody is the author of a change.
    enableAuthentication: true,
    validateCredentials: false,
    silent: true,
  })
  // Its own starter listens on every address of the machine.
  const url = await mock.app.listen({ port: 0, host: '127.0.0.1' })
  return { url, close: async () => mock.app.close() }
}

/** The SDK throws what the API answered. */
async function refusal(
  call: Promise<unknown>,
): Promise<{ status: number; code: unknown; error: Record<string, unknown> }> {
  try {
    await call
  } catch (reason) {
    const { statusCode, body } = reason as { statusCode: number; body: { errors: Record<string, unknown>[] } }
    return { status: statusCode, code: body.errors[0]?.code, error: body.errors[0] ?? {} }
  }
  throw new Error('was not refused')
}

describe.each([
  ['this emulator', ours],
  ['the mock', theirs],
])('%s', (_name, start) => {
  let server: Server
  let api: ByProjectKeyRequestBuilder
  let made = 0

  beforeAll(async () => {
    server = await start()
    api = sdk(server.url)
    await api
      .types()
      .post({
        body: {
          key: 'consent',
          name: { en: 'Consent' },
          resourceTypeIds: ['customer'],
          fieldDefinitions: [
            { name: 'consent', type: { name: 'Boolean' }, label: { en: 'Consent' }, required: false },
            { name: 'source', type: { name: 'String' }, label: { en: 'Source' }, required: false },
          ],
        },
      })
      .execute()
    await api
      .customerGroups()
      .post({ body: { groupName: 'Gold', key: 'gold' } })
      .execute()
  })
  afterAll(() => server.close())

  const signUp = async (more: Record<string, unknown> = {}): Promise<Customer> => {
    made += 1
    const body = { email: `person-${made}@example.com`, password: 'secret', ...more }
    return (await api.customers().post({ body }).execute()).body.customer
  }
  const update = async ({ id, version }: Pick<Customer, 'id' | 'version'>, ...actions: CustomerUpdateAction[]) =>
    (await api.customers().withId({ ID: id }).post({ body: { version, actions } }).execute()).body
  const found = async (where: string, more: Record<string, string | string[]> = {}) => {
    const answer = await api
      .customers()
      .get({ queryArgs: { where, ...more } })
      .execute()
    return answer.body.results.map(each => each.email).toSorted()
  }

  test('signs up, and gets by id and by key', async () => {
    const addresses = [{ key: 'home', country: 'DE', city: 'Köln', postalCode: '50667', phone: '0221 1' }]
    const one = await signUp({
      key: 'one',
      firstName: 'Ada',
      externalId: 'E-1',
      customerNumber: 'C-1',
      addresses,
      defaultShippingAddress: 0,
    })
    expect(one).toMatchObject({
      version: 1,
      email: 'person-1@example.com',
      key: 'one',
      firstName: 'Ada',
      externalId: 'E-1',
      customerNumber: 'C-1',
      isEmailVerified: false,
      authenticationMode: 'Password',
      addresses,
      createdBy: { clientId: 'sync', isPlatformClient: false },
      lastModifiedBy: { clientId: 'sync', isPlatformClient: false },
    })
    expect(one.defaultShippingAddressId).toBe(one.addresses[0]?.id)
    expect((await api.customers().withKey({ key: 'one' }).get().execute()).body).toEqual(one)
    expect((await api.customers().withId({ ID: one.id }).get().execute()).body).toEqual(one)
  })

  test('sets each value under a version of its own, and moves the time', async () => {
    const before = await signUp({ firstName: 'Old' })
    const after = await update(
      before,
      { action: 'setFirstName', firstName: 'Ada' },
      { action: 'setLastName', lastName: 'Lovelace' },
      { action: 'setMiddleName', middleName: 'K.' },
      { action: 'setTitle', title: 'Countess' },
      { action: 'setSalutation', salutation: 'Mrs' },
      { action: 'setLocale', locale: 'en-GB' },
      { action: 'setVatId', vatId: 'GB1' },
      { action: 'setExternalId', externalId: 'E-2' },
      { action: 'setKey', key: 'ada' },
      { action: 'setCompanyName', companyName: 'Engines' },
      { action: 'setDateOfBirth', dateOfBirth: '1815-12-10' },
      { action: 'changeEmail', email: 'ada@example.com' },
    )
    expect(after).toMatchObject({
      version: before.version + 12,
      firstName: 'Ada',
      lastName: 'Lovelace',
      middleName: 'K.',
      title: 'Countess',
      salutation: 'Mrs',
      locale: 'en-GB',
      vatId: 'GB1',
      externalId: 'E-2',
      key: 'ada',
      companyName: 'Engines',
      dateOfBirth: '1815-12-10',
      email: 'ada@example.com',
    })
    expect(after.lastModifiedAt >= before.lastModifiedAt).toBe(true)
    expect(after.createdAt).toBe(before.createdAt)
  })

  test('leaves the version alone when nothing changes', async () => {
    const before = await signUp({ firstName: 'Ada' })
    const after = await update(before, { action: 'setFirstName', firstName: 'Ada' })
    expect(after).toEqual(before)
  })

  test('takes values away', async () => {
    const before = await signUp({ firstName: 'Ada', externalId: 'E-3' })
    const after = await update(before, { action: 'setFirstName' }, { action: 'setExternalId' })
    expect(after.firstName).toBeUndefined()
    expect(after.externalId).toBeUndefined()
    expect(after.version).toBe(3)
  })

  test('adds, changes and removes addresses', async () => {
    const before = await signUp()
    const added = await update(before, { action: 'addAddress', address: { key: 'work', country: 'FR', city: 'Lyon' } })
    const [work] = added.addresses
    expect(work).toEqual({ id: expect.any(String), key: 'work', country: 'FR', city: 'Lyon' })
    const main = await update(added, { action: 'setDefaultBillingAddress', addressKey: 'work' })
    expect(main).toMatchObject({ defaultBillingAddressId: work?.id, billingAddressIds: [work?.id] })
    const moved = await update(main, {
      action: 'changeAddress',
      addressId: String(work?.id),
      address: { key: 'work', country: 'FR', city: 'Nice' },
    })
    expect(moved.addresses).toEqual([{ id: work?.id, key: 'work', country: 'FR', city: 'Nice' }])
    const gone = await update(moved, { action: 'removeAddress', addressId: String(work?.id) })
    expect(gone).toMatchObject({ addresses: [], version: 5 })
  })

  test('keeps Custom Fields of a type, and refuses them without one', async () => {
    const before = await signUp()
    const bare = await refusal(update(before, { action: 'setCustomField', name: 'consent', value: true }))
    expect(bare).toMatchObject({ status: 400, code: 'InvalidOperation' })
    const typed = await update(before, {
      action: 'setCustomType',
      type: { typeId: 'type', key: 'consent' },
      fields: { consent: true },
    })
    expect(typed.custom).toMatchObject({ type: { typeId: 'type' }, fields: { consent: true } })
    const changed = await update(typed, { action: 'setCustomField', name: 'source', value: 'web' })
    expect(changed.custom?.fields).toEqual({ consent: true, source: 'web' })
    expect(await found('custom(fields(source = "web"))')).toEqual([before.email])
  })

  test('puts into a customer group, and shows it on request', async () => {
    const before = await signUp()
    const { id } = await update(before, {
      action: 'setCustomerGroup',
      customerGroup: { typeId: 'customer-group', key: 'gold' },
    })
    const answer = await api
      .customers()
      .withId({ ID: id })
      .get({ queryArgs: { expand: 'customerGroup' } })
      .execute()
    expect(answer.body.customerGroup).toMatchObject({ typeId: 'customer-group', obj: { name: 'Gold', key: 'gold' } })
  })

  test('answers predicates', async () => {
    const ada = await signUp({
      firstName: 'Grace',
      lastName: 'Hopper',
      addresses: [{ country: 'US', city: 'Arlington' }],
    })
    const bob = await signUp({ firstName: 'Grace', externalId: 'E-9', addresses: [{ country: 'GB' }] })
    const both = [ada.email, bob.email].toSorted()
    expect(await found('firstName = "Grace"')).toEqual(both)
    expect(await found('firstName = "Grace" and lastName is defined')).toEqual([ada.email])
    expect(await found('firstName = "Grace" and lastName is not defined')).toEqual([bob.email])
    expect(await found('firstName = "Grace" and (lastName = "Hopper" or externalId = "E-9")')).toEqual(both)
    expect(await found('firstName = "Grace" and not(externalId = "E-9")')).toEqual([ada.email])
    expect(await found('firstName = "Grace" and addresses(country = "GB")')).toEqual([bob.email])
    expect(await found('externalId in ("E-9", "none")')).toEqual([bob.email])
    expect(await found('email in :emails', { 'var.emails': both })).toEqual(both)
    expect(await found('firstName = :name', { 'var.name': 'Grace' })).toEqual(both)
    expect(await found(`firstName = "Grace" and lastModifiedAt >= "${ada.lastModifiedAt}"`)).toEqual(both)
    expect(await found('firstName = "Grace" and createdAt < "2020-01-01T00:00:00.000Z"')).toEqual([])
    expect((await refusal(found('firstName = '))).status).toBe(400)
  })

  test('cuts out a page', async () => {
    const { body } = await api
      .customers()
      .get({ queryArgs: { limit: 2, offset: 1 } })
      .execute()
    expect(body).toMatchObject({ limit: 2, offset: 1, count: 2 })
    expect(body.total).toBe(made)
  })

  test('refuses what is stale, taken or not there', async () => {
    const one = await signUp({ email: 'taken@example.com' })
    await update(one, { action: 'setFirstName', firstName: 'New' })
    const stale = await refusal(update(one, { action: 'setFirstName', firstName: 'Newer' }))
    expect(stale).toMatchObject({ status: 409, code: 'ConcurrentModification', error: { currentVersion: 2 } })
    const taken = await refusal(signUp({ email: 'taken@example.com' }))
    expect(taken).toMatchObject({ status: 400, code: 'DuplicateField', error: { field: 'email' } })
    made -= 1
    const nobody = await refusal(api.customers().withId({ ID: '00000000-0000-4000-8000-000000000000' }).get().execute())
    expect(nobody.status).toBe(404)
    expect((await refusal(api.customers().withKey({ key: 'nobody' }).get().execute())).status).toBe(404)
  })

  test('deletes', async () => {
    const { id, version } = await signUp()
    await api.customers().withId({ ID: id }).delete({ queryArgs: { version } }).execute()
    made -= 1
    expect((await refusal(api.customers().withId({ ID: id }).get().execute())).status).toBe(404)
  })

  test('manages groups, types, stores and subscriptions', async () => {
    const group = await api.customerGroups().withKey({ key: 'gold' }).get().execute()
    const renamed = await api
      .customerGroups()
      .withKey({ key: 'gold' })
      .post({ body: { version: group.body.version, actions: [{ action: 'changeName', name: 'Platinum' }] } })
      .execute()
    expect(renamed.body).toMatchObject({ name: 'Platinum', version: group.body.version + 1 })
    const type = await api.types().withKey({ key: 'consent' }).get().execute()
    expect(type.body).toMatchObject({ key: 'consent', resourceTypeIds: ['customer'], version: 1 })
    expect(type.body.fieldDefinitions.map(each => each.name)).toEqual(['consent', 'source'])
    const store = await api
      .stores()
      .post({ body: { key: 'main', name: { en: 'Main' } } })
      .execute()
    expect((await api.stores().withKey({ key: 'main' }).get().execute()).body).toEqual(store.body)
    const subscription = await api
      .subscriptions()
      .post({
        body: {
          key: 'sync',
          destination: { type: 'GoogleCloudPubSub', projectId: 'p', topic: 't' },
          changes: [{ resourceTypeId: 'customer' }],
        },
      })
      .execute()
    expect(subscription.body).toMatchObject({
      key: 'sync',
      status: 'Healthy',
      changes: [{ resourceTypeId: 'customer' }],
    })
  })
})
