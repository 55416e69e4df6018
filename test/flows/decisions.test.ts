import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { root, until } from '../ports.ts'
import { type Customer, type World, world } from '../world.ts'

const config = {
  pace: { pollMs: 1_000 },
  mappings: { 'customer-person': { fields: { 'Contact.Birthdate': { owner: 'review' } } } },
}

type Conflict = {
  id: string
  kind: string
  state: string
  candidates: object[]
  source: { id: string }
  fields: { field: string; crm: unknown }[]
}

/** A person's decisions from the terminal, against everything that runs. */
describe('decisions on conflicts, end to end', { timeout: 60_000 }, () => {
  let now: World
  let customers: Customer[]

  beforeAll(async () => {
    now = await world({ config })
    customers = await Promise.all(
      ['ann', 'ben', 'cid'].map(name =>
        now.shopper.signsUp({
          email: `${name}@example.com`,
          password: 'secret-enough',
          firstName: name,
          lastName: 'Beck',
          dateOfBirth: '1980-01-01',
        }),
      ),
    )
    await now.quiet()
    await now.service.stop()
    for (const [at, customer] of customers.entries()) {
      const contact = await now.crm.contact(customer)
      await now.agent.edits('Contact', contact?.Id ?? '', { Birthdate: `1981-01-0${at + 1}` })
      await now.shopper.changes(customer, { action: 'setDateOfBirth', dateOfBirth: `1982-01-0${at + 1}` })
    }
    await now.service.start()
    await open(3)
  }, 60_000)
  afterAll(async () => {
    await now[Symbol.asyncDispose]()
  })

  const listed = async (state: string): Promise<Conflict[]> =>
    (await now.api<{ items: Conflict[] }>(`/conflicts?state=${state}`)).items
  const open = (count: number): Promise<Conflict[]> =>
    until(
      async () => (await now.api<{ items: Conflict[] }>('/conflicts?state=open')).items,
      items => items.length === count,
      30_000,
    )
  const shown = (id: string, ...more: string[]) =>
    now.ctsf<
      Conflict & {
        decisions: { by: string; undoneBy: string | null; appliedAt: string | null }[]
        foreseen?: { choice: object; parts: { role: string; values: object; verdicts: object[] }[] }[]
      }
    >('conflicts', 'show', id, ...more)
  /** The exit code and the error of a command that is refused. */
  const refused = (...args: string[]) =>
    promisify(execFile)(process.execPath, ['bin/ctsf.js', ...args, '--url', now.urls.service, '--json'], {
      cwd: root,
    }).then(
      () => null,
      (error: { code: number; stdout: string }) => ({ exit: error.code, ...JSON.parse(error.stdout).error }),
    )

  it('shows what each decision would write', async () => {
    const [first] = await open(3)
    const { foreseen } = await shown(first?.id ?? '', '--preview')
    const contact = foreseen?.map(({ choice, parts }) => ({ choice, ...parts.find(part => part.role === 'contact') }))
    expect(contact).toMatchObject([
      { choice: { do: 'take', side: 'commerce' }, values: { Birthdate: expect.stringMatching(/^1982/) } },
      {
        choice: { do: 'take', side: 'crm' },
        verdicts: expect.arrayContaining([expect.objectContaining({ field: 'Birthdate', verdict: 'yield' })]),
      },
      { choice: { do: 'ignore' }, values: {} },
    ])
    expect(await open(3)).toHaveLength(3)
  })

  it('ignores one for good, and asks again with both values when that is taken back', async () => {
    const [first] = await open(3)
    const id = first?.id ?? ''
    await now.ctsf('conflicts', 'resolve', id, '--ignore', '--by', 'ann')
    await until(
      () => listed('ignored'),
      items => items.length === 1,
      20_000,
    )
    expect((await now.api<Conflict>(`/conflicts/${id}`)).fields).toEqual([])
    expect(await refused('conflicts', 'resolve', id, '--take', 'crm')).toMatchObject({
      exit: 1,
      code: 'decided-already',
      message: expect.stringContaining("ann decided 'ignore'"),
    })
    await now.ctsf('conflicts', 'undo', id, '--by', 'ben')
    const again = await until(
      () => now.api<Conflict>(`/conflicts/${id}`),
      one => one.fields.length > 0,
      20_000,
    )
    expect(again).toMatchObject({ state: 'open', decisions: [{ by: 'ann', undoneBy: 'ben' }] })
    expect(await open(3)).toHaveLength(3)
  })

  it('waits for a record merge in Salesforce, and links what is left', async () => {
    const made = { LastName: 'Twin', Email: 'twin@example.com' }
    const [kept, gone] = [await now.agent.makes('Contact', made), await now.agent.makes('Contact', made)]
    const twin = await now.shopper.signsUp({
      email: 'Twin@Example.com',
      password: 'secret-enough',
      firstName: 'Tina',
      lastName: 'Twin',
    })
    const asked = (await open(4)).find(one => one.source.id.endsWith(twin.id))
    expect(asked).toMatchObject({ kind: 'ambiguous', candidates: [{}, {}] })
    await now.ctsf('conflicts', 'resolve', asked?.id ?? '', '--wait-for-merge', '--by', 'ann')
    const { version } = await now.shopper.changes(twin, { action: 'setTitle', title: 'Dr.' })
    await until(
      () => now.api<{ settled: { version: number } | null }>(`/records/commerce/customer/demo/${twin.id}`),
      ({ settled }) => settled?.version === version,
      20_000,
    )
    expect([(await listed('awaits-merge')).length, (await open(3)).length]).toEqual([1, 3])
    expect((await now.crm.rows('Contact')).filter(({ Email }) => Email === made.Email)).toHaveLength(2)

    // Nobody tells of the customer: that one of the candidates changed is what brings the record back.
    await now.agent.merges('Contact', kept, gone)
    const contact = await until(
      () => now.crm.contact(twin),
      row => row !== undefined,
      30_000,
    )
    expect(contact).toMatchObject({ Id: kept, FirstName: 'Tina', Title: 'Dr.' })
    // The contact is written before that is entered.
    await now.quiet()
    expect(await listed('awaits-merge')).toEqual([])
    expect(await shown(asked?.id ?? '')).toMatchObject({ state: 'closed', decisions: [{ by: 'ann', undoneAt: null }] })
  })

  it('decides many at once, after a preview, and then nothing is left to take back', async () => {
    const before = await open(3)
    const where = ['--where', 'kind=both-changed', '--where', 'field=Birthdate', '--take', 'crm']
    expect(await now.ctsf('conflicts', 'resolve', ...where)).toMatchObject({
      is: 'previewed',
      meant: { total: 3, kinds: { 'both-changed': 3 }, fields: { Birthdate: 3 } },
    })
    expect(await refused('conflicts', 'resolve', ...where, '--yes', '--expected', '2')).toMatchObject({
      exit: 1,
      code: 'count-moved',
    })
    expect(await open(3)).toHaveLength(3)
    const done = await now.ctsf('conflicts', 'resolve', ...where, '--yes', '--expected', '3', '--by', 'ann')
    expect(done).toEqual({ decided: 3, skipped: 0, left: 0 })
    await until(
      async () => (await Promise.all(customers.map(now.shopper.sees))).map(one => one.dateOfBirth),
      dates => JSON.stringify(dates) === JSON.stringify(['1981-01-01', '1981-01-02', '1981-01-03']),
      30_000,
    )
    await now.quiet()
    expect(await listed('open')).toEqual([])
    const id = before[0]?.id ?? ''
    expect(await refused('conflicts', 'undo', id)).toMatchObject({ exit: 1, code: 'carried-out' })
    expect((await shown(id)).decisions.at(-1)).toMatchObject({ by: 'ann', appliedAt: expect.any(String) })
  })
})
