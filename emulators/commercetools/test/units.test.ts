/** Companies, divisions, their associates and the roles these hold: all update actions, and everything that is refused. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { roleActions } from '../src/resources/associateRoles.ts'
import { unitActions } from '../src/units/update.ts'
import { at, type Json, SUBSCRIPTION, world } from './world.ts'

let it: Awaited<ReturnType<typeof world>>
let ada: Json
let ben: Json

beforeAll(async () => {
  it = await world()
  await it.control('POST', 'clock', { freeze: true })
  for (const key of ['north', 'south']) await it.ok('POST', '/demo/stores', { key })
  for (const key of ['buyer', 'admin', 'r3', 'r4', 'r5', 'r6'])
    await it.ok('POST', '/demo/associate-roles', { key, permissions: ['CreateMyCarts'] })
  await it.ok('POST', '/demo/customer-groups', { key: 'gold', groupName: 'Gold' })
  await it.ok('POST', '/demo/types', {
    key: 'crm',
    name: { en: 'CRM' },
    resourceTypeIds: ['business-unit', 'associate-role', 'address'],
    fieldDefinitions: [
      { name: 'accountId', type: { name: 'String' }, label: { en: 'Account' }, required: false },
      { name: 'segment', type: { name: 'String' }, label: { en: 'Segment' }, required: false },
    ],
  })
  ada = await it.signUp({ email: 'ada@example.com' })
  ben = await it.signUp({ email: 'ben@example.com' })
})
afterAll(() => it[Symbol.asyncDispose]())

const path = (key: unknown) => `/demo/business-units/key=${key}`
const read = (key: unknown) => it.ok('GET', path(key))
const company = (key: string, more: Json = {}) =>
  it.ok('POST', '/demo/business-units', { key, unitType: 'Company', name: key, ...more })
const division = (key: string, parent: string, more: Json = {}) =>
  it.ok('POST', '/demo/business-units', {
    key,
    unitType: 'Division',
    name: key,
    parentUnit: { typeId: 'business-unit', key: parent },
    ...more,
  })
const act = (row: Json, ...actions: Json[]) => it.ok('POST', path(row.key), { version: row.version, actions })
const refused = async (method: string, where: string, body?: unknown) => {
  const answer = await it.call(method, where, body)
  return { status: answer.status, error: at(answer.body, 'errors', 0) as Json }
}
const refuses = async (key: string, ...actions: Json[]) =>
  (await refused('POST', path(key), { version: (await read(key)).version, actions })).error
const told = async (id: unknown) =>
  (await it.query('messages', { where: `resource(id="${id}")`, sort: 'sequenceNumber asc', limit: '500' }))
    .results as Json[]
const role = (key: string, inheritance = 'Disabled') => ({
  associateRole: { typeId: 'associate-role', key },
  inheritance,
})
const associate = (customer: Json, ...associateRoleAssignments: Json[]) => ({
  customer: { typeId: 'customer', id: customer.id },
  associateRoleAssignments,
})
const store = (key: string) => ({ typeId: 'store', key })
const unit = (key: string) => ({ typeId: 'business-unit', key })
const pass = (advanceMs: number) => it.control('POST', 'clock', { advanceMs })

describe('an associate role', () => {
  test('has the update actions of the API; each but those on Custom Fields tells of itself', async () => {
    expect(Object.keys(roleActions)).toHaveLength(7)
    let row = await it.ok('POST', '/demo/associate-roles', { key: 'clerk', name: 'Clerk' })
    expect(row).toMatchObject({ version: 1, buyerAssignable: true, permissions: [] })
    const steps: [Json, Json | null][] = [
      [
        { action: 'setName', name: 'Officer' },
        { type: 'AssociateRoleNameSet', name: 'Officer' },
      ],
      [{ action: 'changeBuyerAssignable', buyerAssignable: false }, { type: 'AssociateRoleBuyerAssignableChanged' }],
      [{ action: 'addPermission', permission: 'ViewMyOrders' }, { type: 'AssociateRolePermissionAdded' }],
      [{ action: 'removePermission', permission: 'ViewMyOrders' }, { type: 'AssociateRolePermissionRemoved' }],
      [
        { action: 'setPermissions', permissions: ['ViewMyCarts', 'ViewMyQuotes'] },
        { type: 'AssociateRolePermissionsSet', permissions: ['ViewMyCarts', 'ViewMyQuotes'] },
      ],
      [{ action: 'setCustomType', type: { typeId: 'type', key: 'crm' } }, null],
      [{ action: 'setCustomField', name: 'segment', value: 's' }, null],
    ]
    for (const [action] of steps) {
      const update = (version: unknown) =>
        it.ok('POST', `/demo/associate-roles/${row.id}`, { version, actions: [action] })
      const after = await update(row.version)
      expect(after.version, String(action.action)).toBe(Number(row.version) + 1)
      if (action.action !== 'setCustomType') expect((await update(after.version)).version).toBe(after.version)
      row = after
    }
    const messages = await told(row.id)
    expect(messages).toMatchObject([
      { type: 'AssociateRoleCreated', associateRole: { key: 'clerk', version: 1, name: 'Clerk' } },
      ...steps.map(([, message]) => message).filter(each => each !== null),
    ])
    expect(messages.map(each => each.sequenceNumber)).toEqual(messages.map((_, place) => place + 1))
    expect(
      (await it.query('associate-roles', { where: 'permissions contains all ("ViewMyCarts","ViewMyQuotes")' })).total,
    ).toBe(1)
    await it.ok('DELETE', `/demo/associate-roles/key=clerk?version=${row.version}`)
    expect((await told(row.id)).at(-1)?.type).toBe('AssociateRoleDeleted')
  })

  test('is refused with an unknown permission, a key taken, and deletion while somebody holds it', async () => {
    expect(
      (await refused('POST', '/demo/associate-roles', { key: 'wild', permissions: ['FlyMyPlane'] })).error,
    ).toMatchObject({ code: 'InvalidField', field: 'permissions', invalidValue: 'FlyMyPlane' })
    expect((await refused('POST', '/demo/associate-roles', { key: 'buyer' })).error).toMatchObject({
      code: 'DuplicateField',
      field: 'key',
    })
    await company('holder', { associates: [associate(ada, role('r6'))] })
    expect(await refused('DELETE', '/demo/associate-roles/key=r6?version=1')).toMatchObject({
      status: 400,
      error: { code: 'ReferenceExists', referencedBy: 'business-unit' },
    })
  })
})

describe('a business unit', () => {
  test('begins with what the API says: a company stands alone, a division takes from its parent', async () => {
    const made = await company('acme', { contactEmail: 'Info@Acme.example', stores: [store('north')] })
    expect(made).toMatchObject({
      version: 1,
      status: 'Active',
      stores: [store('north')],
      storeMode: 'Explicit',
      associateMode: 'Explicit',
      approvalRuleMode: 'Explicit',
      associates: [],
      addresses: [],
      topLevelUnit: unit('acme'),
      contactEmail: 'Info@Acme.example',
    })
    for (const name of ['parentUnit', 'inheritedAssociates', 'inheritedStores']) expect(made).not.toHaveProperty(name)
    const below = await division('acme-it', 'acme')
    expect(below).toMatchObject({
      storeMode: 'FromParent',
      associateMode: 'ExplicitAndFromParent',
      approvalRuleMode: 'ExplicitAndFromParent',
      parentUnit: unit('acme'),
      topLevelUnit: unit('acme'),
    })
    expect(below).not.toHaveProperty('stores')
    expect((await told(made.id))[0]).toMatchObject({ type: 'BusinessUnitCreated', businessUnit: { key: 'acme' } })
  })

  test('has the 31 update actions of the API: one version and one message each, none without effect', async () => {
    expect(Object.keys(unitActions)).toHaveLength(31)
    await company('all-top')
    await company('all-other')
    let row = await division('all', 'all-top', { addresses: [{ country: 'DE', key: 'home' }] })
    const home = at(row, 'addresses', 0, 'id')
    const gold = { typeId: 'customer-group', id: at(await it.ok('GET', '/demo/customer-groups/key=gold'), 'id') }
    const steps: [Json, Json][] = [
      [
        { action: 'changeName', name: 'All' },
        { type: 'BusinessUnitNameChanged', name: 'All' },
      ],
      [
        { action: 'changeStatus', status: 'Inactive' },
        { type: 'BusinessUnitStatusChanged', active: 'Inactive' },
      ],
      [
        { action: 'setContactEmail', contactEmail: 'a@b.example' },
        { type: 'BusinessUnitContactEmailSet', contactEmail: 'a@b.example' },
      ],
      [
        { action: 'addAssociate', associate: associate(ada, role('buyer')) },
        { type: 'BusinessUnitAssociateAdded', associate: associate(ada, role('buyer')) },
      ],
      [
        { action: 'changeAssociate', associate: associate(ada, role('admin', 'Enabled')) },
        { type: 'BusinessUnitAssociateChanged', associate: associate(ada, role('admin', 'Enabled')) },
      ],
      [
        { action: 'setAssociates', associates: [associate(ada), associate(ben, role('buyer'))] },
        { type: 'BusinessUnitAssociatesSet', associates: [associate(ada), associate(ben, role('buyer'))] },
      ],
      [
        { action: 'removeAssociate', customer: { typeId: 'customer', id: ben.id } },
        { type: 'BusinessUnitAssociateRemoved', associate: associate(ben, role('buyer')) },
      ],
      [
        { action: 'setStoreMode', storeMode: 'Explicit', stores: [store('north')] },
        {
          type: 'BusinessUnitStoreModeChanged',
          stores: [store('north')],
          storeMode: 'Explicit',
          oldStores: [],
          oldStoreMode: 'FromParent',
        },
      ],
      [
        { action: 'addStore', store: store('south') },
        { type: 'BusinessUnitStoreAdded', store: store('south') },
      ],
      [
        { action: 'removeStore', store: store('north') },
        { type: 'BusinessUnitStoreRemoved', store: store('north') },
      ],
      [
        { action: 'setStores', stores: [store('north'), store('south')] },
        { type: 'BusinessUnitStoresSet', stores: [store('north'), store('south')] },
      ],
      [
        { action: 'changeAssociateMode', associateMode: 'Explicit' },
        {
          type: 'BusinessUnitAssociateModeChanged',
          associateMode: 'Explicit',
          oldAssociateMode: 'ExplicitAndFromParent',
        },
      ],
      [
        { action: 'changeApprovalRuleMode', approvalRuleMode: 'Explicit' },
        { type: 'BusinessUnitApprovalRuleModeChanged', approvalRuleMode: 'Explicit' },
      ],
      [
        { action: 'changeParentUnit', parentUnit: unit('all-other') },
        { type: 'BusinessUnitParentChanged', oldParentUnit: unit('all-top'), newParentUnit: unit('all-other') },
      ],
      [
        { action: 'setUnitType', unitType: 'Company' },
        {
          type: 'BusinessUnitTypeSet',
          unitType: 'Company',
          oldUnitType: 'Division',
          oldParentUnit: unit('all-other'),
        },
      ],
      [
        { action: 'addCustomerGroupAssignment', customerGroupAssignment: { customerGroup: gold } },
        { type: 'BusinessUnitCustomerGroupAssignmentAdded', customerGroupAssignment: { customerGroup: gold } },
      ],
      [
        { action: 'removeCustomerGroupAssignment', customerGroup: gold },
        { type: 'BusinessUnitCustomerGroupAssignmentRemoved' },
      ],
      [
        { action: 'setCustomerGroupAssignments', customerGroupAssignments: [{ customerGroup: gold }] },
        { type: 'BusinessUnitCustomerGroupAssignmentsSet', customerGroupAssignments: [{ customerGroup: gold }] },
      ],
      [
        { action: 'changeAddress', addressKey: 'home', address: { country: 'DE', key: 'home', city: 'Bonn' } },
        { type: 'BusinessUnitAddressChanged', address: { city: 'Bonn' }, addressRoles: [] },
      ],
      [{ action: 'addShippingAddressId', addressKey: 'home' }, { type: 'BusinessUnitShippingAddressAdded' }],
      [{ action: 'addBillingAddressId', addressId: home }, { type: 'BusinessUnitBillingAddressAdded' }],
      [{ action: 'setDefaultShippingAddress', addressId: home }, { type: 'BusinessUnitDefaultShippingAddressSet' }],
      [{ action: 'setDefaultBillingAddress', addressKey: 'home' }, { type: 'BusinessUnitDefaultBillingAddressSet' }],
      [{ action: 'removeShippingAddressId', addressId: home }, { type: 'BusinessUnitShippingAddressRemoved' }],
      [{ action: 'removeBillingAddressId', addressId: home }, { type: 'BusinessUnitBillingAddressRemoved' }],
      [
        { action: 'setAddressCustomType', addressId: home, type: { typeId: 'type', key: 'crm' } },
        { type: 'BusinessUnitAddressCustomTypeSet', addressId: home },
      ],
      [
        { action: 'setAddressCustomField', addressId: home, name: 'segment', value: 'x' },
        { type: 'BusinessUnitAddressCustomFieldAdded', name: 'segment', value: 'x', addressId: home },
      ],
      [
        { action: 'setCustomType', type: { typeId: 'type', key: 'crm' }, fields: { accountId: '001' } },
        { type: 'BusinessUnitCustomTypeSet', customFields: { fields: { accountId: '001' } } },
      ],
      [
        { action: 'setCustomField', name: 'accountId', value: '002' },
        { type: 'BusinessUnitCustomFieldChanged', name: 'accountId', value: '002', oldValue: '001' },
      ],
    ]
    const again = ['setCustomType', 'addAssociate', 'removeAssociate', 'setAddressCustomType']
    for (const [action] of steps) {
      const after = await act(row, action)
      expect(after.version, String(action.action)).toBe(Number(row.version) + 1)
      if (!again.includes(String(action.action)))
        expect((await act(after, action)).version, String(action.action)).toBe(after.version)
      row = after
    }
    row = await act(row, { action: 'addAddress', address: { country: 'CH', key: 'work' } })
    row = await act(row, { action: 'removeAddress', addressKey: 'work' })
    expect(new Set(steps.map(([action]) => action.action)).size + 2).toBe(31)
    const messages = await told(row.id)
    expect(messages).toMatchObject([
      { type: 'BusinessUnitCreated' },
      ...steps.map(([, message]) => message),
      { type: 'BusinessUnitAddressAdded', address: { key: 'work' } },
      { type: 'BusinessUnitAddressRemoved', address: { key: 'work' }, addressRoles: [] },
    ])
    expect(messages.map(each => each.sequenceNumber)).toEqual(messages.map((_, place) => place + 1))
    expect(messages.map(each => each.resourceVersion)).toEqual(messages.map((_, place) => place + 1))
    expect(row).toMatchObject({
      unitType: 'Company',
      topLevelUnit: unit('all'),
      stores: [store('north'), store('south')],
    })
    expect(row).not.toHaveProperty('parentUnit')
  })

  test('makes a unit below a moved one learn of its new company, and of nothing else', async () => {
    for (const key of ['from', 'to']) await company(key)
    let moved = await division('moved', 'from')
    const below = await division('moved-below', 'moved')
    moved = await act(moved, { action: 'changeParentUnit', parentUnit: unit('to') })
    expect(moved).toMatchObject({ version: 2, parentUnit: unit('to'), topLevelUnit: unit('to') })
    expect(await read('moved-below')).toMatchObject({ version: 2, parentUnit: unit('moved'), topLevelUnit: unit('to') })
    expect(await told(below.id)).toMatchObject([
      { type: 'BusinessUnitCreated' },
      { type: 'BusinessUnitTopLevelUnitSet', topLevelUnit: unit('to'), oldTopLevelUnit: unit('from') },
    ])
    await act(
      moved,
      { action: 'setStoreMode', storeMode: 'Explicit' },
      { action: 'changeAssociateMode', associateMode: 'Explicit' },
      { action: 'changeApprovalRuleMode', approvalRuleMode: 'Explicit' },
      { action: 'setUnitType', unitType: 'Company' },
    )
    expect(await read('moved-below')).toMatchObject({ version: 3, topLevelUnit: unit('moved') })
    expect(
      (await it.query('business-units', { where: 'topLevelUnit(key="moved") and unitType="Division"' })).total,
    ).toBe(1)
  })

  test('is found by its associates, stores and parent', async () => {
    await company('found', { associates: [associate(ben, role('buyer'))], stores: [store('south')] })
    await division('found-below', 'found')
    const keys = async (where: string) =>
      ((await it.query('business-units', { where, sort: 'key asc' })).results as Json[]).map(each => each.key)
    expect(await keys(`associates(customer(id="${ben.id}"))`)).toContain('found')
    expect(await keys('stores(key="south") and key = "found"')).toEqual(['found'])
    expect(await keys('parentUnit(key="found")')).toEqual(['found-below'])
    expect(await keys('associates(associateRoleAssignments(associateRole(key="buyer"))) and key="found"')).toEqual([
      'found',
    ])
    expect((await it.call('GET', '/demo/business-units?where=nonsense%3D1')).status).toBe(400)
    const shown = await it.ok('GET', `${path('found-below')}?expand=parentUnit&expand=topLevelUnit`)
    expect(at(shown, 'parentUnit', 'obj', 'key')).toBe('found')
    expect(
      at(
        await it.ok('GET', `${path('found')}?expand=associates[*].customer`),
        'associates',
        0,
        'customer',
        'obj',
        'email',
      ),
    ).toBe('ben@example.com')
  })
})

describe('what divisions inherit', () => {
  test('becomes visible later, without a new version', async () => {
    await company('heir', {
      stores: [store('north')],
      associates: [associate(ada, role('admin', 'Enabled'), role('buyer'))],
    })
    await division('heir-1', 'heir', { associates: [associate(ben, role('buyer', 'Enabled'))] })
    const leaf = await division('heir-2', 'heir-1')
    expect(leaf).toMatchObject({ inheritedStores: [], inheritedAssociates: [] })
    await pass(499)
    expect(await read('heir-2')).toEqual(leaf)
    await pass(1)
    const after = await read('heir-2')
    const inherited = (customer: Json, key: string, source: string) => ({
      customer: { typeId: 'customer', id: customer.id },
      associateRoleAssignments: [{ associateRole: { typeId: 'associate-role', key }, source: unit(source) }],
    })
    expect(after).toEqual({
      ...leaf,
      inheritedStores: [store('north')],
      inheritedAssociates: [inherited(ben, 'buyer', 'heir-1'), inherited(ada, 'admin', 'heir')],
    })
    await act(await read('heir'), { action: 'setStores', stores: [store('south')] })
    await act(await read('heir-1'), { action: 'changeAssociateMode', associateMode: 'Explicit' })
    expect(await read('heir-2')).toEqual(after)
    await pass(500)
    expect(await read('heir-2')).toMatchObject({
      version: 1,
      inheritedStores: [store('south')],
      inheritedAssociates: [inherited(ben, 'buyer', 'heir-1')],
    })
    expect(await read('heir-1')).not.toHaveProperty('inheritedAssociates')
    expect(
      (
        await it.query('business-units', {
          where: 'inheritedStores(key="south") and topLevelUnit(key="heir")',
          sort: 'key asc',
        })
      ).results,
    ).toMatchObject([{ key: 'heir-1' }, { key: 'heir-2' }])
  })

  test('can be kept when the unit stops to inherit', async () => {
    await company('keep', { associates: [associate(ada, role('admin', 'Enabled')), associate(ben, role('buyer'))] })
    let below = await division('keep-below', 'keep', { associates: [associate(ada, role('buyer'))] })
    below = await act(below, {
      action: 'changeAssociateMode',
      associateMode: 'Explicit',
      makeInheritedAssociatesExplicit: true,
    })
    expect(below.associates).toEqual([associate(ada, role('buyer'), role('admin'))])
  })

  test('raises the version and is told of when the emulator is told so', async () => {
    await using other = await world({ receives: true })
    await other.control('POST', 'clock', { freeze: true })
    await other.control('POST', 'units', { inheritanceDelayMs: 60_000, inheritanceRaisesVersion: true })
    await other.ok('POST', '/demo/subscriptions', {
      ...SUBSCRIPTION,
      messages: [],
      changes: [{ resourceTypeId: 'business-unit' }],
    })
    await other.ok('POST', '/demo/stores', { key: 'north' })
    await other.ok('POST', '/demo/business-units', {
      key: 'top',
      unitType: 'Company',
      name: 'Top',
      stores: [store('north')],
    })
    const made = await other.ok('POST', '/demo/business-units', {
      key: 'low',
      unitType: 'Division',
      name: 'Low',
      parentUnit: unit('top'),
    })
    await other.control('POST', 'clock', { advanceMs: 60_000 })
    await other.inbox.until(pushes => pushes.some(each => each.payload.notificationType === 'ResourceUpdated'))
    const update = other.inbox.payloads().find(each => each.notificationType === 'ResourceUpdated')
    expect(update).toMatchObject({ resource: { typeId: 'business-unit', id: made.id }, version: 2, oldVersion: 1 })
    expect(await other.ok('GET', `/demo/business-units/${made.id}`)).toMatchObject({
      version: 2,
      inheritedStores: [store('north')],
    })
    expect((await other.query('messages', { where: `resource(id="${made.id}")` })).total).toBe(1)
  })
})

describe('what is refused', () => {
  beforeAll(async () => {
    await company('l1')
    for (const level of [2, 3, 4, 5]) await division(`l${level}`, `l${level - 1}`)
    await company('alone', { stores: [store('north')], associates: [associate(ada)] })
    await division('explicit', 'alone', { storeMode: 'Explicit' })
    await division('inheriting', 'alone')
  })

  const draft = { key: 'refused', unitType: 'Company', name: 'N' }
  const below = { ...draft, unitType: 'Division', parentUnit: unit('alone') }
  test.each<[string, Json, Json]>([
    ['a key taken', { ...draft, key: 'alone' }, { code: 'DuplicateField', field: 'key', duplicateValue: 'alone' }],
    ['a key with spaces', { ...draft, key: 'a b' }, { code: 'InvalidField', field: 'key' }],
    ['no name', { key: 'refused', unitType: 'Company' }, { code: 'InvalidJsonInput' }],
    ['another unit type', { ...draft, unitType: 'Team' }, { code: 'InvalidField', field: 'unitType' }],
    [
      'another status',
      { ...draft, status: 'Asleep' },
      { code: 'InvalidField', field: 'status', allowedValues: ['Active', 'Inactive'] },
    ],
    ['a contact email that is none', { ...draft, contactEmail: 'x' }, { code: 'InvalidField', field: 'contactEmail' }],
    ['a company with a parent', { ...draft, parentUnit: unit('alone') }, { code: 'InvalidOperation' }],
    ['a company that inherits', { ...draft, associateMode: 'ExplicitAndFromParent' }, { code: 'InvalidOperation' }],
    [
      'a division without parent',
      { ...draft, unitType: 'Division' },
      { code: 'InvalidJsonInput', detailedErrorMessage: 'parentUnit: Missing required value' },
    ],
    [
      'an unknown parent',
      { ...below, parentUnit: unit('nobody') },
      { code: 'ReferencedResourceNotFound', typeId: 'business-unit', key: 'nobody' },
    ],
    ['a sixth level', { ...below, parentUnit: unit('l5') }, { code: 'InvalidOperation' }],
    ['stores beside those of the parent', { ...below, stores: [store('north')] }, { code: 'InvalidOperation' }],
    [
      'an unknown customer',
      { ...draft, associates: [associate({ id: 'nobody' })] },
      { code: 'ReferencedResourceNotFound', typeId: 'customer' },
    ],
    [
      'an unknown role',
      { ...draft, associates: [{ customer: { key: 'x' }, associateRoleAssignments: [role('none')] }] },
      { code: 'ReferencedResourceNotFound', typeId: 'associate-role' },
    ],
    [
      'an unknown store',
      { ...draft, stores: [store('none')] },
      { code: 'ReferencedResourceNotFound', typeId: 'store' },
    ],
    ['an address that is not there', { ...draft, defaultBillingAddress: 3 }, { code: 'InvalidInput' }],
  ])('a draft with %s', async (_, body, error) => {
    expect(await refused('POST', '/demo/business-units', body)).toMatchObject({ status: 400, error })
  })

  test('six roles for one associate, and one customer twice', async () => {
    const six = ['buyer', 'admin', 'r3', 'r4', 'r5', 'r6'].map(key => role(key))
    expect(
      (await refused('POST', '/demo/business-units', { ...draft, associates: [associate(ada, ...six)] })).error,
    ).toMatchObject({ code: 'InvalidOperation' })
    expect(
      (await refused('POST', '/demo/business-units', { ...draft, associates: [associate(ada), associate(ada)] })).error,
    ).toMatchObject({ code: 'InvalidOperation' })
    expect(await refuses('alone', { action: 'addAssociate', associate: associate(ada) })).toMatchObject({
      code: 'InvalidOperation',
    })
  })

  test('updates that break a rule of the tree', async () => {
    const cases: [string, Json][] = [
      ['l2', { action: 'changeParentUnit', parentUnit: unit('l4') }],
      ['l2', { action: 'changeParentUnit', parentUnit: unit('l2') }],
      ['l1', { action: 'changeParentUnit', parentUnit: unit('alone') }],
      ['l1', { action: 'setUnitType', unitType: 'Division', parentUnit: unit('alone') }],
      ['inheriting', { action: 'setUnitType', unitType: 'Company' }],
      ['inheriting', { action: 'changeParentUnit', parentUnit: unit('l1') }],
      ['inheriting', { action: 'addStore', store: store('south') }],
      ['alone', { action: 'setStoreMode', storeMode: 'FromParent' }],
      ['alone', { action: 'changeAssociateMode', associateMode: 'ExplicitAndFromParent' }],
      ['alone', { action: 'changeAssociate', associate: associate(ben) }],
      ['alone', { action: 'removeAssociate', customer: { id: ben.id } }],
      ['alone', { action: 'setCustomField', name: 'segment', value: 'x' }],
    ]
    for (const [key, action] of cases)
      expect(await refuses(key, action), JSON.stringify(action)).toMatchObject({ code: 'InvalidOperation' })
    expect(await refuses('alone', { action: 'setKey', key: 'other' })).toMatchObject({ code: 'InvalidInput' })
    expect(
      await refuses('alone', { action: 'changeAddress', addressId: 'none', address: { country: 'DE' } }),
    ).toMatchObject({ code: 'InvalidInput' })
  })

  test('a stale version, and the deletion of what is still needed', async () => {
    expect(await refused('POST', path('alone'), { version: 9, actions: [] })).toMatchObject({
      status: 409,
      error: { code: 'ConcurrentModification', currentVersion: 1 },
    })
    expect(await refused('DELETE', `${path('alone')}?version=1`)).toMatchObject({
      status: 400,
      error: { code: 'ReferenceExists', referencedBy: 'business-unit' },
    })
    expect(await refused('DELETE', '/demo/stores/key=north?version=1')).toMatchObject({
      error: { code: 'ReferenceExists' },
    })
    const gone = await read('explicit')
    await it.ok('DELETE', `${path('explicit')}?version=1`)
    expect((await told(gone.id)).at(-1)).toMatchObject({
      type: 'BusinessUnitDeleted',
      resourceUserProvidedIdentifiers: { key: 'explicit' },
    })
  })

  test('an associate whose customer is gone stays behind, unless the emulator is told to refuse the deletion', async () => {
    const cay = await it.signUp({ email: 'cay@example.com' })
    let row = await company('left', { associates: [associate(cay, role('buyer'))] })
    await it.control('POST', 'units', { deletedCustomers: 'refuse' })
    expect(await refused('DELETE', `/demo/customers/${cay.id}?version=1`)).toMatchObject({
      error: { code: 'ReferenceExists', referencedBy: 'business-unit' },
    })
    await it.control('POST', 'units', { deletedCustomers: 'stay' })
    await it.ok('DELETE', `/demo/customers/${cay.id}?version=1`)
    expect(await read('left')).toEqual(row)
    row = await act(row, { action: 'removeAssociate', customer: { typeId: 'customer', id: cay.id } })
    expect(row.associates).toEqual([])
  })
})

test('what was to be inherited is, although the emulator was stopped in between', async () => {
  const stateDir = mkdtempSync(join(tmpdir(), 'units-'))
  try {
    {
      await using first = await world({ stateDir })
      await first.control('POST', 'clock', { freeze: true })
      await first.ok('POST', '/demo/stores', { key: 'north' })
      const top = { key: 'top', unitType: 'Company', name: 'Top', stores: [store('north')] }
      await first.ok('POST', '/demo/business-units', top)
      const low = { key: 'low', unitType: 'Division', name: 'Low', parentUnit: unit('top') }
      expect(await first.ok('POST', '/demo/business-units', low)).toMatchObject({ inheritedStores: [] })
    }
    await using second = await world({ stateDir })
    expect(await second.ok('GET', '/demo/business-units/key=low')).toMatchObject({ inheritedStores: [] })
    await second.control('POST', 'clock', { advanceMs: 500 })
    const low = await second.ok('GET', '/demo/business-units/key=low')
    expect(low).toMatchObject({ version: 1, inheritedStores: [store('north')] })
    const told = await second.query('messages', { where: `resource(id="${low.id}")` })
    expect(told.results).toMatchObject([{ type: 'BusinessUnitCreated', businessUnit: { inheritedStores: [] } }])
  } finally {
    rmSync(stateDir, { recursive: true, force: true })
  }
})
