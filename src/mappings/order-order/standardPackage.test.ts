/** The package directory `orders` and the mappings of Salesforce's own objects cannot drift: what is mapped is deployed and permitted. */
import { describe, expect, test } from 'vitest'
import { mappings } from '../index.ts'
import { packageFields, permissionSet } from '../testing/package.ts'

const ours = packageFields('orders')
const set = permissionSet('CT_Sync_Orders', 'orders')
const selling = mappings({ orders: 'order' }).filter(({ name }) => /^(order|product)-/.test(name))
const summary = mappings({ orders: 'order', 'order-order': { lines: 'summary' } }).filter(
  ({ name }) => name === 'order-order',
)
const written = [...selling, ...summary].flatMap(({ keyField, parts }) =>
  parts.flatMap(part =>
    [keyField, ...part.fields.map(rule => rule.crm), ...Object.keys(part.deactivate ?? {})].map(
      field => `${part.object}.${field}`,
    ),
  ),
)
const custom = [...new Set(written.filter(field => field.endsWith('__c')))].sort()

describe('the package of Salesforce’s own orders', () => {
  test('has every field of ours that the mappings write, and no other', () => {
    expect(selling.map(({ name }) => name)).toEqual(['product-product', 'product-price', 'order-order'])
    expect(ours.map(({ object, name }) => `${object}.${name}`).sort()).toEqual(custom)
  })

  test.each(ours.map(one => [`${one.object}.${one.name}`, one] as const))('%s is explained to people', (_, one) => {
    expect([one.description, one.help]).not.toContain('')
    expect(one.help.length).toBeLessThanOrEqual(510)
  })

  test('keeps our keys as unique external IDs that tell upper from lower case', () => {
    const keys = ours.filter(one => one.name === 'CT_Id__c')
    expect(keys.map(one => one.object).sort()).toEqual(['Order', 'OrderItem', 'PricebookEntry', 'Product2'])
    for (const key of keys) expect(key).toMatchObject({ externalId: true, unique: true, caseSensitive: true })
  })

  test('permits every field of ours, and the objects that Salesforce grants rights by', () => {
    expect([...set.fields].filter(field => field.endsWith('__c')).sort()).toEqual(custom)
    expect(set.objects.map(({ object }) => object).sort()).toEqual(['Order', 'Pricebook2', 'Product2'])
    const deletes = set.objects.filter(({ rights }) => rights.includes('allowDelete')).map(({ object }) => object)
    expect(deletes).toEqual(['Order'])
    expect([...set.user, ...set.custom, ...set.recordTypes]).toEqual([])
  })
})
