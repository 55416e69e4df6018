import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { root } from '../ports.ts'
import { type World, world } from '../world.ts'

/** Runs `ctsf` to its end. */
async function ctsf(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, ['bin/ctsf.js', ...args], {
    cwd: root,
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  let err = ''
  child.stdout.on('data', chunk => {
    out += chunk
  })
  child.stderr.on('data', chunk => {
    err += chunk
  })
  const [code] = await once(child, 'close')
  return { code, out, err }
}

describe('bad input is a normal day', () => {
  let now: World
  let scratch: string

  beforeAll(async () => {
    now = await world({ databaseUrl: null })
    scratch = await mkdtemp(join(tmpdir(), 'ctsf-bad-'))
  })
  afterAll(async () => {
    await now[Symbol.asyncDispose]()
    await rm(scratch, { recursive: true, force: true })
  })

  const deliver = (body: string, headers: Record<string, string> = {}) =>
    fetch(`${now.urls.service}/deliveries/commercetools`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${now.secret}`, ...headers },
    })
  const change = (resource: Record<string, unknown>, more: Record<string, unknown> = {}) =>
    JSON.stringify({
      notificationType: 'ResourceUpdated',
      projectKey: 'demo',
      resource,
      version: 2,
      modifiedAt: '2026-01-01T00:00:00.000Z',
      ...more,
    })

  it.each([
    ['no JSON', '{"notificationType":', 400],
    ['an empty body', '', 400],
    ['a form nobody knows', '{"hello":"world"}', 400],
    ['more than a megabyte', JSON.stringify({ padding: 'x'.repeat(2_000_000) }), 413],
    ['an id with quotes', change({ typeId: 'customer', id: `x" or id != "` }), 400],
    ['an id with a newline', change({ typeId: 'customer', id: 'x\ny' }), 400],
    ['an envelope whose data is no base64 of JSON', JSON.stringify({ message: { data: '%%%' } }), 400],
    [
      'a probe',
      JSON.stringify({
        notificationType: 'ResourceCreated',
        projectKey: 'demo',
        resource: { typeId: 'subscription', id: 'a' },
        version: 1,
        modifiedAt: '2026-01-01T00:00:00.000Z',
      }),
      204,
    ],
    ['a type nobody maps', change({ typeId: 'product', id: 'p1' }), 204],
  ])('a delivery with %s is answered as agreed', async (_, body, status) => {
    const answer = await deliver(body)
    expect(answer.status).toBe(status)
    if (status >= 400) {
      const told = await answer.text()
      expect(told).toMatch(/"code".*"message".*"fix"/s)
      expect(told).not.toContain('or id !=')
    }
  })

  it('a delivery without the secret is refused, and stores nothing', async () => {
    const answer = await deliver(change({ typeId: 'customer', id: 'c1' }), { authorization: 'Bearer wrong' })
    expect(answer.status).toBe(401)
    await now.quiet()
  })

  it('nothing else suffers: the next customer arrives', async () => {
    const customer = await now.shopper.signsUp({
      email: 'after@example.com',
      password: 'secret-enough',
      lastName: 'After',
    })
    await now.quiet()
    expect(await now.crm.contact(customer)).toBeDefined()
  })

  it('a configuration with five mistakes is told all five, each with place and fix', async () => {
    const file = join(scratch, 'sync.config.ts')
    await writeFile(
      file,
      `export default { mappigns: {}, mappings: { 'customer-persn': {}, 'customer-person': { fields: { Emial: { owner: 'commerce' }, FirstName: { owner: 'nobody' } } } } }\n`,
    )
    const { code, out, err } = await ctsf(['check'], { ...now.env, CTSF_CONFIG: file, PORT: 'eighty' })
    expect(code).toBe(2)
    for (const name of ['mappigns', 'customer-persn', 'Emial', 'FirstName.owner', 'PORT'])
      expect(out + err).toContain(name)
    expect(out + err).not.toContain('    at ')
  })

  it('wrong credentials are named, with the fix', async () => {
    const { code, err, out } = await ctsf(['check'], {
      ...now.env,
      DATA_DIR: join(scratch, 'a'),
      SF_LOGIN_URL: 'http://127.0.0.1:9',
      CTP_AUTH_URL: 'http://127.0.0.1:9',
    })
    expect(code).toBe(2)
    expect(out + err).toContain('SF_LOGIN_URL')
    expect(out + err).toContain('CTP_')
    expect(out + err).not.toContain('test-secret')
  })

  it('a data directory in use names the process that has it', async () => {
    const { code, err } = await ctsf(['start', '--port', '0'], now.env)
    expect(code).toBe(2)
    expect(err).toMatch(/DATA_DIR|data directory/)
    expect(err).toMatch(/\d{2,}/)
  })

  it('a port in use is said plainly', async () => {
    const { code, err } = await ctsf(['start', '--port', new URL(now.urls.service).port], {
      ...now.env,
      DATA_DIR: join(scratch, 'b'),
    })
    expect(code).toBe(2)
    expect(err).toContain(new URL(now.urls.service).port)
    expect(err).not.toContain('    at ')
  })
})

it('an org without our fields is told each of them', { timeout: 60_000 }, async () => {
  await using now = await world({ org: { withoutPackage: true } })
  const { code, out, err } = await ctsf(['check'], {
    ...now.env,
    DATA_DIR: join(tmpdir(), `ctsf-check-${process.pid}`),
  })
  expect(code).toBe(2)
  for (const field of ['Account.CT_Id__c', 'Contact.CT_Id__c', 'Contact.CT_Locale__c', 'Account.CT_Vat_Id__c'])
    expect(out + err).toContain(field)
  expect(out + err).toContain('permission set')
})
