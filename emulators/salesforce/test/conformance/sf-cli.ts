/**
 * `npm run conformance:sf-cli`: the Salesforce CLI against an emulated org that this starts, every answer looked at. Not part
 * of the suite: the CLI is 300 MB and takes seconds for each command. It is looked for in SF_CLI, then on the PATH.
 */

import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { scratch, VERSION, wire } from '../org.ts'

const HELP = `The Salesforce CLI was not found. It is an npm package:

  npm install --prefix /tmp/sf-cli @salesforce/cli
  SF_CLI=/tmp/sf-cli/node_modules/.bin/sf npm run conformance:sf-cli

An installed \`sf\` on the PATH is taken as well.
`

const sf = process.env.SF_CLI ?? 'sf'
const TIMEOUT_MS = 180_000

type Answer = { status: number; result: unknown; message?: string }

await using org = await wire({ org: { bulkQueueMs: 0, bulkRecordMs: 0 } })
using home = scratch()
mkdirSync(join(home.path, 'work'))
const env = {
  ...process.env,
  HOME: home.path,
  SF_ACCESS_TOKEN: await org.login(),
  SF_USE_GENERIC_UNIX_KEYCHAIN: 'true',
  SF_DISABLE_TELEMETRY: 'true',
  SF_AUTOUPDATE_DISABLE: 'true',
  SF_SKIP_NEW_VERSION_CHECK: 'true',
  SF_DISABLE_LOG_FILE: 'true',
  SF_ORG_API_VERSION: VERSION.slice(1),
}

function run(...given: string[]): Promise<{ code: number | null; out: string; err: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(sf, given, { cwd: join(home.path, 'work'), env, timeout: TIMEOUT_MS })
    let [out, err] = ['', '']
    child.stdout.on('data', part => {
      out += part
    })
    child.stderr.on('data', part => {
      err += part
    })
    child.on('error', reject)
    child.on('close', code => resolve({ code, out, err }))
  })
}

/** The answer of a command in JSON; throws when the command failed. */
async function told(...given: string[]): Promise<unknown> {
  const { code, out, err } = await run(...given, '--target-org', 'emu', '--json')
  const answer: Answer = JSON.parse(out || '{"status":1}')
  if (code !== 0 || answer.status !== 0) throw new Error(`${answer.message ?? ''} ${err} ${out}`.slice(0, 2000))
  return answer.result
}

function holds(what: unknown, so: boolean): void {
  if (!so) throw new Error(`not as it should be: ${JSON.stringify(what)?.slice(0, 2000)}`)
}

const file = (name: string, text: string): string => {
  writeFileSync(join(home.path, 'work', name), text)
  return name
}
const rows = (soql: string): Promise<Record<string, unknown>[]> => org.query(soql)

const steps: [what: string, act: () => Promise<void>][] = [
  [
    'org login access-token',
    async () => {
      const { code, out, err } = await run(
        ...[
          'org',
          'login',
          'access-token',
          '--instance-url',
          org.emulator.url,
          '--no-prompt',
          '--alias',
          'emu',
          '--json',
        ],
      )
      if (code !== 0) throw new Error(out + err)
    },
  ],
  [
    'data create record',
    async () => {
      await told('data', 'create', 'record', '--sobject', 'Account', '--values', "Name='ACME & Söhne' CT_Id__c=acme")
      const found = await rows('SELECT Name, CT_Id__c FROM Account')
      holds(found, found.length === 1 && found[0]?.Name === 'ACME & Söhne' && found[0]?.CT_Id__c === 'acme')
    },
  ],
  [
    'data query',
    async () => {
      const soql = "SELECT Id, Name, Owner.Name FROM Account WHERE CT_Id__c = 'acme'"
      const result = (await told('data', 'query', '--query', soql)) as {
        records: { Name: string }[]
        totalSize: number
      }
      holds(result, result.totalSize === 1 && result.records[0]?.Name === 'ACME & Söhne')
      // The table for people asks for the columns first.
      const { code, out, err } = await run('data', 'query', '--query', soql, '--target-org', 'emu')
      holds(out + err, code === 0 && out.includes('OWNER.NAME') && out.includes('Total number of records retrieved: 1'))
    },
  ],
  [
    'data get and update record',
    async () => {
      const where = ['--sobject', 'Account', '--where', 'CT_Id__c=acme']
      await told('data', 'update', 'record', ...where, '--values', 'Phone=030')
      const record = (await told('data', 'get', 'record', ...where)) as { Phone: string }
      holds(record, record.Phone === '030')
    },
  ],
  [
    'data upsert bulk',
    async () => {
      const csv = file('upsert.csv', 'CT_Id__c,LastName,Account.CT_Id__c\nc1,One,acme\nc2,Two,acme\nc3,Three,\n')
      await told(
        ...[
          'data',
          'upsert',
          'bulk',
          '--sobject',
          'Contact',
          '--file',
          csv,
          '--external-id',
          'CT_Id__c',
          '--wait',
          '2',
        ],
      )
      const found = await rows("SELECT LastName FROM Contact WHERE Account.CT_Id__c = 'acme' ORDER BY LastName")
      holds(found, found.map(({ LastName }) => LastName).join() === 'One,Two')
    },
  ],
  [
    'data delete bulk',
    async () => {
      const gone = await rows("SELECT Id FROM Contact WHERE CT_Id__c IN ('c1', 'c2')")
      const csv = file('delete.csv', `Id\n${gone.map(({ Id }) => Id).join('\n')}\n`)
      await told('data', 'delete', 'bulk', '--sobject', 'Contact', '--file', csv, '--wait', '2')
      holds(await rows('SELECT CT_Id__c FROM Contact'), (await rows('SELECT Id FROM Contact')).length === 1)
    },
  ],
  [
    'data delete record',
    async () => {
      await told('data', 'delete', 'record', '--sobject', 'Account', '--where', 'CT_Id__c=acme')
      holds('accounts', (await rows('SELECT Id FROM Account')).length === 0)
    },
  ],
  [
    'sobject list and describe',
    async () => {
      const names = (await told('sobject', 'list', '--sobject', 'all')) as string[]
      holds(names, names.includes('Account') && names.includes('CT_Cart__c'))
      const described = (await told('sobject', 'describe', '--sobject', 'Contact')) as {
        name: string
        fields: unknown[]
      }
      holds(described.name, described.name === 'Contact' && described.fields.length > 20)
    },
  ],
  [
    'org list limits',
    async () => {
      const limits = (await told('org', 'list', 'limits')) as { name: string; max: number; remaining: number }[]
      const calls = limits.find(({ name }) => name === 'DailyApiRequests')
      holds(limits, calls?.max === 100_000 && calls.remaining < 100_000)
    },
  ],
  [
    'api request rest',
    async () => {
      const path = `/services/data/${VERSION}/sobjects/Account`
      const { code, out, err } = await run(
        'api',
        'request',
        'rest',
        path,
        '--method',
        'POST',
        '--body',
        '{"Name":"By REST"}',
        '--target-org',
        'emu',
      )
      holds(out + err, code === 0 && out.includes('"success": true'))
      holds('accounts', (await rows("SELECT Id FROM Account WHERE Name = 'By REST'")).length === 1)
    },
  ],
  [
    'a refusal is told in its own words',
    async () => {
      const { code, out } = await run(
        'data',
        'query',
        '--query',
        'SELECT Nope FROM Account',
        '--target-org',
        'emu',
        '--json',
      )
      holds(out, code !== 0 && out.includes("No such column 'Nope' on entity 'Account'"))
    },
  ],
]

const version = spawnSync(sf, ['--version'], { env, encoding: 'utf8' })
if (version.error || version.status !== 0) {
  process.stderr.write(HELP)
  process.exitCode = 2
} else {
  process.stdout.write(version.stdout)
  for (const [what, act] of steps) {
    try {
      await act()
      process.stdout.write(`passed  ${what}\n`)
    } catch (error) {
      process.stdout.write(`FAILED  ${what}\n        ${error instanceof Error ? error.message : error}\n`)
      process.exitCode = 1
    }
  }
}
