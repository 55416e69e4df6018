/** Who is who, story by story: all arrive at once, and each row of the table says what has become of its own. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { until } from '../ports.ts'
import { type CrmRow, type Customer, type World, world } from '../world.ts'

const config = {
  pace: { pollMs: 1_000 },
  mappings: {
    'customer-person': {
      fields: { 'Contact.Title': { owner: 'latest' } },
      match: {
        Contact: [
          { by: 'external-id', crm: 'CT_Customer_Number__c', commerce: 'customerNumber' },
          {
            by: 'fallback',
            crm: 'Email',
            commerce: 'email',
            when: 'isEmailVerified',
            agree: ['LastName', 'MobilePhone'],
            corroborate: ['LastName'],
            prefer: [{ crm: 'Department', is: 'VIP' }],
          },
        ],
      },
    },
  },
}

type Fields = Readonly<Record<string, unknown>>
type Outcome =
  /** The contact at this place of `knows` is theirs, and no other is made. */
  | { readonly linked: number }
  /** One contact of their own. */
  | 'created'
  /** A person is asked, with these contacts to choose from. */
  | { readonly asked: string; readonly about: readonly number[] }

type Story = {
  readonly name: string
  /** Contacts that Salesforce has before. */
  readonly knows?: readonly Fields[]
  readonly signsUp: Fields
  readonly becomes: Outcome
  /** What their contact then holds. */
  readonly holds?: Fields
  readonly doesNotHold?: Fields
}

const at = (name: string): string => `${name}@example.com`
const home = (more: Fields): Fields => ({ addresses: [{ country: 'DE', ...more }], defaultBillingAddress: 0 })

const stories: readonly Story[] = [
  { name: 'nobody knows them', signsUp: { email: at('new'), lastName: 'New' }, becomes: 'created' },
  {
    name: 'a contact with their email and last name is theirs',
    knows: [{ Email: at('plain'), LastName: 'Plain' }],
    signsUp: { email: at('plain'), lastName: 'Plain', firstName: 'Pia' },
    becomes: { linked: 0 },
    holds: { FirstName: 'Pia' },
  },
  {
    name: 'the email is written in another case, the name without its accents',
    knows: [{ Email: at('muller'), LastName: 'MULLER-LUDENSCHEIDT' }],
    signsUp: { email: 'MULLER@Example.COM', lastName: 'Müller Lüdenscheidt' },
    becomes: { linked: 0 },
    holds: { LastName: 'Müller Lüdenscheidt' },
  },
  {
    name: 'the name is composed of other characters that look the same',
    knows: [{ Email: at('rene'), LastName: 'Rene\u0301' }],
    signsUp: { email: at('rene'), lastName: 'Ren\u00e9' },
    becomes: { linked: 0 },
  },
  {
    name: 'a mobile number written in another way confirms it',
    knows: [{ Email: at('phone'), LastName: 'Ann', MobilePhone: '0170 / 123 45 67' }],
    signsUp: { email: at('phone'), ...home({ mobile: '+49 170 1234567' }) },
    becomes: { linked: 0 },
  },
  {
    name: 'nothing confirms an unverified email',
    knows: [{ Email: at('unsure'), LastName: 'Sure' }],
    signsUp: { email: at('unsure') },
    becomes: { asked: 'ambiguous', about: [0] },
  },
  {
    name: 'a verified email needs nothing else',
    knows: [{ Email: at('verified'), LastName: 'Sure' }],
    signsUp: { email: at('verified'), isEmailVerified: true },
    becomes: { linked: 0 },
  },
  {
    name: 'a family shares an email: the last name says somebody else',
    knows: [{ Email: at('family'), LastName: 'Huber' }],
    signsUp: { email: at('family'), lastName: 'Beck', isEmailVerified: true },
    becomes: { asked: 'disagrees', about: [0] },
  },
  {
    name: 'of a family the one with the last name is theirs',
    knows: [
      { Email: at('patchwork'), LastName: 'Huber' },
      { Email: at('patchwork'), LastName: 'Beck' },
    ],
    signsUp: { email: at('patchwork'), lastName: 'Beck' },
    becomes: { linked: 1 },
  },
  {
    name: 'two of one name and email cannot be told apart',
    knows: [
      { Email: at('twins'), LastName: 'Beck' },
      { Email: at('twins'), LastName: 'Beck' },
    ],
    signsUp: { email: at('twins'), lastName: 'Beck' },
    becomes: { asked: 'ambiguous', about: [0, 1] },
  },
  {
    name: 'of two the preferred one is theirs',
    knows: [
      { Email: at('vip'), LastName: 'Beck', Department: 'Old' },
      { Email: at('vip'), LastName: 'Beck', Department: 'VIP' },
    ],
    signsUp: { email: at('vip'), lastName: 'Beck' },
    becomes: { linked: 1 },
  },
  {
    name: 'two are preferred: a person is asked about those only',
    knows: [
      { Email: at('vips'), LastName: 'Beck', Department: 'VIP' },
      { Email: at('vips'), LastName: 'Beck', Department: 'VIP' },
      { Email: at('vips'), LastName: 'Beck' },
    ],
    signsUp: { email: at('vips'), lastName: 'Beck' },
    becomes: { asked: 'ambiguous', about: [0, 1] },
  },
  {
    name: 'a declared key is theirs, whatever the email says',
    knows: [{ CT_Customer_Number__c: 'N-1', Email: 'old@example.org', LastName: 'Other' }],
    signsUp: { email: at('number'), lastName: 'Beck', customerNumber: 'N-1' },
    becomes: { linked: 0 },
    holds: { Email: at('number'), LastName: 'Beck' },
  },
  {
    name: 'the declared key says A and the email says B: A',
    knows: [
      { CT_Customer_Number__c: 'N-2', LastName: 'Beck' },
      { Email: at('both'), LastName: 'Beck' },
    ],
    signsUp: { email: at('both'), lastName: 'Beck', customerNumber: 'N-2' },
    becomes: { linked: 0 },
  },
  {
    name: 'a declared key that two contacts bear',
    knows: [
      { CT_Customer_Number__c: 'N-3', LastName: 'A' },
      { CT_Customer_Number__c: 'N-3', LastName: 'B' },
    ],
    signsUp: { email: at('number3'), lastName: 'Beck', customerNumber: 'N-3' },
    becomes: { asked: 'ambiguous', about: [0, 1] },
  },
  {
    name: 'a declared key in another case is another key',
    knows: [{ CT_Customer_Number__c: 'n-4', LastName: 'A' }],
    signsUp: { email: at('number4'), lastName: 'Beck', customerNumber: 'N-4' },
    becomes: 'created',
  },
  {
    name: 'the contact bears the key of a project that is not served',
    knows: [{ CT_Id__c: 'elsewhere/1', Email: at('foreign'), LastName: 'Beck' }],
    signsUp: { email: at('foreign'), lastName: 'Beck' },
    becomes: { asked: 'foreign', about: [0] },
  },
  {
    name: 'the contact bears the key of another customer',
    knows: [{ CT_Id__c: 'demo/00000000-0000-4000-8000-000000000000', Email: at('claimed'), LastName: 'Beck' }],
    signsUp: { email: at('claimed'), lastName: 'Beck' },
    becomes: { asked: 'claimed', about: [0] },
  },
  {
    name: 'plus addresses are addresses of their own',
    knows: [{ Email: at('plus'), LastName: 'Beck' }],
    signsUp: { email: 'plus+shop@example.com', lastName: 'Beck' },
    becomes: 'created',
  },
  {
    name: 'dots in an address mean something',
    knows: [{ Email: at('dotted'), LastName: 'Beck' }],
    signsUp: { email: 'dot.ted@example.com', lastName: 'Beck' },
    becomes: 'created',
  },
  {
    name: 'contacts without an email are not those of people without a match',
    knows: [{ LastName: 'Nobody' }],
    signsUp: { email: at('somebody'), lastName: 'Nobody' },
    becomes: 'created',
  },
  {
    name: 'a quote in the email is a character',
    knows: [{ Email: "o'hara@example.com", LastName: "O'Hara" }],
    signsUp: { email: "o'hara@example.com", lastName: "O'Hara" },
    becomes: { linked: 0 },
  },
  {
    name: 'a percent sign matches only itself',
    knows: [{ Email: 'axb@example.com', LastName: 'Beck' }],
    signsUp: { email: 'a%b@example.com', lastName: 'Beck' },
    becomes: 'created',
  },
  {
    name: 'an underscore matches only itself',
    knows: [{ Email: 'cxd@example.com', LastName: 'Beck' }],
    signsUp: { email: 'c_d@example.com', lastName: 'Beck' },
    becomes: 'created',
  },
  {
    name: 'a customer number that looks like SOQL is compared as it is',
    knows: [{ CT_Customer_Number__c: "x' OR Name != '", LastName: 'A' }],
    signsUp: { email: at('soql'), lastName: 'Beck', customerNumber: "x' OR Name != '" },
    becomes: { linked: 0 },
  },
  {
    name: 'a customer number with a backslash, a quote and a line break',
    knows: [],
    signsUp: { email: at('odd'), lastName: 'Beck', customerNumber: '\\"\n\'' },
    becomes: 'created',
  },
  {
    name: 'a contact in a company’s Account stays there, and the Account is left alone',
    knows: [{ Email: at('employee'), LastName: 'Beck', Title: 'Buyer' }],
    signsUp: { email: at('employee'), lastName: 'Beck', companyName: 'Somewhere Else Ltd' },
    becomes: { linked: 0 },
    holds: { Title: 'Buyer' },
  },
]

describe('who is who', { timeout: 120_000 }, () => {
  let now: World
  let company: string
  const people = new Map<Story, { readonly customer: Customer; readonly known: readonly string[] }>()
  let contacts: readonly CrmRow[] = []
  type Open = { readonly id: string; kind: string; source: { id: string }; candidates: { id: string }[] }
  let open: readonly Open[] = []
  const conflicts = async (): Promise<readonly Open[]> =>
    (await now.api<{ items: Open[] }>('/conflicts?state=open&limit=200')).items
  const of = (story: Story) => {
    const found = people.get(story)
    if (found === undefined) throw new Error('no such story')
    return found
  }

  beforeAll(async () => {
    now = await world({ config })
    company = await now.agent.makes('Account', { Name: 'ACME' })
    await Promise.all(
      stories.map(async story => {
        const known: string[] = []
        for (const fields of story.knows ?? [])
          known.push(await now.agent.makes('Contact', { AccountId: company, ...fields }))
        const draft = { password: 'secret-enough', ...story.signsUp }
        people.set(story, { customer: await now.shopper.signsUp(draft), known })
      }),
    )
    await now.quiet()
    contacts = await now.crm.rows('Contact')
    open = await conflicts()
  })
  afterAll(async () => {
    await now[Symbol.asyncDispose]()
  })

  it.each(stories)('$name', story => {
    const { customer, known } = of(story)
    const theirs = contacts.filter(row => row.CT_Id__c === `demo/${customer.id}`)
    const asked = open.filter(one => one.source.id === `demo/${customer.id}`)
    const { becomes, holds = {} } = story
    if (becomes === 'created') {
      expect([theirs.length, asked]).toEqual([1, []])
      expect(known).not.toContain(theirs[0]?.Id)
      expect(theirs[0]?.AccountId).not.toBe(company)
    } else if ('linked' in becomes) {
      expect(asked).toEqual([])
      expect(theirs.map(row => row.Id)).toEqual([known[becomes.linked]])
      expect(theirs[0]).toMatchObject({ AccountId: company, ...holds })
    } else {
      expect(theirs).toEqual([])
      expect(asked).toMatchObject([{ kind: becomes.asked }])
      expect(asked[0]?.candidates.map(one => one.id).sort()).toEqual(becomes.about.map(n => known[n]).sort())
    }
  })

  it('nobody who is asked about holds up anybody else, and no Account was made for them', async () => {
    const created = stories.filter(story => story.becomes === 'created')
    expect((await now.crm.rows('Account')).length).toBe(created.length + 1)
    expect(await now.status()).toMatchObject({ failures: 0 })
    expect(await now.crm.rows('Account')).toContainEqual(expect.objectContaining({ Id: company, Name: 'ACME' }))
  })

  it('a dry run of matching says the same, and writes nothing', async () => {
    type Report = { looked: number; groups: { role: string; is: string; count: number }[] }
    const report = await now.ctsf<Report>('plan', '--match-only', '--mapping', 'customer-person')
    const contactGroups = report.groups.filter(one => one.role === 'contact')
    const linked = contactGroups.filter(one => one.is === 'linked').reduce((sum, one) => sum + one.count, 0)
    expect([report.looked, linked]).toEqual([stories.length, stories.length - open.length])
    expect(contactGroups.filter(one => one.is !== 'linked').reduce((sum, one) => sum + one.count, 0)).toBe(open.length)
    expect((await now.crm.rows('Contact')).length).toBe(contacts.length)
  })

  describe('later', () => {
    const story = (name: string): Story => {
      const found = stories.find(one => one.name.startsWith(name))
      if (found === undefined) throw new Error(`no story ${name}`)
      return found
    }
    const theirs = (customer: Customer): Promise<CrmRow | undefined> => now.crm.contact(customer)

    it('a contact that is merged while the shop changes the customer: the survivor gets the change', async () => {
      const { customer, known } = of(story('a contact with their email'))
      const survivor = await now.agent.makes('Contact', { LastName: 'Survivor', Email: at('plain') })
      await now.agent.merges('Contact', survivor, known[0] ?? '')
      await now.shopper.changes(await now.shopper.sees(customer), { action: 'setFirstName', firstName: 'Paula' })
      await until(
        () => theirs(customer),
        row => row?.Id === survivor && row.FirstName === 'Paula',
        20_000,
      )
      await now.quiet()
      expect(await theirs(customer)).toMatchObject({ LastName: 'Plain' })
      expect((await conflicts()).filter(one => one.source.id === `demo/${customer.id}`)).toEqual([])
    })

    it('two customers’ contacts merged into one: a person is asked, and neither is overwritten', async () => {
      const [a, b] = [of(story('nobody knows them')).customer, of(story('plus addresses')).customer]
      const [of1, of2] = [await theirs(a), await theirs(b)]
      await now.agent.merges('Contact', of1?.Id ?? '', of2?.Id ?? '')
      const asked = await until(conflicts, some => some.some(one => one.source.id === `demo/${b.id}`), 20_000)
      expect(asked.filter(one => one.source.id === `demo/${b.id}`)).toMatchObject([
        { kind: 'claimed', candidates: [{ id: of1?.Id }] },
      ])
      expect(await theirs(a)).toMatchObject({ Email: at('new'), LastName: 'New' })
    })

    it('a contact deleted, then undeleted: asked, and over by itself', async () => {
      const { customer } = of(story('dots in an address'))
      const { Id = '' } = (await theirs(customer)) ?? {}
      await now.agent.deletes('Contact', Id)
      const isAsked = (some: readonly Open[]) => some.some(one => one.source.id === `demo/${customer.id}`)
      const asked = await until(conflicts, isAsked, 20_000)
      expect(asked.find(one => one.source.id === `demo/${customer.id}`)).toMatchObject({ kind: 'deleted' })
      await now.agent.undeletes('Contact', Id)
      await until(conflicts, some => !isAsked(some), 20_000)
      await now.shopper.changes(await now.shopper.sees(customer), { action: 'setLastName', lastName: 'Back' })
      await until(
        () => theirs(customer),
        row => row?.LastName === 'Back',
        20_000,
      )
    })

    it('an email changed to one that another contact holds is an email, and no new identity', async () => {
      const { customer } = of(story('contacts without an email'))
      const mine = await theirs(customer)
      await now.shopper.changes(await now.shopper.sees(customer), { action: 'changeEmail', email: at('axb') })
      await until(
        () => theirs(customer),
        row => row?.Email === at('axb'),
        20_000,
      )
      expect((await theirs(customer))?.Id).toBe(mine?.Id)
    })

    it('what a person decides is carried out: this is the one, or a new one, or nobody', async () => {
      const [link, create, ignore] = [story('two of one name'), story('nothing confirms'), story('a family shares')]
      const conflictOf = (one: Story) => open.find(each => each.source.id === `demo/${of(one).customer.id}`)?.id ?? ''
      const [, second = ''] = of(link).known
      await now.decide(conflictOf(link), { do: 'link', crm: { type: 'Contact', id: second } })
      await now.decide(conflictOf(create), { do: 'create' })
      await now.decide(conflictOf(ignore), { do: 'ignore' })
      await until(
        () => theirs(of(link).customer),
        row => row?.Id === second,
        20_000,
      )
      await until(
        () => theirs(of(create).customer),
        row => row !== undefined,
        20_000,
      )
      await now.quiet()
      expect(of(create).known).not.toContain((await theirs(of(create).customer))?.Id)
      expect(await theirs(of(ignore).customer)).toBeUndefined()
      const left = (await conflicts()).map(one => one.source.id)
      for (const one of [link, create, ignore]) expect(left).not.toContain(`demo/${of(one).customer.id}`)
    })
  })
})
