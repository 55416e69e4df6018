/** The package directory `activity` and the mappings cannot drift: what is mapped is deployed and permitted, and nothing else is. */
import { describe, expect, test } from 'vitest'
import { packageFields, permissionSet } from '../testing/package.ts'
import { messageActivity, quoteActivity } from './index.ts'

const ours = packageFields('activity')
const set = permissionSet('CT_Sync_Activity', 'activity')
const written = (mapping: ReturnType<typeof messageActivity>): string[] =>
  mapping.parts
    .flatMap(part => [mapping.keyField, ...part.fields.map(rule => rule.crm)])
    .filter(field => field.endsWith('__c'))
    .sort()

describe('the package of the timeline', () => {
  test('has every field of ours that the mappings write, and no other; Salesforce keeps them on Activity', () => {
    expect(ours.map(({ object }) => object)).toEqual(ours.map(() => 'Activity'))
    for (const mapping of [messageActivity(), quoteActivity()])
      expect(ours.map(({ name }) => name).sort()).toEqual(written(mapping))
  })

  test.each(ours.map(one => [one.name, one] as const))('%s is explained to people', (_, one) => {
    expect([one.description, one.help]).not.toContain('')
    expect(one.help.length).toBeLessThanOrEqual(510)
  })

  test('keeps our key as a unique external ID that tells upper from lower case', () => {
    const [key] = ours.filter(one => one.name === 'CT_Id__c')
    expect(key).toMatchObject({ externalId: true, unique: true, caseSensitive: true })
  })

  test('permits what is written, and to write tasks', () => {
    expect([...set.fields].sort()).toEqual(written(messageActivity()).map(field => `Task.${field}`))
    expect(set.user).toEqual(['EditTask'])
    expect([...set.objects, ...set.custom, ...set.recordTypes]).toEqual([])
  })
})

describe('a mapping of the timeline', () => {
  test('reads the messages that it tells of along with the record, and no others', () => {
    const { companions = [] } = messageActivity({ messages: { OrderStateChanged: true, OrderCreated: false } })
    expect(companions).toMatchObject([
      { type: 'message', where: 'type in ("OrderStateChanged")', tells: ['OrderStateChanged'] },
    ])
  })

  test('is about the record where there is one, else about the Account; of a person account there is no Contact', () => {
    const linksOf = (mapping: ReturnType<typeof messageActivity>) =>
      mapping.parts[0]?.links.map(({ crm, role }) => `${crm} ${role}`)
    expect(linksOf(messageActivity())).toEqual(['WhoId contact', 'WhatId order'])
    expect(linksOf(messageActivity({}, false))).toEqual(['WhoId contact', 'WhatId account'])
    expect(linksOf(messageActivity({ people: 'person-account' }))).toEqual(['WhatId order'])
    expect(linksOf(quoteActivity())).toEqual(['WhoId contact', 'WhatId opportunity'])
  })

  test('refuses a template that is none', () => {
    expect(() => messageActivity({ messages: { OrderCreated: { subject: 'Order {number' } } })).toThrow(/brace/)
  })
})
