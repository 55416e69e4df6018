/** What a set-up says when it is wrong: everything at once, with the place and the fix, and never a secret. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ConfigError, configure } from './config.ts'
import type { MatchRule } from './model/mapping.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'config-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const sound = {
  CTP_PROJECT_KEY: 'demo',
  CTP_CLIENT_ID: 'id',
  CTP_CLIENT_SECRET: 'commerce-secret',
  CTP_AUTH_URL: 'http://127.0.0.1:4020',
  CTP_API_URL: 'http://127.0.0.1:4020/',
  SF_LOGIN_URL: 'http://127.0.0.1:4010',
  SF_CLIENT_ID: 'app',
  SF_CLIENT_SECRET: 'crm-secret',
}

async function problemsOf(env: Record<string, string>, file?: string): Promise<Record<string, string>> {
  if (file !== undefined) writeFileSync(join(folder, 'sync.config.ts'), `export default ${file}`)
  try {
    await configure({ env, cwd: folder })
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    for (const { place } of error.problems) expect(error.message).toContain(place)
    for (const secret of ['commerce-secret', 'crm-secret', 'hush']) expect(error.message).not.toContain(secret)
    return Object.fromEntries(error.problems.map(({ place, problem, fix }) => [place, `${problem}; ${fix}`]))
  }
  return {}
}

it('takes a sound environment, and keeps the keys it made', async () => {
  const config = await configure({ env: sound, cwd: folder })
  expect(config).toMatchObject({
    projects: [{ key: 'demo', apiUrl: 'http://127.0.0.1:4020', scopes: [] }],
    salesforce: { auth: { by: 'client-credentials' }, apiVersion: '67.0' },
    dataDir: join(folder, 'data'),
    port: 8080,
    host: '127.0.0.1',
    pace: { passSize: 1_000, reserve: 0.2 },
  })
  expect(config.keys.encryption).toHaveLength(32)
  const again = await configure({ env: sound, cwd: folder })
  expect(again.keys).toEqual(config.keys)
  const kept = join(folder, 'data/keys.json')
  expect(statSync(kept).mode & 0o777).toBe(0o600)
  writeFileSync(kept, 'spoilt')
  expect(await problemsOf(sound)).toHaveProperty('DATA_DIR')
  expect(readFileSync(kept, 'utf8')).toBe('spoilt')
})

it('says everything that is wrong at once', async () => {
  const problems = await problemsOf(
    {
      ...sound,
      CTP_PROJECT_KEY: '',
      CTP_API_URL: 'api.example',
      CTP_CLIENT_SECRET: '',
      CTP_CLIENT_SECRET_FILE: join(folder, 'none'),
      SF_USERNAME: 'sync@example.com',
      PORT: '70000',
      LOG_LEVEL: 'loud',
      HOST: '0.0.0.0',
      CTSF_ENCRYPTION_KEY: 'hush',
      DATABASE_URL: 'mysql://root:hush@db/x',
    },
    `{ apiReserve: 2, mappings: { 'custmer-person': {}, 'customer-person': { deletion: 'burn', fields: { FirstName: { onwer: 'crm' }, 'Contact.Phone': { owner: 'strictest' }, LastNam: { owner: 'boss' } } } } }`,
  )
  expect(Object.keys(problems).sort()).toEqual(
    [
      'CTP_API_URL',
      'CTP_CLIENT_SECRET_FILE',
      'CTP_PROJECT_KEY',
      'CTSF_API_TOKENS',
      'CTSF_DELIVERY_SECRET',
      'CTSF_DIGEST_KEY',
      'CTSF_ENCRYPTION_KEY',
      'DATABASE_URL',
      'LOG_LEVEL',
      'PORT',
      'SF_PRIVATE_KEY',
      'sync.config.apiReserve',
      'mapping customer-person.contact.Phone.stricter',
      "sync.config.mappings['custmer-person']",
      "sync.config.mappings['customer-person'].deletion",
      "sync.config.mappings['customer-person'].fields.FirstName.onwer",
      "sync.config.mappings['customer-person'].fields.LastNam.owner",
    ].sort(),
  )
  expect(problems["sync.config.mappings['customer-person'].fields.FirstName.onwer"]).toContain('did you mean owner?')
  expect(problems['mapping customer-person.contact.Phone.stricter']).toContain('give stricter: [')
  expect(problems["sync.config.mappings['customer-person'].fields.LastNam.owner"]).toContain(
    'use one of commerce, crm, latest, review, seed, strictest',
  )
})

it('says what a well-formed file gets wrong about the mappings', async () => {
  const problems = await problemsOf(
    sound,
    `{ mappings: { 'custmer-person': {}, 'customer-person': { fields: { Phone: { owner: 'seed' }, LastNam: { owner: 'seed' },
       'Contact.Nick__c': { commerce: 'custom.fields.nick', owner: 'commerce', fallback: '[' }, 'Contact.Title': { commerce: 'addresses[x' }, Nick2__c: { commerce: 'key', owner: 'commerce' } } } } }`,
  )
  const at = (name: string) => problems[`sync.config.mappings['customer-person'].fields['${name}']`]
  expect(problems["sync.config.mappings['custmer-person']"]).toContain('did you mean customer-person?')
  expect(at('Phone')).toContain('say Account.Phone or Contact.Phone')
  expect(at('LastNam')).toContain('did you mean LastName?')
  expect(at('Nick2__c')).toContain('the field is new: say Account.Nick2__c or Contact.Nick2__c')
  expect(problems).toHaveProperty(['mapping customer-person.contact.Nick__c.fallback'])
  expect(problems).toHaveProperty(['mapping customer-person.contact.Title.commerce'])
})

it('changes, adds and leaves out fields', async () => {
  writeFileSync(
    join(folder, 'sync.config.ts'),
    `export default { mappings: { 'customer-person': { deletion: 'ignore', keyField: 'ERP_Id__c', fields: {
       FirstName: { owner: 'seed' }, Birthdate: false, 'Contact.Nick__c': { commerce: 'custom.fields.nick', owner: 'commerce' } } } } }`,
  )
  const { mappings } = await configure({ env: sound, cwd: folder })
  const contact = mappings[0]?.parts.find(part => part.role === 'contact')
  expect(mappings[0]).toMatchObject({ deletion: 'ignore', keyField: 'ERP_Id__c' })
  expect(contact?.match).toMatchObject([{ crm: 'ERP_Id__c' }, { by: 'fallback', crm: 'Email' }])
  expect(contact?.fields.find(rule => rule.crm === 'FirstName')).toMatchObject({ owner: 'seed', commerce: 'firstName' })
  expect(contact?.fields.find(rule => rule.crm === 'Nick__c')).toMatchObject({ commerce: 'custom.fields.nick' })
  expect(contact?.fields.some(rule => rule.crm === 'Birthdate')).toBe(false)
})

const matched = (match: string): void =>
  writeFileSync(
    join(folder, 'sync.config.ts'),
    `export default { mappings: { 'customer-person': { match: ${match} } } }`,
  )

it('takes the second keys by which records are found, by object', async () => {
  matched("{ Account: [{ by: 'external-id', crm: 'VAT__c', commerce: 'vatId' }], Contact: [] }")
  const { mappings } = await configure({ env: sound, cwd: folder })
  const own = { by: 'external-id', crm: 'CT_Id__c', commerce: 'key' }
  const vat = { by: 'external-id', crm: 'VAT__c', commerce: 'vatId' }
  expect(mappings[0]?.parts.map(part => part.match)).toEqual([[own, vat], [own]])
})

it('takes how the values of a key are compared', async () => {
  matched(`{
    Account: [{ by: 'fallback', crm: 'Name', commerce: 'companyName', as: 'company-name', legalForms: ['GmbH'] }],
    Contact: [{ by: 'fallback', crm: 'Email', commerce: 'email', plus: 'ignore', dots: ['gmail.com'] }] }`)
  const { mappings } = await configure({ env: sound, cwd: folder })
  const [byName, byEmail] = (mappings[0]?.parts ?? []).map(part => part.match.at(-1))
  const formOf = (rule: MatchRule | undefined, text: string) => rule?.by === 'fallback' && rule.like?.form(text)
  expect(formOf(byName, 'ACME GmbH')).toBe(formOf(byName, 'Acme'))
  expect(formOf(byEmail, 'an.na+x@gmail.com')).toBe('anna@gmail.com')
})

it('says which way of comparing has no such option', async () => {
  matched(`{ Account: [{ by: 'fallback', crm: 'CT_Vat_Id__c', commerce: 'vatId', as: 'vat-id', plus: 'ignore' }],
    Contact: [{ by: 'fallback', crm: 'Email', commerce: 'email', legalForms: ['AG'] }] }`)
  const problems = await problemsOf(sound)
  const at = (rest: string) => problems[`sync.config.mappings['customer-person'].match['${rest}`]
  expect(at("Account'][0].plus")).toContain("use it with as: 'email'")
  expect(at("Contact'][0].legalForms")).toContain("use it with as: 'company-name'")
})

it('says what is wrong with such keys', async () => {
  const email = "by: 'fallback', crm: 'Email', commerce: 'email'"
  matched(`{ Lead: [], Contact: [{ ${email}, prefer: [{ crm: 'Rank__c', has: 'most' }] }, { ${email}, when: '{' }] }`)
  const places = Object.keys(await problemsOf(sound))
  expect(places.some(place => place.includes('match.Contact[0].prefer'))).toBe(true)
})

it('says which object is none of the mapping, and which condition is no expression', async () => {
  matched("{ Lead: [], Contact: [{ by: 'fallback', crm: 'Email', commerce: 'email', when: '{' }] }")
  const problems = await problemsOf(sound)
  expect(problems["sync.config.mappings['customer-person'].match['Lead']"]).toContain('Account and Contact')
  expect(problems).toHaveProperty(['mapping customer-person.contact.match.Email.when'])
})

it('takes what a deletion does, an order of strictness and a codec by its name', async () => {
  writeFileSync(
    join(folder, 'sync.config.ts'),
    `export default { mappings: { 'customer-person': { deletion: 'deactivate', erasure: 'delete',
       deactivate: { 'Contact.Status__c': 'gone', 'Account.Left__c': { at: 'deletion' } }, personal: ['Contact.Fax'],
       fields: { 'Contact.HasOptedOutOfEmail': { commerce: 'custom.fields.news', owner: 'strictest', codec: 'not', stricter: [true, false], personal: false } } } } }`,
  )
  const { mappings } = await configure({ env: sound, cwd: folder })
  const [account, contact] = mappings[0]?.parts ?? []
  expect(mappings[0]).toMatchObject({ deletion: 'deactivate', erasure: 'delete' })
  expect(account).toMatchObject({ deactivate: { Left__c: { at: 'deletion' } }, personal: [] })
  expect(contact).toMatchObject({ deactivate: { Status__c: 'gone' }, personal: ['Fax'] })
  const rule = contact?.fields.find(one => one.crm === 'HasOptedOutOfEmail')
  expect(rule).toMatchObject({ stricter: [true, false], personal: false, codec: { name: 'not' } })
})

it('says which fields of a deletion cannot be placed, and which codec is none', async () => {
  const problems = await problemsOf(
    sound,
    `{ mappings: { 'customer-person': { deactivate: { 'Lead.Status': 'x' }, personal: ['Fax'], fields: { 'Contact.Title': { codec: 'nott' } } } } }`,
  )
  const at = (name: string) => problems[`sync.config.mappings['customer-person']${name}`]
  expect(at(".deactivate['Lead.Status']")).toContain('say Account.Status or Contact.Status')
  expect(at('.personal[0]')).toContain('say Account.Fax or Contact.Fax')
  expect(JSON.stringify(problems)).toContain('expected one of not, text, date')
})

it('takes several projects, each with variables of its own', async () => {
  writeFileSync(
    join(folder, 'sync.config.ts'),
    `export default { projects: [{ key: 'eu', env: 'CTP' }, { key: 'us', env: 'CTP_US' }] }`,
  )
  const env = { ...sound, CTP_US_CLIENT_ID: 'us-id', CTP_US_CLIENT_SECRET: 's', CTP_US_API_URL: 'https://us.example' }
  const { projects } = await configure({ env, cwd: folder })
  expect(projects).toMatchObject([
    { key: 'eu', clientId: 'id' },
    { key: 'us', clientId: 'us-id', authUrl: 'http://127.0.0.1:4020', apiUrl: 'https://us.example' },
  ])
})

it('takes a form of people that is built, and tells one that is not from one that is none', async () => {
  const file = (people: string) => `{ people: '${people}', mappings: { 'customer-person': { recordType: 'Shopper' } } }`
  expect(await problemsOf(sound, file('person-account'))).toEqual({})
  const config = await configure({ env: sound, cwd: folder })
  expect(config.people).toBe('person-account')
  expect(config.mappings[0]?.parts).toMatchObject([
    { role: 'account', object: 'Account', defaults: { RecordTypeId: { recordType: 'Shopper' } } },
  ])
})

it('leaves what a duplicate rule refuses to a person unless told otherwise', async () => {
  expect((await configure({ env: sound, cwd: join(folder, 'none') })).duplicateRules).toBe('review')
  const wrong = await problemsOf(sound, "{ duplicateRules: 'ignore' }")
  expect(wrong['sync.config.duplicateRules']).toContain('use one of review, allow')
})

it('says of a form of people what is wrong with it', async () => {
  const shared = await problemsOf(sound, "{ people: 'contact-in-shared-account' }")
  expect(shared['sync.config.people']).toContain("'contact-in-shared-account' is not built yet; use one of")
  expect((await configure({ env: sound, cwd: join(folder, 'none') })).people).toBe('contact-with-own-account')
})

it('says what is wrong with a field in the words of the form', async () => {
  const fields = "{ 'Contact.FirstName': { owner: 'crm' }, Email: { owner: 'crm' } }"
  const problems = await problemsOf(
    sound,
    `{ people: 'person-account', mappings: { 'customer-person': { fields: ${fields} } } }`,
  )
  const place = "sync.config.mappings['customer-person'].fields"
  expect(problems[`${place}['Contact.FirstName']`]).toContain('the mapping writes Account')
  expect(problems[`${place}['Email']`]).toContain('did you mean PersonEmail?')
})

it('takes tokens of Pub/Sub push instead of a secret, and knows whose keys they need', async () => {
  const oidc = { audience: 'https://sync.example.com', email: 'push@shop.iam.gserviceaccount.com' }
  const written = (over: object): string => JSON.stringify({ deliveries: { oidc: { ...oidc, ...over } } })
  const open = { ...sound, HOST: '0.0.0.0', CTSF_API_TOKENS: 'ops:long-enough' }
  expect(Object.keys(await problemsOf(open))).toEqual(['CTSF_DELIVERY_SECRET'])
  expect(await problemsOf(open, written({}))).toEqual({})
  expect((await configure({ env: open, cwd: folder })).oidc).toEqual({
    ...oidc,
    issuer: 'https://accounts.google.com',
    keysUrl: 'https://www.googleapis.com/oauth2/v3/certs',
    toleranceMs: 30_000,
  })
})

it.each([
  ['another issuer without its keys', { issuer: 'https://login.example.com' }, 'keysUrl', 'is missing'],
  ['keys that come unencrypted', { keysUrl: 'http://keys.example.com/certs' }, 'keysUrl', 'not encrypted'],
  ['no address of keys', { keysUrl: 'certs' }, 'keysUrl', 'address in full'],
  ['no service account', { email: undefined }, 'email', ''],
])('refuses tokens with %s', async (_name, over, key, what) => {
  const oidc = { audience: 'https://sync.example.com', email: 'push@shop.iam.gserviceaccount.com', ...over }
  const problems = await problemsOf(sound, JSON.stringify({ deliveries: { oidc } }))
  expect(problems).toEqual({ [`sync.config.deliveries.oidc.${key}`]: expect.stringContaining(what) })
})

describe('the queue', () => {
  const queue = { ...sound, CTSF_SQS_QUEUE_URL: 'https://sqs.eu-west-1.amazonaws.com/123456789012/ctsf' }
  const keys = { AWS_ACCESS_KEY_ID: 'AKIA', AWS_SECRET_ACCESS_KEY: 'hush' }
  const queueOf = async (env: Record<string, string>) => (await configure({ env, cwd: folder })).queue

  it('is none where none is named, whatever else is set for Amazon', async () => {
    expect(await queueOf({ ...sound, ...keys, AWS_REGION: 'eu-west-1' })).toBeNull()
  })

  it('takes its region from its address, else from the environment', async () => {
    const inAddress = { region: 'eu-west-1', endpoint: null, receivers: 4, hiddenMs: 30_000 }
    expect(await queueOf({ ...queue, ...keys, AWS_REGION: 'us-east-1' })).toMatchObject(inAddress)
    const local = { ...queue, ...keys, CTSF_SQS_QUEUE_URL: 'http://127.0.0.1:4566/000000000000/ctsf' }
    expect(await queueOf({ ...local, AWS_DEFAULT_REGION: 'eu-north-1' })).toMatchObject({ region: 'eu-north-1' })
    expect(await problemsOf(local)).toMatchObject({ AWS_REGION: expect.stringContaining('names no region') })
    const vpc = 'https://vpce-1a-2b.sqs.ap-southeast-2.vpce.amazonaws.com/1/ctsf'
    expect(await queueOf({ ...queue, ...keys, CTSF_SQS_QUEUE_URL: vpc })).toMatchObject({ region: 'ap-southeast-2' })
  })

  it('is read with the keys that are given, or with what the environment names instead', async () => {
    const token = join(folder, 'token')
    writeFileSync(token, 'hush hush\n')
    expect(await queueOf({ ...queue, ...keys, AWS_SESSION_TOKEN_FILE: token })).toMatchObject({
      credentials: { accessKeyId: 'AKIA', secretAccessKey: 'hush', sessionToken: 'hush hush' },
    })
    expect(await queueOf({ ...queue, AWS_PROFILE: 'shop' })).toMatchObject({ credentials: null })
  })

  it('says what is missing, and that a FIFO queue is none', async () => {
    expect(await problemsOf(queue)).toMatchObject({ AWS_ACCESS_KEY_ID: expect.stringContaining('AWS_PROFILE') })
    expect(await problemsOf({ ...queue, AWS_ACCESS_KEY_ID: 'AKIA' })).toMatchObject({
      AWS_SECRET_ACCESS_KEY: expect.stringContaining('is missing, but AWS_ACCESS_KEY_ID is set'),
    })
    expect(await problemsOf({ ...queue, AWS_SECRET_ACCESS_KEY: 'hush' })).toMatchObject({
      AWS_ACCESS_KEY_ID: expect.stringContaining('is missing, but AWS_SECRET_ACCESS_KEY is set'),
    })
    const fifo = `${queue.CTSF_SQS_QUEUE_URL}.fifo`
    expect(await problemsOf({ ...queue, ...keys, CTSF_SQS_QUEUE_URL: fifo })).toMatchObject({
      CTSF_SQS_QUEUE_URL: expect.stringContaining('FIFO'),
    })
  })
})
