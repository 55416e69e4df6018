/** Who is who, story by story: all arrive at once, and each row of the table says what has become of its own. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { until } from '../../ports.ts'
import { type CrmRow, type Customer, type World, world } from '../../world.ts'
import { at, type Story, stories } from './table.ts'

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

describe('who is who', { timeout: 120_000 }, () => {
  let now: World
  let company: string
  const people = new Map<Story, { readonly customer: Customer; readonly known: readonly string[] }>()
  let contacts: readonly CrmRow[] = []
  type Open = { id: string; kind: string; source: { side: string; id: string }; candidates: { id: string }[] }
  let open: readonly Open[] = []
  const conflicts = async (): Promise<readonly Open[]> =>
    (await now.api<{ items: Open[] }>('/conflicts?state=open&limit=200')).items
  const of = (story: Story | undefined) => {
    const found = story && people.get(story)
    if (found === undefined) throw new Error('no such story')
    return found
  }

  beforeAll(async () => {
    now = await world({ config })
    company = await now.agent.makes('Account', { Name: 'ACME' })
    await Promise.all(
      stories.map(async story => {
        const known: string[] = []
        for (const { inTheBin, ...fields } of story.knows ?? []) {
          const id = await now.agent.makes('Contact', { AccountId: company, ...fields })
          if (inTheBin) await now.agent.deletes('Contact', id)
          known.push(id)
        }
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
      expect(theirs[0]).toMatchObject(holds)
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
    const asked = open.filter(one => one.source.side === 'commerce').length
    expect([report.looked, linked]).toEqual([stories.length, stories.length - asked])
    expect(contactGroups.filter(one => one.is !== 'linked').reduce((sum, one) => sum + one.count, 0)).toBe(asked)
    expect((await now.crm.rows('Contact')).length).toBe(contacts.length)
  })

  it('the declared key says A and the email says B: a person is asked about B, and nobody waits for that', () => {
    const { customer, known } = of(stories.find(one => one.name.startsWith('the declared key says A')) ?? stories[0])
    const about = open.filter(one => one.source.side === 'crm')
    expect(about).toMatchObject([{ kind: 'disagrees', source: { id: known[1] }, candidates: [{ id: known[0] }] }])
    expect(about[0]).toMatchObject({ why: expect.stringContaining(`demo/${customer.id}`), waiting: 0 })
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

    it('the one that the email led to is merged into the one of the declared key: nobody is asked any more', async () => {
      const { customer, known } = of(story('the declared key says A'))
      const [a = '', b = ''] = known
      await now.agent.merges('Contact', a, b)
      await until(conflicts, some => !some.some(one => one.source.id === b), 20_000)
      await now.quiet()
      expect((await theirs(customer))?.Id).toBe(a)
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
