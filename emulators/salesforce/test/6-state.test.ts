// The state directory: what a killed process leaves behind, and what the next one makes of it.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { salesforceEmulator } from '../src/index.ts'
import { client, scratch, writePackage } from './org.ts'

const PROGRAM = fileURLToPath(new URL('../src/main.ts', import.meta.url))

type Running = { child: ChildProcess; url: string }

async function run(directory: string, ...more: string[]): Promise<Running> {
  const args = [
    PROGRAM,
    '--port',
    '0',
    '--state',
    join(directory, 'state'),
    '--package',
    join(directory, 'package'),
    '--json',
    ...more,
  ]
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  let text = ''
  for await (const chunk of child.stdout) {
    text += chunk
    if (text.includes('\n')) break
  }
  const ready = JSON.parse(text) as { ready: boolean; urls: { salesforce: string; salesforcePubSub?: string } }
  expect(ready.ready).toBe(true)
  expect(ready.urls.salesforcePubSub !== undefined).toBe(more.includes('--grpc-port'))
  return { child, url: ready.urls.salesforce }
}

async function end({ child }: Running, signal: NodeJS.Signals): Promise<number | null> {
  const ended = once(child, 'exit')
  child.kill(signal)
  const [code] = await ended
  return code
}

test('a killed process goes on where it was: rows, ids, clock, usage, sessions', async () => {
  using directory = scratch()
  writePackage(join(directory.path, 'package'))
  const first = await run(directory.path)
  const before = client(first.url)
  const token = await before.login()
  await before.control('POST', '/clock', { advanceMs: 3_600_000 })
  const records = Array.from({ length: 50 }, (_, at) => ({
    attributes: { type: 'Contact' },
    CT_Id__c: `k${at}`,
    LastName: `L${at}`,
  }))
  const made = await before.call('PATCH', '/composite/sobjects/Contact/CT_Id__c', { records })
  const ids = (made.body as { id: string }[]).map(row => row.id)
  await before.call('DELETE', `/sobjects/Contact/${ids[3]}`)
  const usage = (await before.call('GET', '/limits')).headers.get('sforce-limit-info')
  await end(first, 'SIGKILL')

  const second = await run(directory.path)
  const after = client(second.url)
  const response = await fetch(`${second.url}/services/data/v67.0/query?q=SELECT+COUNT()+FROM+Contact`, {
    headers: { authorization: `Bearer ${token}` },
  })
  expect(await response.json()).toMatchObject({ totalSize: 49 })
  expect(usage).toBe('api-usage=3/100000')
  expect(response.headers.get('sforce-limit-info')).toBe('api-usage=4/100000')
  await after.login()
  expect(await after.query("SELECT Id FROM Contact WHERE CT_Id__c = 'k7'")).toMatchObject([{ Id: ids[7] }])
  const next = await after.call('POST', '/sobjects/Contact', { LastName: 'Next' })
  expect(ids).not.toContain((next.body as { id: string }).id)
  expect(String((next.body as { id: string }).id) > String(ids.at(-1))).toBe(true)
  expect((await after.control('GET', '/clock')).body).toMatchObject({ offsetMs: 3_600_000 })
  expect(await end(second, 'SIGTERM')).toBe(0)
})

test('a torn last line is cut off, and a rewritten file says the same', async () => {
  using directory = scratch()
  const stateDir = join(directory.path, 'state')
  writePackage(join(directory.path, 'package'))
  const options = { stateDir, packageDir: join(directory.path, 'package') }
  const emulator = await salesforceEmulator(options)
  const talk = client(emulator.url)
  await talk.login()
  const { body } = await talk.call('POST', '/sobjects/Account', { Name: 'A' })
  const { id } = body as { id: string }
  for (let at = 0; at < 400; at++)
    await talk.control('POST', '/edit', { object: 'Account', id, fields: { Phone: `${at}` } })
  await talk.call('POST', '/sobjects/CT_Cart__c', {})
  await emulator.close()
  const file = join(stateDir, 'salesforce.jsonl')
  appendFileSync(file, '{"rows":[["Account","001')
  const size = readFileSync(file).length

  for (const round of [1, 2]) {
    await using again = await salesforceEmulator(options)
    const reader = client(again.url)
    await reader.login()
    expect(await reader.query('SELECT Phone, SystemModstamp FROM Account')).toMatchObject([{ Phone: '399' }])
    const cart = await reader.call('POST', '/sobjects/CT_Cart__c', {})
    const { id: cartId } = cart.body as { id: string }
    expect((await reader.call('GET', `/sobjects/CT_Cart__c/${cartId}`)).body).toMatchObject({
      Name: `C-000${round + 1}`,
    })
  }
  expect(readFileSync(file).length).toBeLessThan(size / 5)
})

test('begins with the data file once, and ends with its parent', async () => {
  using directory = scratch()
  writePackage(join(directory.path, 'package'))
  const data = join(directory.path, 'data.json')
  writeFileSync(
    data,
    JSON.stringify({
      Account: [{ Name: 'Seeded', CT_Id__c: 's' }],
      Contact: [{ LastName: 'C', Account: { CT_Id__c: 's' } }],
    }),
  )
  for (let round = 0; round < 2; round++) {
    const running = await run(
      directory.path,
      '--data',
      data,
      '--exit-with-parent',
      ...(round === 0 ? ['--grpc-port', '0'] : []),
    )
    const talk = client(running.url)
    await talk.login()
    expect(await talk.query('SELECT Account.Name FROM Contact')).toMatchObject([{ Account: { Name: 'Seeded' } }])
    const ended = once(running.child, 'exit')
    running.child.stdin?.end()
    expect((await ended)[0]).toBe(0)
  }
})

test('refuses what it cannot use with exit code 2', async () => {
  for (const args of [
    ['--port', 'x'],
    ['--nope'],
    ['--org', 'missing.json'],
    ['--grpc-port', 'x'],
    ['--grpc-key', 'x'],
  ]) {
    const child = spawn(process.execPath, [PROGRAM, ...args], { stdio: 'ignore' })
    expect((await once(child, 'exit'))[0]).toBe(2)
  }
})
