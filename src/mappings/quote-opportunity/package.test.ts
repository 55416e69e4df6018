/** The package directory `quotes` and the mapping cannot drift: what is mapped is deployed and permitted, and nothing else is. */
import { describe, expect, test } from 'vitest'
import { packageFields, permissionSet } from '../testing/package.ts'
import { quoteOpportunity } from './index.ts'

const ours = packageFields('quotes')
const set = permissionSet('CT_Sync_Quotes', 'quotes')
const { parts, keyField } = quoteOpportunity()
const written = [
  ...new Set(
    parts.flatMap(part =>
      [keyField, ...part.fields.map(rule => rule.crm), ...Object.keys(part.deactivate ?? {})]
        .filter(field => field.endsWith('__c'))
        .map(field => `${part.object}.${field}`),
    ),
  ),
].sort()

describe('the package of quotes', () => {
  test('has every field of ours that the mapping writes, and no other', () => {
    expect(ours.map(({ object, name }) => `${object}.${name}`).sort()).toEqual(written)
  })

  test.each(ours.map(one => [`${one.object}.${one.name}`, one] as const))('%s is explained to people', (_, one) => {
    expect([one.description, one.help]).not.toContain('')
    expect(one.description.length).toBeLessThanOrEqual(1000)
    expect(one.help.length).toBeLessThanOrEqual(510)
  })

  test('keeps our keys as unique external IDs that tell upper from lower case', () => {
    const keys = ours.filter(one => one.name === keyField)
    expect(keys.map(one => one.object).sort()).toEqual(['Opportunity', 'OpportunityContactRole'])
    for (const key of keys) expect(key).toMatchObject({ externalId: true, unique: true, caseSensitive: true })
  })

  test('permits what is written, and to delete nothing', () => {
    expect([...set.fields].sort()).toEqual(['Opportunity.AccountId', 'Opportunity.Amount', ...written].sort())
    expect(set.objects).toEqual([{ object: 'Opportunity', rights: ['allowCreate', 'allowEdit', 'allowRead'] }])
    expect([...set.user, ...set.custom, ...set.recordTypes]).toEqual([])
  })
})

test('a person account has no Contact that could be named by a key, and so no contact role', () => {
  expect(quoteOpportunity({ people: 'person-account' }).parts.map(({ role }) => role)).toEqual(['opportunity'])
})
