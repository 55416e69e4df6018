/** `--state`: what happened survives the death of the process, and the program keeps its manners. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { at, caller, type Json, receiver, SUBSCRIPTION, tokenOf } from './world.ts'

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url))
let directory = ''
let running: ChildProcess[] = []

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'emulator-'))
})
afterEach(() => {
  for (const child of running) child.kill('SIGKILL')
  running = []
  rmSync(directory, { recursive: true, force: true })
})

function program(args: string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  const child = spawn(process.execPath, [MAIN, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  })
  running.push(child)
  return child
}

async function started(args: string[], env: NodeJS.ProcessEnv = {}) {
  const child = program(['--port', '0', '--json', ...args], env)
  if (!child.stdout) throw new Error('no standard output')
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  const ready = JSON.parse(line.toString()) as Json
  expect(ready.ready).toBe(true)
  const url = String(at(ready, 'urls', 'commercetools'))
  return { child, url, ...(await caller(url)) }
}

async function killed(child: ChildProcess) {
  child.kill('SIGKILL')
  await once(child, 'exit')
}

describe('a killed emulator', () => {
  test('comes back with resources, versions, message numbers, the clock and what it had not delivered', async () => {
    const inbox = await receiver()
    inbox.answers(push => (push.payload.type === 'CustomerCreated' ? 503 : 204))
    const args = ['--state', directory, '--deliver-to', inbox.url]
    const env = { CTSF_DELIVERY_SECRET: 'hush' }
    const first = await started(args, env)
    await first.ok('POST', '/demo/subscriptions', SUBSCRIPTION)
    await first.control('POST', 'clock', { advanceMs: 3_600_000 })
    const customer = await first.signUp({ email: 'a@example.com', firstName: 'A' })
    const gone = await first.signUp({ email: 'gone@example.com' })
    await first.ok('DELETE', `/demo/customers/${gone.id}?version=1`)
    const changed = await first.act(customer, { action: 'setFirstName', firstName: 'B' })
    await first.until('/__emulator/deliveries', body => body.pending === 2)
    await killed(first.child)
    appendFileSync(join(directory, 'journal.jsonl'), '{"k":"commit","torn')

    inbox.pushes.length = 0
    inbox.answers(() => 204)
    const second = await started(args, env)
    expect(await second.ok('GET', `/demo/customers/${customer.id}`)).toEqual(changed)
    expect((await second.call('GET', `/demo/customers/${gone.id}`)).status).toBe(404)
    await inbox.until(pushes => pushes.filter(each => each.payload.type === 'CustomerCreated').length === 2)
    expect(inbox.pushes[0]?.headers.authorization).toBe('Bearer hush')
    const created = inbox.payloads().filter(each => each.type === 'CustomerCreated')
    expect(created.find(each => at(each, 'resource', 'id') === customer.id)).toMatchObject({
      customer: { firstName: 'A', version: 1 },
    })
    expect(created.find(each => at(each, 'resource', 'id') === gone.id)).toMatchObject({
      customer: { email: 'gone@example.com' },
    })
    const later = await second.act(changed, { action: 'setFirstName', firstName: 'C' })
    expect(Date.parse(String(later.lastModifiedAt)) - Date.now()).toBeGreaterThan(3_500_000)
    const messages = await second.query('messages', {
      where: `resource(id="${customer.id}")`,
      sort: 'sequenceNumber asc',
    })
    expect((messages.results as Json[]).map(each => each.sequenceNumber)).toEqual([1, 2, 3])
    await inbox.until(pushes => pushes.some(each => at(each.payload, 'sequenceNumber') === 3))
    await killed(second.child)
    await inbox.close()
  })

  test('accepts the tokens it gave out before', async () => {
    const first = await started(['--state', directory])
    const authorization = `Bearer ${await tokenOf(first.url)}`
    await killed(first.child)
    const second = await started(['--state', directory])
    expect((await second.call('GET', '/demo/customers', undefined, { authorization })).status).toBe(200)
  })

  test('goes on playing, without a step lost or played twice', async () => {
    const first = await started(['--state', directory])
    await first.control('POST', 'play', { scenario: 'arrivals', rate: 2_000, customers: 1_500, seed: 3 })
    await first.until('/__emulator/play', body => Number(body.done) > 200)
    await killed(first.child)
    const second = await started(['--state', directory])
    const progress = await second.until('/__emulator/play', body => body.running === false)
    expect(progress).toMatchObject({ done: 1_500, skipped: 0, lastError: null })
    expect((await second.query('customers', {})).total).toBe(1_500)
  })

  test('writes a short journal when it starts', async () => {
    const first = await started(['--state', directory])
    let customer = await first.signUp({ email: 'a@example.com' })
    for (let n = 0; n < 20; n += 1) customer = await first.act(customer, { action: 'setVatId', vatId: `V${n}` })
    await killed(first.child)
    const lines = () => readFileSync(join(directory, 'journal.jsonl'), 'utf8').trim().split('\n').length
    const before = lines()
    await started(['--state', directory])
    expect(lines()).toBeLessThan(before / 2)
  })
})

describe('the program', () => {
  test('ends with 0 when it is asked to, by signal or by the end of its input', async () => {
    const asked = await started([])
    asked.child.kill('SIGTERM')
    expect((await once(asked.child, 'exit'))[0]).toBe(0)
    const orphan = await started(['--exit-with-parent'])
    orphan.child.stdin?.end()
    expect((await once(orphan.child, 'exit'))[0]).toBe(0)
  })

  test.each([
    [['--port', 'many'], "'many' is not a port"],
    [['--nonsense'], "'--nonsense'"],
    [['--deliver-to', 'somewhere'], 'is not an http or https URL'],
    [['--port', '0', '--data', 'missing.json'], "'missing.json' can not be read"],
  ])('ends with 2 for %j', async (args, message) => {
    const child = program(args)
    let said = ''
    child.stderr?.on('data', part => {
      said += part
    })
    const [code] = await once(child, 'close')
    expect(code).toBe(2)
    expect(said).toContain(message)
  })

  test('ends with 2 for a taken port', async () => {
    const first = await started([])
    const child = program(['--port', new URL(first.url).port])
    expect((await once(child, 'exit'))[0]).toBe(2)
  })

  test('reads projects, clients and resources from a data file', async () => {
    const file = join(directory, 'data.json')
    const projects = [
      {
        key: 'demo',
        clients: [{ id: 'sync', secret: 'secret' }],
        customerGroups: [{ key: 'gold', groupName: 'Gold' }],
        customers: [
          { email: 'a@example.com', password: 'x', customerGroup: { typeId: 'customer-group', key: 'gold' } },
        ],
      },
      { key: 'second', languages: ['de'] },
    ]
    writeFileSync(file, JSON.stringify({ projects }))
    const it = await started(['--data', file])
    expect((await it.query('customers', { where: 'customerGroup is defined' })).total).toBe(1)
    expect((await it.call('GET', '/second')).status).toBe(403)
    const wrong = await fetch(`${it.url}/oauth/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa('sync:guess')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    })
    expect([wrong.status, at(await wrong.json(), 'error')]).toEqual([401, 'invalid_client'])
  })
})
