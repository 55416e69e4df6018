/** Salesforce API calls, counted by the emulator as the org counts them: for changes under load, and for changes that change nothing. */
import { ask, type World, world } from '../../test/world.ts'
import { databaseIfAny } from '../database.ts'
import { type Group, type Measured, type Options, profiled, round } from '../figure.ts'
import { changeEach, customers } from '../shop.ts'

const post = (url: string, body: unknown): Promise<unknown> =>
  ask(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })

type Totals = { readonly totals: { readonly created: number; readonly updated: number; readonly unchanged: number } }

/** Calls and rows between two moments, both of which are quiet. */
async function spent(now: World, work: () => Promise<void>) {
  const before = { calls: await now.crm.calls(), ...(await now.api<Totals>('/status')).totals }
  await work()
  await now.quiet(600_000)
  const after = { calls: await now.crm.calls(), ...(await now.api<Totals>('/status')).totals }
  return {
    calls: after.calls - before.calls,
    written: after.updated + after.created - before.updated - before.created,
    unchanged: after.unchanged - before.unchanged,
  }
}

/** Those whom the org refused (an email that is none) have no link, and each word of them costs a try: they leave first. */
async function onlyLinked(now: World): Promise<number> {
  const [accounts, contacts] = await Promise.all([now.crm.rows('Account'), now.crm.rows('Contact')])
  const inBoth = new Set(accounts.map(row => row.CT_Id__c)).intersection(new Set(contacts.map(row => row.CT_Id__c)))
  const known = await customers(now.urls.commerce)
  const refused = known.filter(({ id }) => !inBoth.has(`demo/${id}`))
  for (const customer of refused) await now.shopper.leaves(customer)
  await now.quiet(600_000)
  return known.length - refused.length
}

async function run({ quick, profileDir, wanted, say }: Options): Promise<readonly Measured[]> {
  const arriving = quick ? 1_000 : 10_000
  await using db = await databaseIfAny()
  await using now = await world({ databaseUrl: db?.url ?? null, env: profiled(profileDir) })
  say(`${arriving} customers arrive`)
  await now.people.play('arrivals', { customers: arriving, rate: 2_000 })
  await now.people.done()
  await now.quiet(600_000)
  const count = await onlyLinked(now)
  const measured: Measured[] = []

  if (wanted.has('calls-per-1000-changed')) {
    say('each changes one field, faster than the org takes them')
    // Two milliseconds a record are what makes it busy: an org that answers at once is never behind.
    await post(`${now.urls.crm}/__emulator/latency`, { ms: 0, perRecordMs: 2 })
    const { calls, written } = await spent(now, async () => {
      await now.people.play('one-change-each', { rate: 2_000 })
      await now.people.done()
    })
    await post(`${now.urls.crm}/__emulator/latency`, { ms: 0 })
    measured.push({
      name: 'calls-per-1000-changed',
      value: round((calls * 1000) / count),
      against: `${calls} calls for ${count} changed customers, ${written} Salesforce records written`,
    })
  }
  if (wanted.has('calls-per-1000-unchanged')) {
    say('each changes what no mapping reads, and each delivery comes twice')
    await now.commerce.disturb({ doubleRate: 1 })
    const known = await customers(now.urls.commerce)
    const { calls, written, unchanged } = await spent(now, () =>
      changeEach(now.urls.commerce, known, place => ({ action: 'setMiddleName', middleName: `Bench ${place}` })),
    )
    if (written > 0) throw new Error(`${written} records were written where nothing changed`)
    measured.push({
      name: 'calls-per-1000-unchanged',
      value: round((calls * 1000) / known.length),
      against: `${calls} calls for ${known.length} customers with a new version, ${unchanged} plans that found nothing to write`,
    })
  }
  await now.service.stop()
  return measured
}

export const calls: Group = { names: ['calls-per-1000-changed', 'calls-per-1000-unchanged'], run }
