import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { root } from '../ports.ts'
import { ask, type CrmRow, type Customer, type World, type WorldOptions, world } from '../world.ts'

const exec = promisify(execFile)
const mapping = (more: Record<string, unknown>) => ({ mappings: { 'customer-person': more } })

type Met = { now: World; customer: Customer; contact: CrmRow; account: CrmRow }

/** A customer with everything, synchronised. */
async function met(now: World, email = 'anna.beck@example.com'): Promise<Met> {
  const customer = await now.shopper.signsUp({
    email,
    password: 'secret-enough',
    firstName: 'Anna',
    lastName: 'Beck',
    companyName: 'Beckerei',
    vatId: 'CHE-123',
    dateOfBirth: '1980-01-01',
    customerNumber: `N-${email}`,
    locale: 'de-CH',
    addresses: [
      {
        streetName: 'Seestrasse',
        streetNumber: '1',
        city: 'Horgen',
        postalCode: '8810',
        country: 'CH',
        phone: '044 668 18 00',
      },
    ],
    defaultBillingAddress: 0,
    defaultShippingAddress: 0,
  })
  await now.quiet()
  const [contact, account] = [await now.crm.contact(customer), await now.crm.account(customer)]
  if (contact === undefined || account === undefined) throw new Error('not synchronised')
  return { now, customer, contact, account }
}

/** The row as the org holds it, in the recycle bin or not. */
async function row(now: World, object: string, id: string): Promise<CrmRow | undefined> {
  const page = await ask<{ rows: CrmRow[] }>(`${now.urls.crm}/__emulator/rows/${object}?limit=5000`)
  return page.rows.find(one => one.Id === id)
}

/** A person at work in Salesforce. */
const crmDoes = (now: World, what: 'delete' | 'merge', body: object): Promise<unknown> =>
  ask(`${now.urls.crm}/__emulator/${what}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })

const personal = /Anna|Beck|anna\.beck|CHE-123|1980-01-01|Seestrasse|Horgen|8810|668 ?18|\+4144/i

async function plays(options: WorldOptions, play: (now: World) => Promise<void>): Promise<void> {
  const now = await world(options)
  try {
    await play(now)
  } finally {
    await now[Symbol.asyncDispose]()
  }
}

describe('a deletion in commercetools, end to end', { timeout: 60_000 }, () => {
  it('deactivate: says since when, and a later change in Salesforce stays there', () =>
    plays({ config: mapping({ deletion: 'deactivate' }) }, async now => {
      const { customer, contact, account } = await met(now)
      await now.shopper.leaves(customer)
      await now.quiet()
      const after = await row(now, 'Contact', contact.Id)
      expect(after?.CT_Deleted_At__c).toMatch(/^20/)
      expect(after).toMatchObject({ LastName: 'Beck', CT_Id__c: `demo/${customer.id}` })
      expect((await row(now, 'Account', account.Id))?.CT_Deleted_At__c).toMatch(/^20/)
      expect((await now.status()).links).toBe(0)
      await now.agent.edits('Contact', contact.Id, { LastName: 'Beck-Sales' })
      await now.quiet()
      expect(await row(now, 'Contact', contact.Id)).toMatchObject({ LastName: 'Beck-Sales' })
    }))

  it('anonymise: nothing personal is left in either record; ctsf plan says so before and after', () =>
    plays({ config: mapping({ deletion: 'anonymise', personal: ['Contact.Department'] }) }, async now => {
      const { customer, contact, account } = await met(now)
      const other = await met(now, 'other@example.com')
      await now.agent.edits('Contact', contact.Id, { Department: 'Anna’s own' })
      await now.shopper.leaves(customer)
      await now.quiet()
      const left = [await row(now, 'Contact', contact.Id), await row(now, 'Account', account.Id)]
      expect(left[0]).toMatchObject({ CT_Id__c: `demo/${customer.id}`, CT_Locale__c: 'de-CH' })
      expect(JSON.stringify(left)).not.toMatch(personal)
      expect(left.map(one => one?.Name)).toEqual(['Anonymised', 'Anonymised'])
      expect(await row(now, 'Contact', other.contact.Id)).toMatchObject({ LastName: 'Beck' })
      const { stdout } = await exec(process.execPath, ['bin/ctsf.js', 'plan', 'customer', customer.id], {
        cwd: root,
        env: { ...process.env, CTSF_URL: now.urls.service },
      })
      expect(stdout).toContain('not in commercetools: this is what its deletion does')
      expect(stdout).toContain('was not linked')
    }))

  it('erasure: refused by a rule of the org it is listed; once a person has removed the record a retry is the end of it', () =>
    plays(
      {
        config: mapping({ deletion: 'unlink' }),
        org: { validationRules: [{ object: 'Contact', field: 'Email', op: 'blank', message: 'we need an email' }] },
      },
      async now => {
        const { customer, contact, account } = await met(now)
        await now.shopper.leaves(customer, { erase: true })
        await now.quiet()
        const open = () =>
          now.api<{ items: { id: string; role: string; failure: { code: string } }[] }>('/failures?state=open')
        const { items } = await open()
        expect(items).toMatchObject([{ role: 'contact', failure: { code: 'ERASURE_FAILED' } }])
        expect(await row(now, 'Contact', contact.Id)).toMatchObject({ LastName: 'Beck' })
        expect(await row(now, 'Account', account.Id)).toMatchObject({ Name: 'Anonymised' })
        await crmDoes(now, 'delete', { object: 'Contact', id: contact.Id })
        await now.retry(items[0]?.id ?? '')
        await now.quiet()
        expect((await open()).items).toEqual([])
        expect((await now.status()).links).toBe(0)
      },
    ))

  it('delete: both records go to the bin, and another one’s Contact keeps its Account', () =>
    plays({ config: mapping({ deletion: 'delete' }) }, async now => {
      const [one, two, three] = [await met(now), await met(now, 'two@example.com'), await met(now, 'three@example.com')]
      await now.agent.edits('Contact', three.contact.Id, { AccountId: two.account.Id })
      const calls = await now.crm.calls()
      await now.shopper.leaves(one.customer)
      await now.shopper.leaves(two.customer)
      await now.quiet()
      expect((await now.crm.calls()) - calls).toBeGreaterThan(0)
      const gone = async (object: string, id: string) => (await row(now, object, id))?.IsDeleted
      expect([await gone('Contact', one.contact.Id), await gone('Account', one.account.Id)]).toEqual([true, true])
      expect([await gone('Contact', two.contact.Id), await gone('Account', two.account.Id)]).toEqual([true, false])
      expect(await row(now, 'Account', two.account.Id)).toMatchObject({ Name: 'Anonymised', BillingCity: null })
      expect(await gone('Contact', three.contact.Id)).toBe(false)
      const { items } = await now.api<{ items: unknown[] }>('/failures?state=open')
      expect(items).toEqual([])
    }))

  it('delete: what sales deleted or merged away before is done', () =>
    plays({ config: mapping({ deletion: 'delete' }) }, async now => {
      const [one, two] = [await met(now), await met(now, 'two@example.com')]
      await crmDoes(now, 'delete', { object: 'Contact', id: one.contact.Id })
      await crmDoes(now, 'merge', { object: 'Account', masterId: two.account.Id, loserId: one.account.Id })
      await now.shopper.leaves(one.customer)
      await now.quiet()
      expect(await row(now, 'Account', two.account.Id)).toMatchObject({ IsDeleted: false, Name: 'Beckerei' })
      expect((await now.status()).links).toBe(2)
      expect((await now.status()).failures).toBe(0)
    }))

  it.each(['ignore', 'unlink'])('erasure: takes the person out of Salesforce although the policy is %s', how =>
    plays({ config: mapping({ deletion: how }) }, async now => {
      const { customer, contact, account } = await met(now)
      await now.shopper.leaves(customer, { erase: true })
      await now.quiet()
      const left = [await row(now, 'Contact', contact.Id), await row(now, 'Account', account.Id)]
      expect(left.map(one => one?.CT_Id__c)).toEqual([null, null])
      expect(JSON.stringify(left)).not.toMatch(personal)
      expect((await now.status()).links).toBe(0)
    }),
  )
})
