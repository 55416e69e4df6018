/** Guests, story by story: people who buy without an account, sign up later, and buy again. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CrmRow, type World, world } from '../../world.ts'
import { all, at, buys, type Fields, home, type Made, of, type Step, signsUp, times } from './guestSteps.ts'

type Story = {
  readonly name: string
  /** One after the other, with everything settled in between. */
  readonly steps: readonly Step[]
  /** Emails whose contacts are looked at. */
  readonly emails: readonly string[]
  /** What they are in the end, in no order; `key` is a name among the things made, or `guest`. */
  readonly contacts: readonly { readonly key: string; readonly holds?: Fields }[]
  readonly asked?: readonly string[]
}

const knows =
  (fields: Fields): Step =>
  async (now, made) => {
    const AccountId = await now.agent.makes('Account', { Name: 'ACME' })
    made.known = { id: await now.agent.makes('Contact', { AccountId, ...fields }), version: 0 }
  }

const stories: readonly Story[] = [
  {
    name: 'one order, one contact in an Account of its own',
    steps: [buys({ customerEmail: at('one'), ...home('One', { phone: '0221 1234567' }) })],
    emails: [at('one')],
    contacts: [
      { key: 'guest', holds: { FirstName: 'Gil', LastName: 'One', MailingCity: 'Köln', Phone: '+492211234567' } },
    ],
  },
  {
    name: 'ten orders at once are one person',
    steps: [times(10, { customerEmail: at('ten'), ...home('Ten') })],
    emails: [at('ten')],
    contacts: [{ key: 'guest' }],
  },
  {
    name: 'the newest order tells, and what it does not say the one before',
    steps: [
      buys({ customerEmail: at('newest'), ...home('Old', { phone: '0221 1234567' }) }),
      buys({ customerEmail: at('newest'), shippingAddress: { country: 'CH', city: 'Bern', lastName: 'Gift' } }),
      buys({ customerEmail: at('newest'), ...home('New', { city: 'Bonn' }) }),
    ],
    emails: [at('newest')],
    contacts: [{ key: 'guest', holds: { LastName: 'New', MailingCity: 'Bonn', OtherCity: 'Bern', Phone: null } }],
  },
  {
    name: 'buys five times, registers, buys again: the same contact, with its history',
    steps: [
      times(5, { customerEmail: at('five'), ...home('Five', { mobile: '0170 1234567' }) }),
      signsUp({ email: at('five'), firstName: 'Fiona', lastName: 'Five' }),
      buys({ customerEmail: at('five'), ...home('Five', { city: 'Elsewhere' }) }),
    ],
    emails: [at('five')],
    contacts: [{ key: 'customer', holds: { FirstName: 'Fiona', MailingCity: 'Köln', MobilePhone: '+491701234567' } }],
  },
  {
    name: 'an order after the registration is the customer’s, and writes nothing',
    steps: [
      signsUp({ email: at('after'), firstName: 'Ada', lastName: 'After' }),
      times(3, { customerEmail: at('after'), ...home('After') }),
    ],
    emails: [at('after')],
    contacts: [{ key: 'customer', holds: { FirstName: 'Ada', MailingCity: null } }],
  },
  {
    name: 'the email is written in another case',
    steps: [
      all(
        buys({ customerEmail: 'CASE@Example.com', ...home('Case') }),
        buys({ customerEmail: ' case@example.com ', ...home('Case') }),
      ),
      signsUp({ email: 'Case@EXAMPLE.com', lastName: 'Case' }),
    ],
    emails: [at('case')],
    contacts: [{ key: 'customer' }],
  },
  {
    name: 'accents in the name are composed of other characters',
    steps: [
      buys({ customerEmail: at('rene'), ...home('Rene\u0301') }),
      buys({ customerEmail: at('rene'), ...home('Ren\u00e9') }),
      signsUp({ email: at('rene'), lastName: 'Rene\u0301' }),
    ],
    emails: [at('rene')],
    contacts: [{ key: 'customer', holds: { LastName: 'Ren\u00e9' } }],
  },
  {
    name: 'a contact whom sales has already, with their last name, is theirs',
    steps: [
      knows({ Email: at('known'), LastName: 'Known', Department: 'Sales' }),
      buys({ customerEmail: at('known'), ...home('KNOWN') }),
      signsUp({ email: at('known'), lastName: 'Known' }),
    ],
    emails: [at('known')],
    contacts: [{ key: 'customer', holds: { Department: 'Sales', FirstName: 'Gil' } }],
  },
  {
    name: 'a contact of another last name: a person is asked',
    steps: [
      knows({ Email: at('stranger'), LastName: 'Stranger' }),
      buys({ customerEmail: at('stranger'), ...home('Danger') }),
    ],
    emails: [at('stranger')],
    contacts: [{ key: '', holds: { LastName: 'Stranger', FirstName: null } }],
    asked: ['disagrees'],
  },
  {
    name: 'nothing confirms the email of an order',
    steps: [knows({ Email: at('unsure'), LastName: 'Sure' }), buys({ customerEmail: at('unsure') })],
    emails: [at('unsure')],
    contacts: [{ key: '', holds: { LastName: 'Sure' } }],
    asked: ['ambiguous'],
  },
  {
    name: 'somebody of another last name registers with the guest’s email: a person is asked',
    steps: [
      buys({ customerEmail: at('shared'), ...home('Huber') }),
      signsUp({ email: at('shared'), lastName: 'Beck', isEmailVerified: true }),
    ],
    emails: [at('shared')],
    contacts: [{ key: 'guest', holds: { LastName: 'Huber' } }],
    asked: ['disagrees'],
  },
  {
    name: 'a registration without a name or a proof: a person is asked',
    steps: [buys({ customerEmail: at('unproved'), ...home('Name') }), signsUp({ email: at('unproved') })],
    emails: [at('unproved')],
    contacts: [{ key: 'guest' }],
    asked: ['ambiguous'],
  },
  {
    name: 'a verified email is proof enough',
    steps: [
      buys({ customerEmail: at('proved'), ...home('Name') }),
      signsUp({ email: at('proved'), isEmailVerified: true }),
    ],
    emails: [at('proved')],
    contacts: [{ key: 'customer', holds: { LastName: 'Name', CT_Email_Verified__c: true } }],
  },
  {
    name: 'sales changed the contact’s email meanwhile: it is the guest’s all the same',
    steps: [
      buys({ customerEmail: at('renamed'), ...home('Renamed') }),
      async now => {
        const [row] = (await now.crm.rows('Contact')).filter(one => one.Email === at('renamed'))
        await now.agent.edits('Contact', row?.Id ?? '', { Email: at('elsewhere') })
      },
      signsUp({ email: at('renamed'), lastName: 'Renamed' }),
    ],
    emails: [at('renamed'), at('elsewhere')],
    contacts: [{ key: 'customer', holds: { Email: at('renamed') } }],
  },
  {
    name: 'a guest of two stores is one person',
    steps: [
      all(
        buys({ customerEmail: at('stores'), store: { typeId: 'store', key: 'at' }, ...home('Stores') }),
        buys({ customerEmail: at('stores'), store: { typeId: 'store', key: 'de' }, ...home('Stores') }),
      ),
      signsUp({ email: at('stores'), lastName: 'Stores', stores: [{ typeId: 'store', key: 'at' }] }),
    ],
    emails: [at('stores')],
    contacts: [{ key: 'customer' }],
  },
  {
    name: 'the order is given to the customer who signed up',
    steps: [
      buys({ customerEmail: at('given'), ...home('Given') }, 'order'),
      signsUp({ email: at('given'), lastName: 'Given' }),
      (now, made) =>
        now.merchant.changes('orders', of(made, 'order'), {
          action: 'setCustomerId',
          customerId: of(made, 'customer').id,
        }),
    ],
    emails: [at('given')],
    contacts: [{ key: 'customer' }],
  },
  {
    name: 'the order is given to the customer before anybody has looked',
    steps: [
      async (now, made) => {
        await buys({ customerEmail: at('early'), ...home('Early') }, 'order')(now, made)
        await signsUp({ email: at('early'), lastName: 'Early' })(now, made)
        const { id: customerId } = of(made, 'customer')
        await now.merchant.changes('orders', of(made, 'order'), { action: 'setCustomerId', customerId })
      },
    ],
    emails: [at('early')],
    contacts: [{ key: 'customer' }],
  },
  {
    name: 'an order of a customer shows no guest',
    steps: [
      signsUp({ email: at('owner'), lastName: 'Owner' }),
      (now, made) =>
        now.buyer.orders({
          customerId: of(made, 'customer').id,
          customerEmail: at('other-address'),
          ...home('Other'),
        }),
    ],
    emails: [at('owner'), at('other-address')],
    contacts: [{ key: 'customer' }],
  },
  {
    name: 'an order’s email is put right: it is another guest’s then',
    steps: [
      buys({ customerEmail: at('tpyo'), ...home('Typo') }, 'order'),
      (now, made) =>
        now.merchant.changes('orders', of(made, 'order'), { action: 'setCustomerEmail', email: at('typo') }),
    ],
    emails: [at('tpyo'), at('typo')],
    contacts: [{ key: 'guest' }, { key: 'guest' }],
  },
  {
    name: 'an order’s email is changed to a customer’s',
    steps: [
      signsUp({ email: at('right'), lastName: 'Right' }),
      buys({ customerEmail: at('wrong'), ...home('Right') }, 'order'),
      (now, made) =>
        now.merchant.changes('orders', of(made, 'order'), { action: 'setCustomerEmail', email: at('right') }),
    ],
    emails: [at('right'), at('wrong')],
    contacts: [{ key: 'customer' }, { key: 'guest' }],
  },
  {
    name: 'a customer’s email changed to a guest’s is an email, and no new identity',
    steps: [
      all(
        buys({ customerEmail: at('later'), ...home('Later') }),
        signsUp({ email: at('sooner'), lastName: 'Later', firstName: 'Lea' }),
      ),
      async (now, made) => now.shopper.changes(of(made, 'customer'), { action: 'changeEmail', email: at('later') }),
    ],
    emails: [at('later')],
    contacts: [{ key: 'customer' }, { key: 'guest' }],
  },
  {
    name: 'sales merges the guest’s contact into the customer’s: nobody is asked',
    steps: [
      all(
        buys({ customerEmail: at('merged-guest'), ...home('Merged') }),
        signsUp({ email: at('merged'), lastName: 'Merged', firstName: 'Mia' }),
      ),
      async now => {
        const rows = await now.crm.rows('Contact')
        const idOf = (email: string): string => rows.find(row => row.Email === email)?.Id ?? ''
        await now.agent.merges('Contact', idOf(at('merged')), idOf(at('merged-guest')))
      },
      buys({ customerEmail: at('merged-guest'), ...home('Merged', { city: 'Elsewhere' }) }),
    ],
    emails: [at('merged'), at('merged-guest')],
    contacts: [{ key: 'customer', holds: { FirstName: 'Mia' } }],
  },
  {
    name: 'no email, an email of spaces, and what is no email make nobody',
    steps: [
      all(
        buys({ ...home('Nobody') }),
        buys({ customerEmail: '   ', ...home('Nobody') }),
        buys({ customerEmail: 'nobody', ...home('Nobody') }),
        buys({ customerEmail: `${'n'.repeat(10_000)}@example.com`, ...home('Nobody') }),
      ),
    ],
    emails: [],
    contacts: [],
  },
  {
    name: 'a quote, a percent sign and SOQL in an email are characters',
    steps: [
      all(
        buys({ customerEmail: "o'hara@example.com", ...home("O'Hara") }),
        buys({ customerEmail: 'per%cent@example.com', ...home('Percent') }),
        buys({ customerEmail: "x'or'y@example.com", ...home('Soql') }),
      ),
      buys({ customerEmail: "O'HARA@example.com", ...home("O'Hara") }),
    ],
    emails: ["o'hara@example.com", 'per%cent@example.com', "x'or'y@example.com"],
    contacts: [{ key: 'guest' }, { key: 'guest' }, { key: 'guest' }],
  },
]

type Open = { readonly kind: string; readonly source: { id: string }; readonly candidates: { id: string }[] }
const conflictsOf = async (now: World): Promise<readonly Open[]> =>
  (await now.api<{ items: Open[] }>('/conflicts?state=open&limit=200')).items

describe('guests', { timeout: 120_000 }, () => {
  let now: World
  const made = new Map<Story, Made>()
  let contacts: readonly CrmRow[] = []
  let accounts: readonly CrmRow[] = []
  let open: readonly Open[] = []

  beforeAll(async () => {
    now = await world({ subscribeTo: ['order'], config: { pace: { pollMs: 1_000 } } })
    for (const key of ['at', 'de']) await now.merchant.makes('stores', { key })
    for (let n = 0; n < 3; n++) {
      await Promise.all(
        stories.map(async story => {
          const things = made.get(story) ?? {}
          made.set(story, things)
          await story.steps[n]?.(now, things)
        }),
      )
      await now.quiet()
    }
    contacts = await now.crm.rows('Contact')
    accounts = await now.crm.rows('Account')
    open = await conflictsOf(now)
  }, 120_000)
  afterAll(async () => {
    await now[Symbol.asyncDispose]()
  })

  it.each(stories)('$name', story => {
    const things = made.get(story) ?? {}
    const nameOf = (key: unknown): string => {
      if (typeof key !== 'string') return ''
      if (key.startsWith('demo/guest/')) return 'guest'
      return Object.keys(things).find(name => `demo/${of(things, name).id}` === key) ?? key
    }
    const theirs = contacts.filter(row => story.emails.includes(String(row.Email)))
    const named = theirs.map(row => ({ key: nameOf(row.CT_Id__c), row }))
    expect(named.map(one => one.key).sort()).toEqual(story.contacts.map(one => one.key).sort())
    for (const { key, holds = {} } of story.contacts)
      expect(named.filter(one => one.key === key).map(one => one.row)).toContainEqual(expect.objectContaining(holds))
    const ids = theirs.map(row => row.Id)
    const asked = open.filter(one => one.candidates.some(({ id }) => ids.includes(id)))
    expect(asked.map(one => one.kind)).toEqual(story.asked ?? [])
    // An Account of ours bears the key of its Contact.
    for (const row of theirs)
      expect([row.CT_Id__c, null, undefined]).toContain(accounts.find(one => one.Id === row.AccountId)?.CT_Id__c)
  })

  it('nothing failed, and nobody else was made', async () => {
    expect(await now.status()).toMatchObject({ failures: 0 })
    const emails = stories.flatMap(story => story.emails)
    expect(contacts.filter(row => !emails.includes(String(row.Email)))).toEqual([])
    const mine = contacts.filter(row => row.CT_Id__c)
    expect(new Set(mine.map(row => row.CT_Id__c)).size).toBe(mine.length)
  })

  it('the people of the shop buy as guests, sign up, and get their orders: one contact each', async () => {
    const before = (await now.crm.rows('Contact')).length
    await now.people.play('guest', { rate: 200, customers: 8 })
    await now.people.done()
    await now.quiet()
    const rows = await now.crm.rows('Contact')
    expect(rows.length).toBe(before + 8)
    expect(rows.slice(before).filter(row => String(row.CT_Id__c).startsWith('demo/guest/'))).toEqual([])
  })
})
