/** The package directory `roll-ups` and the mappings cannot drift: what is mapped is deployed and permitted, and nothing else is. */
import { describe, expect, test } from 'vitest'
import { type MappingOptions, mappings } from '../index.ts'
import { packageFields, permissionSet } from '../testing/package.ts'

const ours = packageFields('roll-ups')
const set = permissionSet('CT_Sync_Roll_Ups', 'roll-ups')
const fieldsOf = (options: MappingOptions): readonly string[] =>
  mappings(options).flatMap(({ parts }) => parts.flatMap(part => part.fields.map(rule => `${part.object}.${rule.crm}`)))
const more = (options: MappingOptions): readonly string[] => {
  const before = fieldsOf({ ...options, rollUps: 'none' })
  return [...new Set(fieldsOf(options))].filter(field => !before.includes(field)).sort()
}

describe('the package of roll-ups', () => {
  const deployed = ours.map(({ object, name }) => `${object}.${name}`).sort()

  test('has every field that the mappings write more, and no other', () => {
    expect(more({ rollUps: 'person-and-account', carts: 'custom-object' })).toEqual(deployed)
  })

  test('has those of the person alone where their Account shows none, and without the cart where none is looked for', () => {
    const ofContact = deployed.filter(field => field.startsWith('Contact.'))
    expect(more({ rollUps: 'person', carts: 'custom-object' })).toEqual(ofContact)
    expect(more({ rollUps: 'person' })).toEqual(ofContact.filter(field => field !== 'Contact.CT_Last_Cart_At__c'))
  })

  test('shows on a person account the fields of Account', () => {
    const people = 'person-account'
    for (const rollUps of ['person', 'person-and-account'] as const)
      expect(more({ rollUps, people, carts: 'custom-object' })).toEqual(
        deployed.filter(field => field.startsWith('Account.')),
      )
  })

  test.each(ours.map(one => [`${one.object}.${one.name}`, one] as const))('%s is explained to people', (_, one) => {
    expect([one.description, one.help]).not.toContain('')
    expect(one.description.length).toBeLessThanOrEqual(1000)
    expect(one.help.length).toBeLessThanOrEqual(510)
  })

  test('permits what is written, and nothing else', () => {
    expect([...set.fields].sort()).toEqual(deployed)
    expect([...set.objects, ...set.user, ...set.custom, ...set.recordTypes]).toEqual([])
  })
})

test('nothing is read along and nothing more is written where they are switched off', () => {
  expect(more({ rollUps: 'none' })).toEqual([])
  expect(mappings().flatMap(({ companions = [] }) => companions)).toEqual([])
})
