/** The comparison that the demo ends with: a judge who never says "lost" proves nothing. And what the demo plays before it. */
import { expect, it } from 'vitest'
import { SCENARIOS } from '../../emulators/commercetools/src/model/scenarios.ts'
import { leftOut, played } from '../../src/cli/demo/scenarios.ts'
import { until } from '../ports.ts'
import { world } from '../world.ts'

it('follows every scenario of the emulator, or one that is left out by name', () => {
  const told = ['arrivals', ...played.map(({ name }) => name), ...Object.keys(leftOut)]
  expect(told.toSorted()).toEqual([...SCENARIOS].toSorted())
})

it('tells who is gone from who is lost, and sees what an erasure left behind', { timeout: 120_000 }, async () => {
  await using now = await world()
  const person = (name: string) => ({
    email: `${name}@example.com`,
    password: 'secret',
    firstName: name,
    lastName: 'Beck',
    addresses: [{ country: 'DE', city: 'Ulm' }],
    defaultBillingAddress: 0,
  })
  const [anna, bea, cleo] = await Promise.all(['anna', 'bea', 'cleo'].map(name => now.shopper.signsUp(person(name))))
  if (!anna || !bea || !cleo) throw new Error('nobody signed up')
  await now.quiet()
  await now.shopper.leaves(anna, { erase: true })
  await now.shopper.leaves(bea)
  await now.quiet()
  const well = { lost: 0, duplicates: 0, commerce: { customer: 1 }, gone: { left: 1, erased: 1 }, differences: [] }
  expect(await now.compare()).toMatchObject(well)

  const [remains] = (await now.crm.rows('Contact')).filter(row => row.LastName === 'Anonymised')
  const id = remains?.Id ?? ''
  await now.agent.edits('Contact', id, { Email: 'anna@example.com' })
  expect(await now.compare()).toMatchObject({ ...well, duplicates: 1 })
  await now.agent.edits('Contact', id, { Email: null, CT_Id__c: `demo/${anna.id}` })
  expect(await now.compare()).toMatchObject({
    ...well,
    lost: 1,
    differences: [{ where: 'Contact: still there after the erasure' }],
  })
  await now.agent.edits('Contact', id, { CT_Id__c: null })
  expect(await now.compare()).toMatchObject(well)

  // A second record that nothing is left of: more than were erased.
  const account = (await now.crm.account(cleo))?.Id
  await now.agent.makes('Contact', { LastName: 'Anonymised', AccountId: account })
  expect(await now.compare()).toMatchObject({ ...well, duplicates: 1 })

  const contact = await now.crm.contact(cleo)
  await now.agent.edits('Contact', contact?.Id ?? '', { MailingCity: 'Bonn' })
  await until(now.compare, ({ lost }) => lost === 1)
})
