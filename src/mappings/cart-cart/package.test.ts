/** The package directory `carts` and the mapping cannot drift: what is mapped is deployed and permitted, and nothing else is. */
import { describe, expect, test } from 'vitest'
import { packageFields, permissionSet } from '../testing/package.ts'
import { cartCart } from './index.ts'

const ours = packageFields('carts')
const set = permissionSet('CT_Sync_Carts', 'carts')
const { parts, keyField } = cartCart({ recoveryLink: 'https://shop.example/cart/{id}' })
const written = parts.flatMap(part =>
  [
    keyField,
    ...part.fields.map(rule => rule.crm),
    ...part.links.map(link => link.crm),
    ...Object.keys(part.deactivate ?? {}),
  ]
    .filter(field => field.endsWith('__c'))
    .map(field => `${part.object}.${field}`),
)

describe('the package of carts', () => {
  test('has every field that the mapping writes, and no other', () => {
    expect(ours.map(({ object, name }) => `${object}.${name}`).sort()).toEqual([...new Set(written)].sort())
  })

  test.each(ours.map(one => [`${one.object}.${one.name}`, one] as const))('%s is explained to people', (_, one) => {
    expect(one.description).not.toBe('')
    expect(one.help).not.toBe('')
    expect(one.description.length).toBeLessThanOrEqual(1000)
    expect(one.help.length).toBeLessThanOrEqual(510)
  })

  test('keeps our key as a unique external ID that tells upper from lower case', () => {
    const [key, ...others] = ours.filter(one => one.name === keyField)
    expect(key).toMatchObject({ externalId: true, unique: true, caseSensitive: true })
    expect(others).toEqual([])
  })
})

test('its permission set permits every field that is written, and to delete nothing', () => {
  expect([...set.fields].sort()).toEqual([...new Set(written)].sort())
  expect(set.objects).toEqual([{ object: 'CT_Cart__c', rights: ['allowCreate', 'allowEdit', 'allowRead'] }])
  expect([...set.user, ...set.custom, ...set.recordTypes]).toEqual([])
})
