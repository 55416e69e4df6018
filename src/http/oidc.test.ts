/** Which deliveries come in: the secret in either place, or a token that the right issuer signed for us and nobody else. */
import { fastify } from 'fastify'
import { generateKeyPair } from 'jose'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Issuer, issuer, subscription } from '../../test/issuer.ts'
import { clock } from '../lib/clock.ts'
import { requireDeliveryCredential } from './guard.ts'
import { oidc } from './oidc.ts'
import { problems } from './problem.ts'

let google: Issuer
beforeEach(async () => {
  google = await issuer()
})
afterEach(async () => {
  vi.useRealTimers()
  await google[Symbol.asyncDispose]()
})

/** A door with these credentials; answers status, code and sentence of one request. */
function door(deliverySecret: string | null = null) {
  const { name, keysUrl } = google
  const check = oidc({ ...subscription, issuer: name, keysUrl, toleranceMs: 30_000 }, clock())
  const app = fastify()
  problems(app)
  app.addHook('onRequest', request =>
    requireDeliveryCredential(request, { host: '127.0.0.1', deliverySecret, oidc: check, apiTokens: [] }),
  )
  app.post('/', async (_request, reply) => reply.status(204).send())
  return async (token: string | null, url = '/') => {
    const headers = token === null ? {} : { authorization: `Bearer ${token}` }
    const answer = await app.inject({ method: 'POST', url, headers })
    const { code = '', message = '' } = answer.body === '' ? {} : answer.json().error
    return { status: answer.statusCode, code, message }
  }
}

const seconds = (ms: number): number => Math.floor((Date.now() + ms) / 1_000)

describe('a signed push', () => {
  it('comes in, with keys that are fetched once', async () => {
    const knock = door()
    for (let n = 0; n < 3; n++) expect((await knock(await google.token())).status).toBe(204)
    expect((await knock(await google.token({ aud: ['https://other', subscription.audience] }))).status).toBe(204)
    expect(google.asked()).toBe(1)
  })

  it.each([
    ['for another audience', { aud: 'https://sync.example.com/other' }, 'another audience'],
    ['of another issuer', { iss: 'https://accounts.example.com' }, 'another issuer'],
    ['of another service account', { email: 'push@evil.iam.gserviceaccount.com' }, 'another service account'],
    ['of nobody', { email: undefined }, 'another service account'],
    ['that is not verified', { email_verified: false }, 'not verified'],
  ])('%s stays out, and no key is asked for', async (_name, over, why) => {
    const answer = await door()(await google.token(over))
    expect(answer).toMatchObject({ status: 401, code: 'bad-token', message: expect.stringContaining(why) })
    expect(answer.message).not.toContain(subscription.audience)
    expect(google.asked()).toBe(0)
  })

  it('is taken within the tolerance of clocks, not beyond', async () => {
    const knock = door()
    const status = async (over: Record<string, unknown>): Promise<number> =>
      (await knock(await google.token(over))).status
    expect(await status({ exp: seconds(-20_000) })).toBe(204)
    expect(await status({ exp: seconds(-40_000) })).toBe(401)
    expect(await status({ nbf: seconds(20_000) })).toBe(204)
    expect(await status({ nbf: seconds(60_000) })).toBe(401)
    expect(await status({ exp: undefined })).toBe(401)
  })

  it('that somebody else signed stays out', async () => {
    const knock = door()
    const stranger = await generateKeyPair('RS256')
    const { n = '' } = await google.publicKey()
    const [head, body] = (await google.token()).split('.')
    const none = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url')
    for (const token of [
      await google.token({}, stranger.privateKey),
      // The public key taken for a shared secret.
      await google.token({}, Buffer.from(n, 'base64url'), 'HS256'),
      `${none}.${body}.`,
      `${head}.${body}.`,
      'no.token.atall',
      'plain',
    ])
      expect(await knock(token)).toMatchObject({ status: 401, code: 'bad-token' })
    expect((await knock(null)).status).toBe(401)
  })

  it('is asked for again while the keys cannot be had', async () => {
    const knock = door()
    google.goesAway(true)
    expect(await knock(await google.token())).toMatchObject({ status: 503, code: 'keys-away' })
    google.goesAway(false)
    expect((await knock(await google.token())).status).toBe(204)
  })

  it('goes on when the issuer changes its keys', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const knock = door()
    expect((await knock(await google.token())).status).toBe(204)
    await google.changesKeys()
    // Strangers who name keys at random may not make us fetch them at their pace.
    expect((await knock(await google.token())).status).toBe(401)
    expect(google.asked()).toBe(1)
    vi.setSystemTime(Date.now() + 31_000)
    expect((await knock(await google.token())).status).toBe(204)
  })
})

describe('the secret', () => {
  it('comes in beside tokens, in either place', async () => {
    const knock = door('sesame')
    expect((await knock('sesame')).status).toBe(204)
    expect((await knock(await google.token())).status).toBe(204)
    expect((await knock(await google.token({ aud: 'other' }), '/?token=sesame')).status).toBe(204)
    expect((await knock(await google.token({ aud: 'other' }), '/?token=sesam')).status).toBe(401)
    expect((await knock(null, `/?token=${await google.token()}`)).status).toBe(401)
  })
})
