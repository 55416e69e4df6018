/** References of a record: set at creation, then the CRM's own unless commerce owns them. */
import { describe, test } from 'vitest'
import { given } from '../../test/given.ts'
import type { FieldOwnership, LinkRule, Mapping, MappingPart } from '../model/mapping.ts'

const ada = { id: 'ada', Name: 'Ada' }

const part = (role: string, object: string, links: readonly LinkRule[]): MappingPart => ({
  role,
  object,
  match: [],
  fields: [{ crm: 'Name', commerce: 'Name', owner: 'commerce' }],
  links,
  defaults: {},
})

const mappingOf = (...parts: readonly MappingPart[]): Mapping => ({
  name: 'person',
  doc: '',
  commerce: 'customer',
  keyField: 'CT_Id__c',
  parts,
  deletion: 'ignore',
  creates: 'commerce',
  expand: [],
  touchedBy: [],
})

describe('a reference', () => {
  const account = part('account', 'Account', [])
  const to = (owner: FieldOwnership, of: LinkRule['of'], required = true): LinkRule => ({
    crm: 'ParentId__c',
    relationship: 'Parent__r',
    mapping: 'person',
    role: 'account',
    of,
    owner,
    required,
  })
  const twoParts = (owner: FieldOwnership) => mappingOf(account, part('contact', 'Contact', [to(owner, 'self')]))
  const unit = { type: 'business-unit', id: 'unit' } as const
  const ofUnit = (owner: FieldOwnership, required: boolean) =>
    mappingOf(part('contact', 'Contact', [to(owner, unit, required)]))

  test('names a parent of the same pass by its key', () => {
    given({ mapping: twoParts('seed'), snapshot: ada }).plans(
      { do: 'create', object: 'Account' },
      { do: 'create', object: 'Contact', links: { ParentId__c: 'Parent__r.CT_Id__c=demo/ada' } },
    )
  })

  test('names a linked parent by its id', () => {
    given({ mapping: twoParts('seed'), snapshot: ada, link: { account: { id: '001A', was: {} } } }).plans(
      { do: 'nothing' },
      { do: 'create', links: { ParentId__c: '001A' } },
    )
  })

  test('waits for a parent that it requires, and goes without one that it does not', () => {
    const snapshot = { ...ada, unit: 'acme' }
    given({ mapping: ofUnit('seed', true), snapshot }).plans({ do: 'wait', awaits: ['business-unit/demo/acme'] })
    given({ mapping: ofUnit('seed', false), snapshot }).plans({ do: 'create', links: {} })
  })

  test('that is seeded is left alone after creation', () => {
    given({
      mapping: ofUnit('seed', true),
      snapshot: { ...ada, unit: 'zuse' },
      link: { contact: { id: '003A', was: {} } },
    }).plans({ do: 'nothing' })
  })

  test('that commerce owns is moved, emptied, and then at rest', () => {
    const mapping = ofUnit('commerce', false)
    const known = { 'business-unit/acme': '001A' }
    const agreed = { Name: 'Ada' }
    const link = { contact: { id: '003A', agreed } }
    const first = given({ mapping, snapshot: { ...ada, unit: 'acme' }, known, link })
    first.plans({ do: 'update', fields: {}, links: { ParentId__c: '001A' } })
    const base = first.made[0]?.plan.do === 'update' ? first.made[0].plan.base : {}
    const settled = { contact: { id: '003A', base } }
    given({ mapping, snapshot: { ...ada, unit: 'acme' }, known, link: settled }).plans({ do: 'nothing' })
    given({ mapping, snapshot: ada, known, link: settled }).plans({
      do: 'update',
      fields: { ParentId__c: null },
      links: {},
    })
  })
})
