/**
 * Rows are what the wire shows, so their types must be those of `@commercetools/platform-sdk`: `satisfies` says so when
 * the tests are compiled. Contents of carts are left to the tests of carts.
 */
import type * as Sdk from '@commercetools/platform-sdk'
import { expect, test } from 'vitest'
import type * as Row from '../src/model/b2b.ts'
import type { Store } from '../src/model/entities.ts'
import { sdk } from './sdk.ts'
import { world } from './world.ts'

/** A field that is there has a value: rows name absent fields by leaving them out. */
type Shown<T> = T extends readonly (infer E)[]
  ? Shown<E>[]
  : T extends object
    ? { [K in keyof T as K extends 'sequence' ? never : K]: Shown<Exclude<T[K], undefined>> }
    : T

type Contents = 'lineItems' | 'customLineItems' | 'shippingInfo' | 'directDiscounts' | 'custom'
type Bare<T> = Omit<Shown<T>, Contents>

const rows = {
  store: (row: Omit<Shown<Store>, 'name' | 'custom'>) => row satisfies Omit<Sdk.Store, 'name' | 'custom'>,
  role: (row: Bare<Row.AssociateRole>) => row satisfies Omit<Sdk.AssociateRole, Contents>,
  unit: (row: Bare<Row.BusinessUnit>) => row satisfies Omit<Sdk.IBusinessUnit, Contents>,
  associate: (row: Shown<Row.Associate>) => row satisfies Sdk.Associate,
  inherited: (row: Shown<Row.InheritedAssociate>) => row satisfies Sdk.InheritedAssociate,
  request: (row: Bare<Row.QuoteRequest>) => row satisfies Omit<Sdk.QuoteRequest, Contents>,
  staged: (row: Bare<Row.StagedQuote>) => row satisfies Omit<Sdk.StagedQuote, Contents>,
  quote: (row: Bare<Row.Quote>) => row satisfies Omit<Sdk.Quote, Contents>,
}

/** Names that the SDK knows of each resource; a name it does not know must not be sent. */
const NAMES = {
  store:
    'id version createdAt lastModifiedAt lastModifiedBy createdBy key name languages countries distributionChannels supplyChannels productSelections custom storefront',
  unit: 'id version createdAt lastModifiedAt lastModifiedBy createdBy key status stores inheritedStores storeMode unitType name contactEmail custom customerGroupAssignments addresses shippingAddressIds defaultShippingAddressId billingAddressIds defaultBillingAddressId associateMode associates inheritedAssociates parentUnit topLevelUnit approvalRuleMode',
}

test('what the official client reads has the fields of its types and no other', async () => {
  await using it = await world()
  const api = sdk(it.emulator.url)
  const store = { key: 'north', languages: ['en'], countries: [{ code: 'DE' }] } satisfies Sdk.StoreDraft
  const company = {
    key: 'acme',
    unitType: 'Company',
    name: 'Acme',
    stores: [{ typeId: 'store', key: 'north' }],
    addresses: [{ country: 'DE', key: 'hq' }],
    defaultBillingAddress: 0,
  } satisfies Sdk.CompanyDraft
  const division = {
    key: 'acme-it',
    unitType: 'Division',
    name: 'IT',
    parentUnit: { typeId: 'business-unit', key: 'acme' },
  } satisfies Sdk.DivisionDraft
  const made = (await api.stores().post({ body: store }).execute()).body
  for (const name of Object.keys(made)) expect(NAMES.store.split(' ')).toContain(name)
  for (const body of [company, division]) {
    const unit = (await api.businessUnits().post({ body }).execute()).body
    for (const name of Object.keys(unit)) expect(NAMES.unit.split(' ')).toContain(name)
    expect((await api.businessUnits().withKey({ key: body.key }).get().execute()).body).toEqual(unit)
  }
  const role = await api
    .associateRoles()
    .post({ body: { key: 'buyer', permissions: ['CreateMyCarts', 'ViewMyOrders'] } satisfies Sdk.AssociateRoleDraft })
    .execute()
  expect(role.body).toMatchObject({ key: 'buyer', buyerAssignable: true })
  expect(Object.keys(rows)).toHaveLength(8)
})
