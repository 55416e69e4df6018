/**
 * Compares what the two emulators hold, record by record, by tables of expectations of its own: it shares no code with
 * `src`, so that a misunderstanding there cannot hide itself. Prints one JSON document.
 *
 *     node demo/compare.ts --commerce http://127.0.0.1:4020 --crm http://127.0.0.1:4010 --service http://127.0.0.1:8080
 *
 * A customer is an Account and a Contact of ours, or a person account and the Contact that the platform keeps for it.
 * With `--guests` whoever bought without an account is one such person for each email; with `--orders` an order is one
 * record at that person, with one for each line, and what each person bought by currency and month comes to the same. With
 * `--activity` each order has one Task that says it was placed; with `--quotes` each request for a quote is one deal; with
 * `--roll-ups` each person's record says how many orders are theirs, what they come to by currency, and when the last was.
 * A record which Salesforce refuses, or of which a person must say what it is (two customers of one email), and which the
 * service lists with the reason, is `listed`; one that differs without being listed is `lost`. Who asked to be erased must
 * be nowhere: their records are gone or tell nothing any more, not even our key; who left without that may stay as they were.
 */
import { parseArgs } from 'node:util'
import { billing, type Expectation, endsLike, expectations, isErased } from './compare/customers.ts'
import { compareDeals } from './compare/deals.ts'
import { guestKey, guestOf, isGuestKey } from './compare/guests.ts'
import { type Buyer, compareOrders } from './compare/orders.ts'
import { all, goneFrom, Id, id, listedBy, messagesOf } from './compare/read.ts'
import { compareRollUps } from './compare/rollUps.ts'
import { compareTimeline } from './compare/timeline.ts'
import { byKey, extra, live, matches, object, type Row, text } from './compare/values.ts'

const { values } = parseArgs({
  options: {
    commerce: { type: 'string' },
    crm: { type: 'string' },
    service: { type: 'string' },
    project: { type: 'string', default: 'demo' },
    guests: { type: 'boolean', default: false },
    orders: { type: 'boolean', default: false },
    activity: { type: 'boolean', default: false },
    quotes: { type: 'boolean', default: false },
    'roll-ups': { type: 'boolean', default: false },
  },
})
if (values.commerce === undefined || values.crm === undefined) {
  process.stderr.write('compare needs --commerce URL and --crm URL\n')
  process.exit(2)
}
const { project } = values
const resources = `${values.commerce}/__emulator/resources/${project}`
const rowsOf = (object: string): Promise<Row[]> => all(`${values.crm}/__emulator/rows/${object}`, Id)
const ifOrders = (object: string): Promise<Row[]> => (values.orders ? rowsOf(object) : Promise.resolve([]))
const [customers, customerGroups, orders, payments, left, accounts, contacts, orderRows, lineRows] = await Promise.all([
  all(`${resources}/customers`, id),
  all(`${resources}/customer-groups`, id),
  values.orders || values.guests || values['roll-ups'] ? all(`${resources}/orders`, id) : [],
  values.orders ? all(`${resources}/payments`, id) : [],
  goneFrom(values.commerce, project),
  rowsOf('Account'),
  rowsOf('Contact'),
  ifOrders('CT_Order__c'),
  ifOrders('CT_Order_Line__c'),
])

const keyOf = (customer: Row): string => `${project}/${id(customer)}`
/** The platform's own Contacts of person accounts, which carry no key of ours. */
const persons = new Map(
  live(contacts)
    .filter(row => row.IsPersonAccount === true)
    .map(row => [Id(row), row]),
)
const found = { Account: byKey(live(accounts)), Contact: byKey(live(contacts)) }
const table = expectations(new Map(customerGroups.map(group => [id(group), String(group.name)])))
const differences: { record: string; where: string }[] = []
const lost = new Set<string>()
const refused = new Set<string>()
const listed = await listedBy(values.service)
function differs(record: string, where: string, because: readonly string[] = []): boolean {
  if ([record, ...because].some(key => listed.has(key))) {
    refused.add(record)
    return true
  }
  lost.add(record)
  if (differences.length < 50) differences.push({ record, where })
  return false
}

for (const customer of customers) {
  const key = keyOf(customer)
  const own = found.Account.get(key)?.[0]
  const person = own?.IsPersonAccount === true ? persons.get(String(own.PersonContactId)) : undefined
  const records = { Account: own, Contact: person ?? found.Contact.get(key)?.[0] }
  for (const object of ['Account', 'Contact'] as const) if (records[object] === undefined) differs(key, `no ${object}`)
  const { Account, Contact } = records
  if (Account === undefined || Contact === undefined) continue
  if (Contact.AccountId !== Account.Id) differs(key, 'Contact.AccountId')
  for (const { object, field: name, expected } of table)
    if (!matches((object === 'Account' ? Account : Contact)[name], expected(customer, Account)))
      differs(key, `${object}.${name}`)
  if (!endsLike(customer, Contact, one => billing(one)?.phone)) differs(key, 'Contact.Phone')
}

const alive = new Set(customers.map(keyOf))
for (const object of ['Account', 'Contact'] as const)
  for (const key of found[object].keys()) {
    if (alive.has(key) || !key.startsWith(`${project}/`) || (values.guests && isGuestKey(key))) continue
    const erased = left.get(key.slice(project.length + 1))
    if (erased !== false)
      differs(key, `${object}: ${erased ? 'still there after the erasure' : 'of a customer who never was'}`)
  }

/** By email: the people of ours who have it, guests and customers, whichever of their records bears our key. */
const byEmail = new Map<string, string[]>()
for (const [key, [row]] of [...found.Contact, ...found.Account]) {
  const email = text(row?.Email ?? row?.PersonEmail)
  if (email === null || !(isGuestKey(key) || alive.has(key))) continue
  byEmail.set(email, [...new Set([...(byEmail.get(email) ?? []), key])])
}
const nobody: Buyer = { person: 'nobody', because: [] }
function buyerOf(order: Row): Buyer {
  const customer = text(order.customerId)
  if (customer !== null) {
    const key = `${project}/${customer}`
    return alive.has(key) ? { person: key, because: [key] } : nobody
  }
  const email = values.guests ? guestOf(order) : null
  if (email === null) return nobody
  const key = guestKey(project, email)
  const [person = key] = byEmail.get(email) ?? []
  return { person, because: [key] }
}
const emails = new Set(values.guests ? orders.map(guestOf).filter(email => email !== null) : [])
let twice = 0
for (const email of emails) {
  const people = byEmail.get(email) ?? []
  const key = guestKey(project, email)
  if (people.length === 0) differs(key, 'no person of this guest')
  const guests = people.filter(isGuestKey)
  if (guests.length > 1 || (guests.length === 1 && people.length > 1 && !listed.has(key))) twice += people.length - 1
}

const people = new Map<string, string>()
for (const [key, [row]] of [...found.Account, ...found.Contact]) if (row !== undefined) people.set(Id(row), key)
/** Whom an order of Salesforce points at: the Contact, or with person accounts the Account. */
function ownerOf(row: Row): string {
  const key = people.get(String(row.CT_Contact__c ?? row.CT_Account__c))
  return key !== undefined && (isGuestKey(key) || alive.has(key)) ? key : nobody.person
}
const trade = values.orders
  ? compareOrders({
      project,
      orders,
      payments: new Map(payments.map(payment => [id(payment), payment])),
      rows: byKey(live(orderRows)),
      lines: byKey(live(lineRows)),
      buyerOf,
      ownerOf,
      differs,
    })
  : null

const contactIdOf = (row: Row): string | null => text(row.CT_Contact__c)
const [requests, quotes, staged] = values.quotes
  ? await Promise.all(['quote-requests', 'quotes', 'staged-quotes'].map(what => all(`${resources}/${what}`, id)))
  : [[], [], []]
const made = async (): Promise<ReadonlyMap<string, readonly Row[]>> => {
  const types = ['OrderCreated', ...(values.quotes ? ['QuoteRequestCreated'] : [])]
  const messages = await Promise.all(types.map(type => messagesOf(String(values.commerce), project, type)))
  return Map.groupBy(messages.flat(), message => String(object(message.resource).id))
}
const deals = values.quotes ? await rowsOf('Opportunity') : []
const tasks = values.activity ? await rowsOf('Task') : []
const strayTasks = values.activity
  ? compareTimeline({
      project,
      orders,
      requests: requests ?? [],
      made: await made(),
      tasks,
      records: [...orderRows, ...deals],
      contactOf: contactIdOf,
      becauseOf: one => [...buyerOf(one).because, `${project}/${String(object(one.customer).id)}`],
      differs,
    })
  : 0
const strayDeals = values.quotes
  ? compareDeals({
      project,
      requests: requests ?? [],
      quotes: quotes ?? [],
      staged: staged ?? [],
      orders,
      opportunities: deals,
      roles: await rowsOf('OpportunityContactRole'),
      personOf: customer => {
        const [account] = found.Account.get(`${project}/${customer}`) ?? []
        const [contact] = found.Contact.get(`${project}/${customer}`) ?? []
        if (account === undefined) return null
        return { account: Id(account), contact: contact === undefined ? null : Id(contact) }
      },
      differs,
    })
  : 0

/** Of whom two bear one email it cannot be told from outside whose a guest's order is. */
const isAlone = (row: Row): boolean => (byEmail.get(text(row.Email ?? row.PersonEmail) ?? '') ?? []).length < 2
const shownOn = [...(persons.size > 0 ? found.Account : found.Contact)].flatMap(([key, [row]]) =>
  row !== undefined && (alive.has(key) || isGuestKey(key)) && isAlone(row) ? [[key, row] as const] : [],
)
const rolledUp = values['roll-ups'] ? compareRollUps({ orders, people: new Map(shownOn), buyerOf, differs }) : 0

/** Without a key: nobody's, unless it is what is left of somebody who was erased; of those there cannot be more than left. */
const erasures = [...left.values()].filter(Boolean).length
const unkeyed = (object: Expectation['object'], rows: readonly Row[]): number => {
  const nobodys = live(rows).filter(row => typeof row.CT_Id__c !== 'string' && !persons.has(Id(row)))
  const remains = nobodys.filter(row => isErased(object, row)).length
  return nobodys.length - Math.min(remains, erasures)
}
/** Only the service writes orders into the demo's org: one that lacks our key is one too many. */
const strays = (rows: readonly Row[]): number => live(rows).filter(row => typeof row.CT_Id__c !== 'string').length
const doubled =
  extra(found.Account) +
  extra(found.Contact) +
  unkeyed('Account', accounts) +
  unkeyed('Contact', contacts) +
  strays(orderRows) +
  strays(lineRows)
process.stdout.write(
  `${JSON.stringify({
    lost: lost.size,
    listed: refused.size,
    duplicates: doubled + twice + (trade?.duplicates ?? 0) + strayTasks + strayDeals,
    commerce: {
      customer: customers.length,
      ...(values.guests && { guest: emails.size }),
      ...(values.orders && { order: orders.length }),
      ...(values.quotes && { 'quote-request': requests?.length ?? 0 }),
    },
    crm: {
      Account: live(accounts).length,
      Contact: live(contacts).length,
      ...(values.orders && { CT_Order__c: live(orderRows).length, CT_Order_Line__c: live(lineRows).length }),
      ...(values.quotes && { Opportunity: live(deals).length }),
      ...(values.activity && { Task: live(tasks).length }),
    },
    gone: { left: left.size - erasures, erased: erasures },
    ...(trade && { totals: trade.totals }),
    ...(values['roll-ups'] && { rolledUp }),
    differences,
  })}\n`,
)
