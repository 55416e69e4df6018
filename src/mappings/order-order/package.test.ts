/** The package directory `custom-orders` and the mapping cannot drift: what is mapped is deployed and permitted, and nothing else is. */
import { describe, expect, test } from 'vitest'
import { packageFields, permissionSet } from '../testing/package.ts'
import { orderOrder } from './index.ts'

const ours = packageFields('custom-orders')
const set = permissionSet('CT_Sync_Custom_Orders', 'custom-orders')
const { keyField } = orderOrder()
const parts = (['rows', 'summary'] as const).flatMap(lines => orderOrder({ lines }).parts)
const written = parts.flatMap(part =>
  [
    keyField,
    ...part.fields.map(rule => rule.crm),
    ...part.links.map(link => link.crm),
    ...Object.keys(part.deactivate ?? {}),
  ].map(field => `${part.object}.${field}`),
)
const masterDetail = ours.filter(one => one.type === 'MasterDetail').map(one => `${one.object}.${one.name}`)

describe('the package of orders', () => {
  test('has every field that the mapping writes, and no other', () => {
    const mapped = written.filter(field => field.endsWith('__c'))
    expect(ours.map(({ object, name }) => `${object}.${name}`).sort()).toEqual([...new Set(mapped)].sort())
  })

  test.each(ours.map(one => [`${one.object}.${one.name}`, one] as const))('%s is explained to people', (_, one) => {
    expect(one.description).not.toBe('')
    expect(one.help).not.toBe('')
    expect(one.description.length).toBeLessThanOrEqual(1000)
    expect(one.help.length).toBeLessThanOrEqual(510)
  })

  test('keeps our keys as unique external IDs that tell upper from lower case', () => {
    const keys = ours.filter(one => one.name === keyField)
    expect(keys.map(one => one.object)).toEqual(['CT_Order_Line__c', 'CT_Order__c'])
    for (const key of keys) expect(key).toMatchObject({ externalId: true, unique: true, caseSensitive: true })
  })
})

describe('its permission set', () => {
  test('permits every field that is written, and no other: of a master there is nothing to permit', () => {
    const needed = written.filter(field => field.endsWith('__c') && !masterDetail.includes(field))
    expect(masterDetail).toEqual(['CT_Order_Line__c.CT_Order__c'])
    expect([...set.fields].sort()).toEqual([...new Set(needed)].sort())
  })

  test('deletes lines, which leave their order, and never an order', () => {
    expect(set.objects).toEqual([
      { object: 'CT_Order_Line__c', rights: ['allowCreate', 'allowDelete', 'allowEdit', 'allowRead'] },
      { object: 'CT_Order__c', rights: ['allowCreate', 'allowEdit', 'allowRead'] },
    ])
    expect([...set.user, ...set.custom, ...set.recordTypes]).toEqual([])
  })
})
