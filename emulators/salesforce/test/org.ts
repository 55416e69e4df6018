// A running emulator with a logged-in plain HTTP client, for tests that look at the wire itself.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type EmulatorOptions, type SalesforceEmulator, salesforceEmulator } from '../src/index.ts'

export const VERSION = 'v67.0'

export type Answer = { status: number; body: unknown; headers: Headers }
export type Wire = {
  emulator: SalesforceEmulator
  /** A call below /services/data/v67.0. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>
  /** A call below /__emulator. */
  control(method: string, path: string, body?: unknown): Promise<Answer>
  query(soql: string): Promise<Record<string, unknown>[]>
  login(form?: Record<string, string>): Promise<string>
}

const field = (name: string, type: string, more = ''): [string, string] => [
  name,
  `<?xml version="1.0" encoding="UTF-8"?><CustomField xmlns="http://soap.sforce.com/2006/04/metadata"><fullName>${name}</fullName><label>${name.replace('__c', '').replaceAll('_', ' ')}</label><type>${type}</type>${more}</CustomField>`,
]

const KEY = '<length>255</length><externalId>true</externalId><unique>true</unique><caseSensitive>true</caseSensitive>'

/** A small package of the tests' own, so that they do not depend on what the product deploys. */
export function writePackage(directory: string): void {
  const base = join(directory, 'core/main/default/objects')
  const put = (path: string, text: string): void => {
    mkdirSync(join(base, path, '..'), { recursive: true })
    writeFileSync(join(base, path), text)
  }
  mkdirSync(directory, { recursive: true })
  writeFileSync(
    join(directory, 'sfdx-project.json'),
    JSON.stringify({ packageDirectories: [{ path: 'core', default: true }] }),
  )
  const fields: Record<string, [string, string][]> = {
    Account: [
      field('CT_Id__c', 'Text', KEY),
      field('ERP_Id__c', 'Text', '<length>40</length><externalId>true</externalId>'),
      field('Nick__c', 'Text', '<length>20</length><unique>true</unique><caseSensitive>false</caseSensitive>'),
    ],
    Contact: [
      field('CT_Id__c', 'Text', KEY),
      field('Score__c', 'Number', '<precision>6</precision><scale>2</scale>'),
      field('Vip__c', 'Checkbox', '<defaultValue>true</defaultValue>'),
      field('Seen_At__c', 'DateTime'),
      field('Notes__c', 'LongTextArea', '<length>5000</length><visibleLines>3</visibleLines>'),
      field(
        'Tier__c',
        'Picklist',
        '<valueSet><restricted>true</restricted><valueSetDefinition><sorted>false</sorted><value><fullName>Gold</fullName><default>false</default><label>Gold</label></value><value><fullName>Silver</fullName><default>true</default><label>Silver</label></value></valueSetDefinition></valueSet>',
      ),
      field(
        'Interests__c',
        'MultiselectPicklist',
        '<valueSet><restricted>true</restricted><valueSetDefinition><sorted>false</sorted><value><fullName>A</fullName><default>false</default><label>A</label></value><value><fullName>B</fullName><default>false</default><label>B</label></value></valueSetDefinition></valueSet><visibleLines>3</visibleLines>',
      ),
    ],
    Order_Event__e: [
      field('Order_Number__c', 'Text', '<length>40</length>'),
      field('Has_Shipped__c', 'Checkbox', '<defaultValue>false</defaultValue>'),
      field('Amount__c', 'Number', '<precision>18</precision><scale>2</scale>'),
      field('Shipped_At__c', 'DateTime'),
    ],
    CT_Cart__c: [
      field('CT_Id__c', 'Text', KEY),
      field(
        'Contact__c',
        'Lookup',
        '<referenceTo>Contact</referenceTo><relationshipName>Carts</relationshipName><deleteConstraint>SetNull</deleteConstraint>',
      ),
    ],
  }
  put(
    'CT_Cart__c/CT_Cart__c.object-meta.xml',
    '<?xml version="1.0" encoding="UTF-8"?><CustomObject xmlns="http://soap.sforce.com/2006/04/metadata"><label>Cart</label><pluralLabel>Carts</pluralLabel><nameField><displayFormat>C-{0000}</displayFormat><label>Cart Number</label><type>AutoNumber</type></nameField><deploymentStatus>Deployed</deploymentStatus><sharingModel>ReadWrite</sharingModel></CustomObject>',
  )
  put(
    'Order_Event__e/Order_Event__e.object-meta.xml',
    '<?xml version="1.0" encoding="UTF-8"?><CustomObject xmlns="http://soap.sforce.com/2006/04/metadata"><deploymentStatus>Deployed</deploymentStatus><eventType>HighVolume</eventType><label>Order Event</label><pluralLabel>Order Events</pluralLabel><publishBehavior>PublishAfterCommit</publishBehavior></CustomObject>',
  )
  for (const [object, list] of Object.entries(fields)) {
    for (const [name, xml] of list) put(`${object}/fields/${name}.field-meta.xml`, xml)
  }
}

/** A directory that is gone when the scope ends. */
export function scratch(): { path: string; [Symbol.dispose](): void } {
  const path = mkdtempSync(join(tmpdir(), 'sf-emulator-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}

export async function wire(options: EmulatorOptions = {}): Promise<Wire & AsyncDisposable> {
  const directory = scratch()
  writePackage(join(directory.path, 'package'))
  const emulator = await salesforceEmulator({ packageDir: join(directory.path, 'package'), ...options })
  const talk = client(emulator.url)
  await talk.login()
  return {
    emulator,
    ...talk,
    async [Symbol.asyncDispose]() {
      await emulator.close()
      directory[Symbol.dispose]()
    },
  }
}

export function client(url: string): Omit<Wire, 'emulator'> {
  let token = ''
  const ask = async (method: string, path: string, body: unknown, headers: Record<string, string>): Promise<Answer> => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, body: text === '' ? null : JSON.parse(text), headers: response.headers }
  }
  const call: Wire['call'] = (method, path, body, headers = {}) =>
    ask(method, `/services/data/${VERSION}${path}`, body, headers)
  return {
    call,
    control: (method, path, body) => ask(method, `/__emulator${path}`, body, {}),
    async query(soql) {
      const { status, body } = await call('GET', `/query?q=${encodeURIComponent(soql)}`)
      if (status !== 200) throw new Error(`query failed: ${JSON.stringify(body)}`)
      return (body as { records: Record<string, unknown>[] }).records
    },
    async login(form = { grant_type: 'client_credentials', client_id: 'any', client_secret: 'any' }) {
      const response = await fetch(`${url}/services/oauth2/token`, { method: 'POST', body: new URLSearchParams(form) })
      const body = (await response.json()) as { access_token?: string }
      if (!body.access_token) throw new Error(`login failed: ${JSON.stringify(body)}`)
      token = body.access_token
      return token
    },
  }
}
