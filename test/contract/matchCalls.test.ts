/** What matching costs, in calls as the org counts them, and that no value of a customer can make it cost somebody else. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { JsonObject } from '../../src/model/resource.ts'
import { matchingWorld } from './matching.world.ts'
import { context, type SalesforceWorld, salesforceWorld, update, upsert } from './salesforceWorld.ts'

let world: SalesforceWorld
beforeAll(async () => {
  world = await salesforceWorld()
})
afterAll(() => world[Symbol.asyncDispose]())
beforeEach(async () => {
  await world.control('POST', 'reset')
  await world.requests()
})

async function spent(): Promise<number> {
  total += (await world.requests()).reduce((sum, one) => sum + one.cost, 0)
  return total
}
let total = 0

/** Contacts of people whom sales met: with an email, and without our key. Their ids, in this order. */
async function known(emails: readonly string[], lastName = 'Beck'): Promise<readonly string[]> {
  const ids: string[] = []
  for (let at = 0; at < emails.length; at += 200) {
    const rows = emails
      .slice(at, at + 200)
      .map((Email, n) => upsert('Contact', `before/${at + n}`, { fields: { LastName: lastName, Email } }))
    const made = await world.crm.write({ groups: [rows] }, context())
    const refs = made.map(one => {
      if (!one.ok) throw new Error(JSON.stringify(one))
      return one.ref
    })
    await world.crm.write({ groups: [refs.map(ref => update(ref, { fields: { CT_Id__c: null } }))] }, context())
    ids.push(...refs.map(ref => ref.id))
  }
  return ids
}

const idOf = (n: number): string => `${String(n).padStart(8, '0')}-0000-4000-8000-000000000000`
const person = (email: string, more: JsonObject = {}): JsonObject => ({
  email,
  lastName: 'Beck',
  addresses: [],
  ...more,
})
const contactOf = async (n: number) => (await world.rows('Contact')).find(row => row.CT_Id__c === `demo/${idOf(n)}`)

describe('what matching costs', () => {
  test.each([200, 1_000])(
    'in passes of %i: one call for 200 new customers at most, none for those who are linked',
    async size => {
      const email = (n: number): string => `customer.number.${n}@some-company.example.com`
      const ids = await known(Array.from({ length: 400 }, (_, n) => email(n * 3)))
      const { save, drain, asked, store } = matchingWorld(world.crm, spent)
      const people = (firstName: string) =>
        new Map(Array.from({ length: 1_200 }, (_, n) => [idOf(n), person(email(n), { firstName })]))
      await save(people('Anna'))
      expect(await drain(size)).toMatchObject({ review: 0, failed: 0 })
      // The key in two objects, the email in Contacts and in Leads.
      expect(asked.values).toBeGreaterThanOrEqual(1_200 * 4)
      expect(asked.calls).toBeLessThanOrEqual(1_200 / 200)
      expect(new Set([...store.linkRows.values()].map(link => link.crm.id)).intersection(new Set(ids)).size).toBe(400)
      const before = asked.calls
      await save(people('Berta'))
      expect(await drain(size)).toMatchObject({ written: 2_000, failed: 0 })
      expect(asked.calls).toBe(before)
    },
  )

  test('a value list that is too long for one URL is split, and each value found', async () => {
    const long = (n: number): string => `${n}${'x'.repeat(40)}@${'müller'.repeat(3)}${n}.example.com`
    const ascii = (n: number): string => long(n).replaceAll('ü', 'ue')
    await known(Array.from({ length: 300 }, (_, n) => ascii(n)))
    const { save, drain, asked } = matchingWorld(world.crm, spent)
    await save(new Map(Array.from({ length: 300 }, (_, n) => [idOf(n), person(ascii(n).toUpperCase())])))
    expect(await drain(1_000)).toMatchObject({ review: 0, failed: 0 })
    expect((await world.rows('Contact')).length).toBe(300)
    expect(asked.calls).toBeLessThanOrEqual(2)
  })
})

/** Each with a decoy that would be found were it read as anything but itself. */
const hostile: readonly (readonly [name: string, email: string, decoy: string])[] = [
  ['a quote', "o'hara@example.com", 'ohara@example.com'],
  ['a quote that ends the text', "x'@example.com", 'x@example.com'],
  ['a double quote', 'x"y@example.com', 'xy@example.com'],
  ['a backslash', 'back\\slash@example.com', 'backslash@example.com'],
  ['a backslash before the end', "x\\'@example.com", 'x1@example.com'],
  ['a percent sign', '%@example.com', 'anybody@example.com'],
  ['an underscore', 'a_c@example.com', 'abc@example.com'],
  ['a line break', 'a\nb@example.com', 'ab@example.com'],
  ['a tab and a null', 'a\t\u0000b@example.com', 'a.b@example.com'],
  ['half a character', 'a\ud800@example.com', 'a1@example.com'],
  ['SOQL that is always true', "x') OR Name LIKE '%'--@example.com", 'always@example.com'],
  ['SOQL that is not over', "') UNION SELECT Id FROM User@example.com", 'union@example.com'],
  ['a bind', ':email@example.com', 'email@example.com'],
  ['a reference of a composite call', '@{s0.records[0].Id}@example.com', 's0@example.com'],
  ['what a URL is made of', 'a&q=b#c?d+e%27@example.com', "a&q=b#c?d e'@example.com"],
  ['10,000 characters', `${'x'.repeat(10_000)}@example.com`, `${'x'.repeat(60)}@example.com`],
  ['only spaces', '   ', 'spaces@example.com'],
  ['no address', 'nobody', 'nobody@example.com'],
]

describe('hostile emails', () => {
  test('each is compared as it is, links nobody else, and holds up nobody', async () => {
    const sane = hostile.map(([, , decoy]) => decoy).filter(decoy => /^[\w.]+@example\.com$/.test(decoy))
    const decoys = await known(sane)
    const { save, drain, asked, store } = matchingWorld(world.crm, spent)
    const people = new Map(hostile.map(([, email], n) => [idOf(n), person(email)]))
    for (let n = 100; n < 200; n++) people.set(idOf(n), person(`plain.${n}@example.com`))
    await save(people)
    const { review } = await drain(1_000)
    expect([review, asked.calls]).toEqual([0, 1])
    const linked = new Set([...store.linkRows.values()].map(link => link.crm.id))
    expect(linked.intersection(new Set(decoys)).size).toBe(0)
    for (let n = 100; n < 200; n++) expect(await contactOf(n)).toMatchObject({ Email: `plain.${n}@example.com` })
  })

  test.each(["o'hara@example.com", "x'@example.com", 'a_c@example.com', '%@example.com', 'a&q=b?d+e%27@example.com'])(
    '%s: the Contact with that very email is found',
    async email => {
      const [id] = await known([email])
      const { save, drain } = matchingWorld(world.crm, spent)
      await save(new Map([[idOf(1), person(email)]]))
      await drain(10)
      expect((await contactOf(1))?.Id).toBe(id)
    },
  )

  test('of 200 customers three cannot be told apart: the other 197 are written in the same pass', async () => {
    const email = (n: number): string => `p${n}@example.com`
    const unsure = [17, 99, 180]
    await known(unsure.flatMap(n => [email(n), email(n)]))
    const { save, drain, asked, store } = matchingWorld(world.crm, spent)
    await save(new Map(Array.from({ length: 200 }, (_, n) => [idOf(n), person(email(n))])))
    await drain(200)
    const contacts = await world.rows('Contact')
    expect(contacts.filter(row => String(row.CT_Id__c).startsWith('demo/'))).toHaveLength(197)
    expect(store.conflictRows.map(one => [one.kind, one.source.id, one.candidates.length]).sort()).toEqual(
      unsure.map(n => ['ambiguous', `demo/${idOf(n)}`, 2]),
    )
    expect(asked.calls).toBe(1)
  })
})
