/** How a company that Salesforce knows is found: by its VAT id, its D-U-N-S number, or its name in its country. */
import { describe, expect, it } from 'vitest'
import { memoryWorld, personMapping } from '../../test/memory/world.ts'
import { likeCompany } from '../mappings/codecs/likeCompany.ts'
import { likeDuns } from '../mappings/codecs/likeDuns.ts'
import { likeVatId } from '../mappings/codecs/likeVatId.ts'
import type { FallbackRule, Mapping } from '../model/mapping.ts'

const byVat: FallbackRule = { by: 'fallback', crm: 'Vat__c', commerce: 'vatId', like: likeVatId }
const byDuns: FallbackRule = { by: 'fallback', crm: 'DunsNumber', commerce: 'duns', like: likeDuns }
const byName: FallbackRule = {
  by: 'fallback',
  crm: 'Name',
  commerce: 'companyName',
  like: likeCompany({ legalForms: ['GmbH', 'Ltd'] }),
  within: [{ crm: 'BillingCountryCode', commerce: 'country' }],
}

/** A company of its own record, as a business unit is. */
const mapping: Mapping = {
  ...personMapping,
  parts: personMapping.parts
    .filter(part => part.role === 'account')
    .map(part => ({
      ...part,
      match: [...part.match, byVat, byDuns, byName],
      fields: [
        { crm: 'Name', commerce: 'companyName', owner: 'commerce', required: true },
        { crm: 'Vat__c', commerce: 'vatId', owner: 'seed' },
        { crm: 'DunsNumber', commerce: 'duns', owner: 'seed' },
        { crm: 'BillingCountryCode', commerce: 'country', owner: 'seed' },
      ],
    })),
}

type Fields = Readonly<Record<string, string | null>>

const none: Fields = { vatId: null, duns: null, companyName: null, country: null }

/** Who becomes of this company, beside these Accounts: the place of one of them, `new`, or the question. */
async function becomes(company: Fields, ...known: readonly Fields[]) {
  const world = memoryWorld({ mappings: [mapping] })
  const ids = known.map(fields => world.crm.make('Account', { ...fields }).id)
  await world.shopper.saves('demo/1', { ...none, ...company })
  await world.quiet()
  const [asked] = world.store.conflictRows
  const linked = [...world.store.linkRows.values()][0]?.crm.id ?? ''
  const finds = world.crm.calls.filter(call => call.what === 'find').length
  expect(finds).toBe(1)
  return asked === undefined ? (ids.includes(linked) ? ids.indexOf(linked) : 'new') : asked.kind
}

describe('a company is found', () => {
  it('by its VAT id, however it is written', async () => {
    expect(await becomes({ vatId: 'DE123456789', companyName: 'A' }, { Vat__c: 'DE 123 456 789', Name: 'B' })).toBe(0)
    expect(await becomes({ vatId: 'de 123.456.789', companyName: 'A' }, { Vat__c: 'DE123456789', Name: 'B' })).toBe(0)
  })

  it('by its D-U-N-S number, with or without dashes', async () => {
    expect(await becomes({ duns: '150483782', companyName: 'A' }, { DunsNumber: '15-048-3782', Name: 'B' })).toBe(0)
  })

  it('by its name in its country, without the legal forms that are named', async () => {
    const [here, there] = [
      { Name: 'Acme', BillingCountryCode: 'DE' },
      { Name: 'Acme', BillingCountryCode: 'AT' },
    ]
    expect(await becomes({ companyName: 'Acme GmbH', country: 'DE' }, there, here)).toBe(1)
    expect(await becomes({ companyName: 'Acme GmbH', country: 'CH' }, there, here)).toBe('new')
    expect(await becomes({ companyName: 'Acme AG', country: 'DE' }, here)).toBe('new')
    expect(await becomes({ companyName: 'Acme', country: 'DE' }, here, { ...here, Name: 'Acme Ltd' })).toBe('ambiguous')
  })

  it('by the first key that finds any', async () => {
    const byNumber = { Vat__c: 'DE123456789', Name: 'Other' }
    const named = { Name: 'Acme', BillingCountryCode: 'DE' }
    expect(await becomes({ vatId: 'DE123456789', companyName: 'Acme', country: 'DE' }, named, byNumber)).toBe(1)
  })

  it('and two of one VAT id do not both become one', async () => {
    const world = memoryWorld({ mappings: [mapping] })
    await world.shopper.saves('demo/1', { ...none, vatId: 'DE123456789', companyName: 'Acme' })
    await world.shopper.saves('demo/2', { ...none, vatId: 'DE 123456789', companyName: 'Acme' })
    await world.quiet()
    expect(world.crm.of('Account')).toHaveLength(1)
    expect(world.store.conflictRows).toMatchObject([{ kind: 'claimed', state: 'open' }])
  })
})
