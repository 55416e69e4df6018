/**
 * Makes the many ordinary customers of the commercetools emulator, once: `node scripts/generate-customers.ts`.
 * They come from commercetools' own test data builders (MIT), installed for the moment beside the repository and not in
 * it, since nobody who runs or tests the product needs 150 MB of them. The same file comes out each time.
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
type Fields = { [key: string]: Json }

const builders = '@commercetools/composable-commerce-test-data@13.13.1'
const count = 1500
const target = fileURLToPath(new URL('../emulators/commercetools/data/generated.json', import.meta.url))
const drawing = fileURLToPath(new URL('./draw-customers.js', import.meta.url))

const isFields = (value: Json | undefined): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Domains that RFC 2606 keeps from ever being anybody's. */
const domains = ['example.com', 'example.org', 'example.net']

/** What stands for every password: the builders' random ones look like secrets, and this is no place for such a look. */
const password = 'not-a-secret'

/** The API reads an explicit null as absent, except where it refuses it: absent is absent here. */
function withoutNulls(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (!isFields(value)) return value
  const kept = Object.entries(value).filter(([, inner]) => inner !== null)
  return Object.fromEntries(kept.map(([name, inner]) => [name, withoutNulls(inner)]))
}

const without = (fields: Fields, ...names: string[]): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)))

/** Hands each wish out once, compared without case; the second asker gets it with a number. */
function once(separator: string): (wish: string) => string {
  const taken = new Map<string, number>()
  return wish => {
    const times = (taken.get(wish.toLowerCase()) ?? 0) + 1
    taken.set(wish.toLowerCase(), times)
    return times === 1 ? wish : `${wish}${separator}${times}`
  }
}

/** The same person's name at a domain that is nobody's; case is kept, as commercetools keeps it. */
const localPart = (email: Json | undefined): string =>
  String(email ?? '')
    .split('@')[0]
    ?.replace(/[^\w.+-]/g, '')
    .replace(/^\.+|\.+$/g, '') || 'somebody'

const emailAt = (local: string, at: number): string => `${local}@${domains[at % domains.length]}`

/** Keys are 2 to 256 of these characters. */
const keyOf = (wish: Json | undefined): string =>
  String(wish ?? '')
    .replace(/[^\w-]/g, '-')
    .padEnd(2, '-')
    .slice(0, 200)

/**
 * Turns drawn drafts into ones that the API accepts, and mends nothing else: unreadable phones, American states in
 * Germany and house numbers of sixteen digits stay, because a shop's data is like that.
 *
 * What would be refused, or would make no sense:
 * - emails at domains that are somebody's, and the same email, key or customer number twice
 * - a password with `ExternalAuth`, no password with `Password`
 * - references: there are no such stores, groups, types or carts; ids of addresses, which the API gives
 * - default addresses: the builders choose none, so the first address is the billing one, and two in three times
 *   the shipping one
 */
function shaped(drawn: readonly Json[]): readonly Fields[] {
  const [emails, keys, numbers] = [once('.'), once('-'), once('-')]
  return drawn.filter(isFields).map((draft, at) => {
    const clean = withoutNulls(
      without(
        draft,
        'stores',
        'customerGroup',
        'customerGroupAssignments',
        'custom',
        'anonymousCart',
        'anonymousId',
        'anonymousCartId',
      ),
    )
    if (!isFields(clean)) throw new TypeError('a draft is an object')
    const addresses = (Array.isArray(clean.addresses) ? clean.addresses : []).filter(isFields).map(address => ({
      ...without(address, 'id', 'custom'),
      ...(address.email !== undefined && { email: emailAt(localPart(address.email), at) }),
    }))
    return {
      ...without(clean, 'password', 'billingAddresses', 'shippingAddresses'),
      key: keys(keyOf(clean.key)),
      customerNumber: numbers(String(clean.customerNumber)),
      email: emailAt(emails(localPart(clean.email)), at),
      ...(clean.authenticationMode === 'ExternalAuth' ? {} : { password }),
      addresses,
      ...(addresses.length > 0 && { defaultBillingAddress: 0 }),
      ...(addresses.length > 0 && at % 3 !== 2 && { defaultShippingAddress: 0 }),
    }
  })
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex')

const folder = mkdtempSync(join(tmpdir(), 'generate-customers-'))
try {
  writeFileSync(join(folder, 'package.json'), '{ "private": true }')
  const install = ['install', '--ignore-scripts', '--no-save', '--no-audit', '--no-fund', builders]
  execFileSync('npm', install, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] })
  const draw = (): string => {
    const printed = execFileSync(process.execPath, [drawing, folder, String(count)], {
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
    })
    const lines = shaped(JSON.parse(printed) as Json[]).map(draft => JSON.stringify(draft))
    return `[\n${lines.join(',\n')}\n]\n`
  }
  const [first, second] = [draw(), draw()]
  if (hash(first) !== hash(second))
    throw new Error('two drawings differ: something takes chance or time from elsewhere')
  writeFileSync(target, first)
  console.log(`${count} customers, ${first.length} characters, sha256 ${hash(first)}`)
} finally {
  rmSync(folder, { recursive: true })
}
