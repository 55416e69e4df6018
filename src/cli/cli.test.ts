/** The command as people and scripts meet it: exit codes, one JSON document, one readable block when something is wrong. */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { played } from './demo/scenarios.ts'

const ctsf = fileURLToPath(new URL('../../bin/ctsf.js', import.meta.url))
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cli-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

type Ran = { readonly code: number | null; readonly out: string; readonly err: string }
type Started = {
  readonly pid: number
  readonly ended: Promise<Ran>
  first(): Promise<string>
  kill(signal: NodeJS.Signals): void
}

function start(args: readonly string[], env: Record<string, string> = {}, node = process.execPath): Started {
  const child = spawn(node, [ctsf, ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  let err = ''
  child.stdout.on('data', (chunk: Buffer) => (out += chunk))
  child.stderr.on('data', (chunk: Buffer) => (err += chunk))
  return {
    pid: child.pid ?? 0,
    ended: new Promise(resolve => child.on('close', code => resolve({ code, out, err }))),
    first: () =>
      new Promise(resolve => {
        const look = (): void => {
          if (out.includes('\n')) resolve(out.split('\n')[0] ?? '')
          else setTimeout(look, 20)
        }
        look()
      }),
    kill: signal => child.kill(signal),
  }
}
const run = (args: readonly string[], env: Record<string, string> = {}) => start(args, env).ended

describe('wrong usage', () => {
  it.each([
    [['nonsense'], /unknown command/],
    [['status', '--nope'], /unknown option/],
    [['plan', 'customer'], /Say which record/],
    [['plan', '--match-only'], /Say which mapping/],
    [['plan', '--match-only', '--mapping', 'm', '--sample', 'all'], /is no number of records/],
    [['start', '--role', 'cook'], /no role 'cook'/],
    [['demo', '--customers', 'many'], /no whole number/],
    [['start', '--port', '70000'], /PORT: '70000' is no port/],
    [['conflicts', 'resolve', 'x'], /Choose one way/],
    [['conflicts', 'resolve', 'x', '--create', '--take', 'crm'], /Choose one way/],
    [['conflicts', 'resolve', '--ignore'], /Say which conflict/],
    [['conflicts', 'resolve', 'x', '--ignore', '--where', 'kind=claimed'], /Say which conflict/],
    [['conflicts', 'resolve', '--ignore', '--where', 'colour=red'], /says nothing/],
    [['conflicts', 'resolve', '--link', 'Contact/003', '--where', 'kind=claimed'], /one by one/],
    [['emulate', 'salesforce', '--port', 'x'], /--port must be a number/],
  ])('%j ends with 2', async (args, message) => {
    const { code, err } = await run(args)
    expect(code).toBe(2)
    expect(err).toMatch(message)
    expect(err).not.toMatch(/^\s+at /m)
  })
  it('lists everything that is wrong with the set-up, for programs too', async () => {
    const { code, out, err } = await run(['start', '--json'])
    expect(code).toBe(2)
    const places = JSON.parse(out).problems.map((problem: { place: string }) => problem.place)
    expect(places).toEqual(expect.arrayContaining(['CTP_PROJECT_KEY', 'CTP_CLIENT_SECRET', 'SF_LOGIN_URL']))
    expect(err).toContain('SF_CLIENT_SECRET: is missing')
    expect(existsSync(join(folder, 'data'))).toBe(false)
  })
  it('helps, and says its version', async () => {
    expect(await run(['--version'])).toMatchObject({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) })
    expect((await run(['help', 'demo'])).out).toContain('--once')
  })
})

describe('a running service', () => {
  it('is missed in one block, or in one document', async () => {
    const { code, out, err } = await run(['status', '--url', 'http://127.0.0.1:1', '--json'])
    expect([code, JSON.parse(out).error.code]).toEqual([1, 'no-service'])
    expect(err).toContain('No service answers at http://127.0.0.1:1')
  })
  it('is asked with the token, and its refusal is handed on', async () => {
    const asked: (string | undefined)[] = []
    const server = createServer((request, response) => {
      asked.push(request.headers.authorization, request.url)
      response.writeHead(404, { 'content-type': 'application/json' })
      response.end(
        JSON.stringify({ error: { code: 'not-found', message: 'Nothing is known.', fix: 'Look elsewhere.' } }),
      )
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`
    const { code, err } = await run(['trace', 'customer/a b'], { CTSF_URL: url, CTSF_TOKEN: 'open' })
    server.close()
    expect([code, err]).toEqual([1, 'Nothing is known.\n  Look elsewhere.\n'])
    expect(asked).toEqual(['Bearer open', '/api/v1/trace/customer%2Fa%20b'])
  })
})

describe('the demo', () => {
  const env = () => ({ DATA_DIR: join(folder, 'data') })
  it('syncs once, says so by contract, and has nothing to do the second time', async () => {
    const once = ['demo', '--once', '--customers', '60', '--json']
    const first = await run(once, env())
    expect(first.code).toBe(0)
    expect(JSON.parse(first.out)).toMatchObject({
      ok: true,
      durationMs: expect.any(Number),
      commerce: { customer: 60 },
      apiCalls: expect.any(Number),
      records: expect.any(Number),
      passes: { count: expect.any(Number), sizes: expect.any(Array) },
      failures: expect.any(Number),
      pending: 0,
      lost: 0,
      duplicates: 0,
    })
    // Two customers of one email, in two stores: a person is asked about the second, and everybody else is there.
    const { crm, conflicts } = JSON.parse(first.out)
    expect(crm.Account + conflicts).toBe(60)
    expect(conflicts).toBeLessThan(5)
    const { after, leftOut } = JSON.parse(first.out)
    expect(after.scenarios.map(({ name }: { name: string }) => name)).toEqual(played.map(({ name }) => name))
    for (const { steps, skipped } of after.scenarios) expect(steps - skipped).toBeGreaterThan(0)
    expect(after.gone.erased).toBeGreaterThanOrEqual(5)
    expect(after.crm.CT_Order__c).toBeGreaterThan(10)
    expect(after.totals).toMatchObject({ compared: expect.any(Number), different: 0 })
    expect(after.crm.Opportunity).toBe(after.commerce['quote-request'])
    expect(after.crm.Task).toBeGreaterThan(10)
    expect(leftOut).toEqual({})
    const second = JSON.parse((await run(once, env())).out)
    expect(second).toMatchObject({ ok: true, records: 0, passes: { count: 0, sizes: [] }, after: null })
    expect([second.commerce, second.crm]).toEqual([after.commerce, after.crm])
  }, 180_000)
  it('lives until it is asked to end, and takes its emulators with it', async () => {
    const ports = ['--port', '0', '--salesforce-port', '0', '--commercetools-port', '0']
    const demo = start(['demo', '--customers', '20', '--json', ...ports], env())
    const { ready, urls } = JSON.parse(await demo.first())
    expect(ready).toBe(true)
    const status = await run(['status', '--json', '--url', urls.service])
    expect(JSON.parse(status.out)).toMatchObject({ projects: ['demo'] })
    expect((await fetch(urls.salesforce)).ok).toBe(true)
    demo.kill('SIGINT')
    expect(await demo.ended).toMatchObject({ code: 0 })
    for (const url of [urls.service, urls.salesforce, urls.commercetools]) await expect(fetch(url)).rejects.toThrow()
  }, 120_000)
  it('leaves nothing behind when it is killed', async () => {
    const ports = ['--port', '0', '--salesforce-port', '0', '--commercetools-port', '0']
    const demo = start(['demo', '--customers', '20', '--json', ...ports], env())
    const { urls } = JSON.parse(await demo.first())
    demo.kill('SIGKILL')
    await demo.ended
    for (const url of [urls.salesforce, urls.commercetools])
      await expect
        .poll(
          () =>
            fetch(url).then(
              () => 'alive',
              () => 'gone',
            ),
          { timeout: 10_000 },
        )
        .toBe('gone')
    expect(await run(['demo', '--once', '--customers', '20'], env())).toMatchObject({ code: 0 })
  }, 120_000)
})

const older = ['/usr/bin/node', '/usr/local/bin/node'].find(existsSync)
describe.skipIf(older === undefined)("the machine's own Node", () => {
  it('hands over to the one that came with the packages, signals and exit code included', async () => {
    expect(await start(['--version'], {}, older).ended).toMatchObject({ code: 0 })
    expect(await start(['nonsense'], {}, older).ended).toMatchObject({ code: 2 })
    const emulator = start(['emulate', 'salesforce', '--port', '0', '--json'], {}, older)
    const { urls } = JSON.parse(await emulator.first())
    emulator.kill('SIGTERM')
    expect(await emulator.ended).toMatchObject({ code: 0 })
    await expect(fetch(urls.salesforce)).rejects.toThrow()
  }, 30_000)
})
