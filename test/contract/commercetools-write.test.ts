/** What is written to commercetools over HTTP, against the emulator: every path, every address, and nothing besides. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Json } from '../../src/model/resource.ts'
import { calls, context, customers, ref, system } from './commercetools.world.ts'
import { asked, at, billing, custom, home, read, round, shipping, type, write } from './commercetools-write.world.ts'

describe('a change', () => {
  it.each<[string, Json]>([
    ['email', 'New.Name@Example.com'],
    ...['salutation', 'title', 'firstName', 'middleName', 'lastName', 'companyName', 'vatId', 'externalId'].map(
      (path): [string, Json] => [path, 'Neu & "schön"'],
    ),
    ['dateOfBirth', '1990-02-28'],
    ['locale', 'en'],
    ['key', 'c-17'],
    ['customerNumber', 'N-17'],
    ...[billing, shipping].flatMap(at =>
      ['city', 'country', 'phone', 'pOBox'].map((name): [string, Json] => [
        `${at}.${name}`,
        name === 'country' ? 'CH' : '12',
      ]),
    ),
    ['custom.fields.note', 'called'],
    ['custom.fields.optIn', false],
    ['custom.fields.tags', ['a', 'b']],
  ])('of %s arrives, and can be read back', async (path, value) => {
    await type()
    const { before, outcome, after } = await round(
      { addresses: [home, { country: 'AT' }], defaultBillingAddress: 0, defaultShippingAddress: 1, custom },
      { [path]: value },
    )
    expect(outcome).toEqual({ ok: true, ref: before.ref, created: false, version: 2 })
    expect(at(after.body, path)).toEqual(value)
    expect(after).toMatchObject({ version: 2, modifiedBy: { clientId: 'ctsf', marker: 'ctsf:corr-1' } })
  })

  it('to nothing unsets', async () => {
    await type()
    const draft = {
      lastName: 'L',
      dateOfBirth: '1990-02-28',
      locale: 'de',
      key: 'kk',
      custom,
      addresses: [home],
      defaultBillingAddress: 0,
    }
    const paths = ['firstName', 'lastName', 'dateOfBirth', 'locale', 'key', 'custom.fields.note', `${billing}.city`]
    const { outcome, after } = await round(draft, Object.fromEntries(paths.map((path, n) => [path, n % 2 ? '' : null])))
    expect(outcome).toMatchObject({ ok: true })
    expect(paths.map(path => at(after.body, path))).toEqual(paths.map(() => null))
    expect(after.body.addresses).toMatchObject([{ country: 'DE', streetName: 'Ring' }])
  })

  it('to what is there already costs no request', async () => {
    const { outcome } = await round(
      { externalId: 'e' },
      { firstName: 'Ada', lastName: null, externalId: 'e', [`${billing}.city`]: '' },
    )
    expect(outcome).toMatchObject({ ok: true, version: 1 })
    expect(await calls('update')).toEqual([])
  })

  it('of many records is one request each, a few at a time, in their order', async () => {
    const ids = await customers(40)
    const ct = system({ concurrency: 4 })
    const all = await ct.read(
      ids.map(id => ref(id)),
      [],
      context(),
    )
    const writes = all.map((each, at) => (each.state === 'present' ? asked(each, { title: `T${at}` }) : null))
    const outcomes = await ct.write(
      writes.filter(each => each !== null),
      context(),
    )
    expect(outcomes.map(each => each.ok && each.ref.id)).toEqual(ids.map(id => `demo/${id}`))
    expect(await calls('update')).toHaveLength(40)
    expect((await read(ids[39] ?? '')).body.title).toBe('T39')
    expect(await ct.write([], context())).toEqual([])
  })
})

describe('an address', () => {
  it('with several changes is changed by one action, and keeps the rest', async () => {
    await type()
    const changes = { [`${billing}.city`]: 'Bern', [`${billing}.country`]: 'CH', [`${billing}.streetName`]: null }
    const { after, before } = await round({ addresses: [home], defaultBillingAddress: 0 }, changes)
    expect(after.version).toBe(2)
    const text = JSON.stringify(before.body.addresses)
    const expected = text.replace('Berlin', 'Bern').replace('DE', 'CH').replace('"streetName":"Ring",', '')
    expect(after.body.addresses).toEqual(JSON.parse(expected))
  })

  it('that is not there is added, and becomes the default one', async () => {
    const { after } = await round(
      { addresses: [{ country: 'DE', key: 'ctsf-billing' }] },
      { [`${billing}.country`]: 'CH', [`${billing}.city`]: 'Bern' },
    )
    expect(at(after.body, `${billing}.city`)).toBe('Bern')
    expect(after.body.addresses).toMatchObject([{ key: 'ctsf-billing' }, { key: 'ctsf-billing-2', country: 'CH' }])
    expect(after.body.billingAddressIds).toEqual([after.body.defaultBillingAddressId])
  })

  it('cannot be without a country', async () => {
    const none = await round({}, { [`${billing}.city`]: 'Bern' })
    expect(none.outcome).toMatchObject({ failure: { is: 'invalid', code: 'NO_COUNTRY', fields: [`${billing}.city`] } })
    const gone = await round(
      { addresses: [{ country: 'DE' }], defaultShippingAddress: 0 },
      { [`${shipping}.country`]: '' },
    )
    expect(gone.outcome).toMatchObject({
      failure: { is: 'invalid', code: 'NO_COUNTRY', fields: [`${shipping}.country`] },
    })
    expect(await calls('update')).toEqual([])
  })

  const shared = { addresses: [home], defaultBillingAddress: 0, defaultShippingAddress: 0 }

  it('of both roles is changed once when both are to be the same', async () => {
    await type()
    const { after } = await round(shared, { [`${billing}.city`]: 'Bern', [`${shipping}.city`]: 'Bern' })
    expect(after.version).toBe(2)
    expect(after.body.addresses).toMatchObject([{ city: 'Bern', key: 'home' }])
  })

  it('of both roles is parted when only one of them changes', async () => {
    await type()
    const { after, before } = await round(shared, { [`${billing}.city`]: 'Bern' })
    expect(after.body.defaultShippingAddressId).toBe(before.body.defaultShippingAddressId)
    expect(after.body.addresses).toMatchObject([
      { city: 'Berlin', key: 'home' },
      { city: 'Bern', key: 'ctsf-billing', streetName: 'Ring', custom: { fields: { note: 'bell' } } },
    ])
  })
})

describe('any changes at once', () => {
  it('give what was asked for, and change nothing besides', async () => {
    await type()
    const text = fc.constantFrom(null, 'Anna', 'Bo & Co', 'Ö'.repeat(20))
    const texts = [
      'salutation',
      'title',
      'firstName',
      'lastName',
      'companyName',
      'vatId',
      'externalId',
      'custom.fields.note',
    ]
    const inAddress = [billing, shipping].flatMap(at =>
      ['city', 'postalCode', 'state', 'phone'].map(name => `${at}.${name}`),
    )
    const countries = [billing, shipping].map(at => `${at}.country`)
    const whole = [...texts, ...inAddress, ...countries]
    const value = (path: string) => (countries.includes(path) ? fc.constantFrom('DE', 'CH') : text)
    // A few paths as often as many: one changed alone is where another may be changed by mistake.
    const changes = fc
      .subarray(whole)
      .chain(paths => fc.tuple(...paths.map(path => fc.tuple(fc.constant(path), value(path)))))
      .map(pairs => Object.fromEntries<Json>(pairs))
    const people = fc.constantFrom(
      {},
      { addresses: [{ country: 'DE', city: 'Berlin' }], defaultBillingAddress: 0 },
      { addresses: [{ country: 'DE', city: 'Berlin' }], defaultBillingAddress: 0, defaultShippingAddress: 0 },
      {
        addresses: [{ country: 'DE' }, { country: 'AT', phone: '1' }],
        defaultBillingAddress: 1,
        defaultShippingAddress: 0,
      },
    )
    await fc.assert(
      fc.asyncProperty(people, changes, async (person, wanted) => {
        const { before, outcome, after } = await round({ ...person, custom, title: 'Dr.' }, wanted)
        if (!outcome.ok) {
          expect(outcome.failure.code).toBe('NO_COUNTRY')
          expect(after).toEqual(before)
          return
        }
        expect(outcome.version).toBe(after.version)
        for (const path of whole) {
          const made = Object.hasOwn(wanted, path) ? wanted[path] : at(before.body, path)
          expect([path, at(after.body, path)]).toEqual([path, made])
        }
        const again = await write(after, wanted)
        expect(again).toMatchObject({ ok: true, version: after.version })
      }),
      { numRuns: 200 },
    )
  }, 60_000)
})
