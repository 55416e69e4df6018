/**
 * Compares what the two emulators hold, record by record, by a table of expectations of its own: it shares no code with
 * `src`, so that a misunderstanding there cannot hide itself. Prints one JSON document.
 *
 *     node demo/compare.ts --commerce http://127.0.0.1:4020 --crm http://127.0.0.1:4010 --service http://127.0.0.1:8080
 *
 * A customer is an Account and a Contact of ours, or a person account and the Contact that the platform keeps for it.
 * A customer whom Salesforce refuses, or of whom a person must say who they are (two customers of one email), and whom the
 * service lists with the reason, is `listed`; one that differs without being listed is `lost`. Who asked to be erased must
 * be nowhere: their records are gone or tell nothing any more, not even our key; who left without that may stay as they were.
 */
import { parseArgs } from 'node:util'

type Row = Record<string, unknown>
type Expectation = { object: 'Account' | 'Contact'; field: string; expected: (customer: Row, crm: Row) => Expected }
/** A value, `some` for any value that is not empty, or `skip` where nothing can be said. */
type Expected = { is: string | boolean | null } | 'some' | 'skip'

const text = (value: unknown): string | null => {
  if (typeof value !== 'string' && typeof value !== 'number') return null
  const tidy = String(value).normalize('NFC').replace(/\s+/g, ' ').trim()
  return tidy === '' ? null : tidy
}

const list = (value: unknown): Row[] => (Array.isArray(value) ? (value as Row[]) : [])
const addressOf = (customer: Row, which: string): Row | undefined => {
  const id = customer[which]
  return id === undefined ? undefined : list(customer.addresses).find(address => address.id === id)
}
const billing = (customer: Row): Row | undefined => addressOf(customer, 'defaultBillingAddressId')
const shipping = (customer: Row): Row | undefined => addressOf(customer, 'defaultShippingAddressId')
const field = (object: Expectation['object'], name: string, expected: Expectation['expected']): Expectation => ({
  object,
  field: name,
  expected,
})
const is =
  (pick: (customer: Row) => unknown) =>
  (customer: Row): Expected => ({ is: text(pick(customer)) })

/** Full-width and Arabic digits as 0 to 9. */
const western = (value: string): string =>
  value.normalize('NFKC').replace(/[\u0660-\u0669\u06F0-\u06F9]/g, digit => String((digit.codePointAt(0) ?? 0) & 0xf))

/** Phones are rewritten to the international form; all that can be said without the same library is how they end. */
const endsLike = (customer: Row, crm: Row | undefined, pick: (customer: Row) => unknown): boolean => {
  const digits = (value: unknown): string =>
    western(String(value ?? ''))
      .replace(/\s*(x|;?ext[.=]?|int\.?)\s*\d+$/i, '')
      .replace(/\D/g, '')
  const stored = crm?.Phone
  if (stored === null || stored === undefined) return true
  return String(stored).startsWith('+') && digits(pick(customer)).endsWith(digits(stored).slice(-4))
}

/** Cut where Salesforce cuts: the standard lengths of its address and name fields. */
const upTo =
  (length: number, pick: (customer: Row) => unknown) =>
  (customer: Row): Expected => ({ is: text(pick(customer))?.slice(0, length).trim() ?? null })

/** Salesforce puts it together itself, from the two parts as it keeps them. */
const personName = (customer: Row): Expected => {
  const [first, last] = [text(customer.firstName)?.slice(0, 40), text(customer.lastName)?.slice(0, 80)]
  return last === undefined ? 'some' : { is: text(`${first ?? ''} ${last}`) }
}

const expectations = (groups: ReadonlyMap<string, string>): readonly Expectation[] => [
  field(
    'Contact',
    'FirstName',
    upTo(40, customer => customer.firstName),
  ),
  field('Contact', 'LastName', customer =>
    text(customer.lastName) === null ? 'some' : upTo(80, one => one.lastName)(customer),
  ),
  // An email that is too long for Salesforce is left out rather than cut into another one.
  field('Contact', 'Email', customer => {
    const email = text(customer.email)?.toLowerCase() ?? null
    return { is: email !== null && email.length > 80 ? null : email }
  }),
  field(
    'Contact',
    'Birthdate',
    is(customer => customer.dateOfBirth),
  ),
  field(
    'Contact',
    'MailingCity',
    upTo(40, customer => billing(customer)?.city),
  ),
  field(
    'Contact',
    'MailingPostalCode',
    upTo(20, customer => billing(customer)?.postalCode),
  ),
  field(
    'Contact',
    'MailingCountryCode',
    is(customer => billing(customer)?.country),
  ),
  field(
    'Contact',
    'OtherCity',
    upTo(40, customer => shipping(customer)?.city),
  ),
  field(
    'Contact',
    'OtherCountryCode',
    is(customer => shipping(customer)?.country),
  ),
  field(
    'Contact',
    'CT_Customer_Number__c',
    is(customer => customer.customerNumber),
  ),
  field(
    'Contact',
    'CT_Key__c',
    is(customer => customer.key),
  ),
  field(
    'Contact',
    'CT_External_Id__c',
    is(customer => customer.externalId),
  ),
  field('Contact', 'CT_Email_Verified__c', customer => ({ is: customer.isEmailVerified === true })),
  field('Contact', 'CT_Customer_Group__c', customer => {
    const group = customer.customerGroup as { id?: string } | undefined
    return { is: group?.id === undefined ? null : text(groups.get(group.id)) }
  }),
  field('Account', 'Name', (customer, account) => {
    if (account.IsPersonAccount === true) return personName(customer)
    const name =
      text(customer.companyName) ?? text(`${text(customer.firstName) ?? ''} ${text(customer.lastName) ?? ''}`)
    return name === null ? 'some' : { is: name.slice(0, 255).trim() }
  }),
  field(
    'Account',
    'CT_Vat_Id__c',
    is(customer => customer.vatId),
  ),
  field(
    'Account',
    'CT_Company_Name__c',
    is(customer => customer.companyName),
  ),
  field(
    'Account',
    'BillingCity',
    upTo(40, customer => billing(customer)?.city),
  ),
  field(
    'Account',
    'ShippingCity',
    upTo(40, customer => shipping(customer)?.city),
  ),
]

async function* pages(url: string, idOf: (row: Row) => string): AsyncGenerator<Row> {
  let after = ''
  for (;;) {
    const answer = await fetch(`${url}?limit=5000&after=${encodeURIComponent(after)}`)
    if (!answer.ok) throw new Error(`${url} answered ${answer.status}`)
    const body = (await answer.json()) as { results?: Row[]; rows?: Row[] }
    const rows = body.results ?? body.rows ?? []
    yield* rows
    const last = rows.at(-1)
    if (last === undefined || rows.length < 5000) return
    after = idOf(last)
  }
}

async function all(url: string, idOf: (row: Row) => string): Promise<Row[]> {
  return Array.fromAsync(pages(url, idOf))
}

/** Who is gone from the shop, by id: true for those who asked to be erased. The message of such a deletion keeps no email. */
async function gone(shop: string, project: string): Promise<ReadonlyMap<string, boolean>> {
  const token = await fetch(`${shop}/oauth/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa('compare:compare')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  })
  const { access_token } = (await token.json()) as { access_token: string }
  const found = new Map<string, boolean>()
  for (let after = ''; ; ) {
    const where = `type = "CustomerDeleted"${after === '' ? '' : ` and id > "${after}"`}`
    const query = new URLSearchParams({ where, sort: 'id asc', limit: '500', withTotal: 'false' })
    const answer = await fetch(`${shop}/${project}/messages?${query}`, {
      headers: { authorization: `Bearer ${access_token}` },
    })
    if (!answer.ok) throw new Error(`messages answered ${answer.status}`)
    const { results } = (await answer.json()) as { results: (Row & { resource: Row })[] }
    for (const message of results) found.set(String(message.resource.id), message.email === undefined)
    const last = results.at(-1)
    if (last === undefined || results.length < 500) return found
    after = String(last.id)
  }
}

/** What is left of a person who was erased: what Salesforce requires says so, and nothing of theirs says anything. */
const personal: Readonly<Record<Expectation['object'], readonly string[]>> = {
  Account: ['BillingStreet', 'BillingCity', 'ShippingStreet', 'ShippingCity', 'Phone', 'PersonEmail', 'FirstName'],
  Contact: ['FirstName', 'Email', 'Phone', 'MobilePhone', 'Birthdate', 'MailingStreet', 'MailingCity', 'OtherCity'],
}
const ours: Readonly<Record<Expectation['object'], readonly string[]>> = {
  Account: ['CT_Id__c', 'CT_Company_Name__c', 'CT_Vat_Id__c'],
  Contact: ['CT_Id__c', 'CT_Customer_Number__c', 'CT_Key__c', 'CT_External_Id__c'],
}
const isErased = (object: Expectation['object'], row: Row): boolean =>
  row[object === 'Account' && row.IsPersonAccount !== true ? 'Name' : 'LastName'] === 'Anonymised' &&
  [...personal[object], ...ours[object]].every(name => text(row[name]) === null)

function byKey(rows: readonly Row[]): Map<string, Row[]> {
  const map = new Map<string, Row[]>()
  for (const row of rows) {
    const key = row.CT_Id__c
    if (typeof key === 'string') map.set(key, [...(map.get(key) ?? []), row])
  }
  return map
}

function matches(actual: unknown, expected: Expected): boolean {
  if (expected === 'skip') return true
  if (expected === 'some') return text(actual) !== null
  if (typeof expected.is === 'boolean') return (actual === true) === expected.is
  return text(actual) === expected.is
}

const { values } = parseArgs({
  options: {
    commerce: { type: 'string' },
    crm: { type: 'string' },
    service: { type: 'string' },
    project: { type: 'string', default: 'demo' },
  },
})
if (values.commerce === undefined || values.crm === undefined) {
  process.stderr.write('compare needs --commerce URL and --crm URL\n')
  process.exit(2)
}
const id = (row: Row): string => String(row.id)
const Id = (row: Row): string => String(row.Id)
const resources = `${values.commerce}/__emulator/resources/${values.project}`
const [customers, customerGroups, left, accounts, contacts] = await Promise.all([
  all(`${resources}/customers`, id),
  all(`${resources}/customer-groups`, id),
  gone(values.commerce, values.project),
  all(`${values.crm}/__emulator/rows/Account`, Id),
  all(`${values.crm}/__emulator/rows/Contact`, Id),
])
type ListPage = { items: { source: { id: string } }[]; next: string | null }

/** The customers that the service lists for a person, page by page: as failed, or because it cannot know who they are. */
async function listedBy(service: string | undefined): Promise<ReadonlySet<string>> {
  const listed = new Set<string>()
  for (const list of service === undefined ? [] : ['failures', 'conflicts']) {
    let cursor: string | null = ''
    while (cursor !== null) {
      const at: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`
      const answer = await fetch(`${service}/api/v1/${list}?state=open&limit=200${at}`)
      const page = (await answer.json()) as ListPage
      for (const one of page.items) listed.add(one.source.id)
      cursor = page.next
    }
  }
  return listed
}

const live = (rows: readonly Row[]): Row[] => rows.filter(row => row.IsDeleted !== true)
/** The platform's own Contacts of person accounts, which carry no key of ours. */
const persons = new Map(
  live(contacts)
    .filter(row => row.IsPersonAccount === true)
    .map(row => [Id(row), row]),
)
const found = { Account: byKey(live(accounts)), Contact: byKey(live(contacts)) }
const table = expectations(new Map(customerGroups.map(group => [id(group), String(group.name)])))
const differences: { customer: string; where: string }[] = []
const lost = new Set<string>()
const refused = new Set<string>()
const listed = await listedBy(values.service)
const differs = (customer: string, where: string): void => {
  if (listed.has(customer)) {
    refused.add(customer)
    return
  }
  lost.add(customer)
  if (differences.length < 50) differences.push({ customer, where })
}

for (const customer of customers) {
  const key = `${values.project}/${id(customer)}`
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

const alive = new Set(customers.map(customer => `${values.project}/${id(customer)}`))
for (const object of ['Account', 'Contact'] as const)
  for (const key of found[object].keys()) {
    if (alive.has(key) || !key.startsWith(`${values.project}/`)) continue
    const erased = left.get(key.slice(values.project.length + 1))
    if (erased !== false)
      differs(key, `${object}: ${erased ? 'still there after the erasure' : 'of a customer who never was'}`)
  }

const extra = (rows: ReadonlyMap<string, Row[]>): number =>
  [...rows.values()].reduce((sum, some) => sum + some.length - 1, 0)
/** Without a key: nobody's, unless it is what is left of somebody who was erased; of those there cannot be more than left. */
const erasures = [...left.values()].filter(Boolean).length
const unkeyed = (object: Expectation['object'], rows: readonly Row[]): number => {
  const nobodys = live(rows).filter(row => typeof row.CT_Id__c !== 'string' && !persons.has(Id(row)))
  const remains = nobodys.filter(row => isErased(object, row)).length
  return nobodys.length - Math.min(remains, erasures)
}
process.stdout.write(
  `${JSON.stringify({
    lost: lost.size,
    listed: refused.size,
    duplicates:
      extra(found.Account) + extra(found.Contact) + unkeyed('Account', accounts) + unkeyed('Contact', contacts),
    commerce: { customer: customers.length },
    crm: { Account: live(accounts).length, Contact: live(contacts).length },
    gone: { left: left.size - erasures, erased: erasures },
    differences,
  })}\n`,
)
