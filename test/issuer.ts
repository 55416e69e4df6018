/** An issuer of signed tokens on loopback, with keys that can be changed and taken away: Google's part in Pub/Sub push. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type CryptoKey, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'

export const subscription = { audience: 'https://sync.example.com/push', email: 'push@shop.iam.gserviceaccount.com' }

/** Starts it; dispose of it. */
export async function issuer() {
  const name = 'https://accounts.google.com'
  let kid = 'first'
  let pair = await generateKeyPair('RS256', { extractable: true })
  let isAway = false
  let asked = 0
  const http = createServer(async (_request, response) => {
    asked++
    if (isAway) return response.writeHead(502).end('<html>')
    const key = { ...(await exportJWK(pair.publicKey)), kid, alg: 'RS256', use: 'sig' }
    return response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ keys: [key] }))
  })
  await new Promise<void>(resolve => http.listen(0, '127.0.0.1', resolve))

  return {
    keysUrl: `http://127.0.0.1:${(http.address() as AddressInfo).port}/certs`,
    name,
    asked: () => asked,
    publicKey: () => exportJWK(pair.publicKey),
    /** What Pub/Sub sends; `over` changes claims, `undefined` leaves one out. */
    token: (
      over: Readonly<Record<string, unknown>> = {},
      key: CryptoKey | Uint8Array = pair.privateKey,
      alg = 'RS256',
    ): Promise<string> => {
      const now = Math.floor(Date.now() / 1_000)
      const { audience: aud, email } = subscription
      const usual = { iss: name, aud, email, email_verified: true, sub: '1', iat: now, exp: now + 3_600 }
      const claims: JWTPayload = JSON.parse(JSON.stringify({ ...usual, ...over }))
      return new SignJWT(claims).setProtectedHeader({ alg, kid, typ: 'JWT' }).sign(key)
    },
    goesAway(away: boolean): void {
      isAway = away
    },
    async changesKeys(): Promise<void> {
      kid = 'second'
      pair = await generateKeyPair('RS256', { extractable: true })
    },
    async [Symbol.asyncDispose](): Promise<void> {
      http.closeAllConnections()
      await new Promise(resolve => http.close(resolve))
    },
  }
}
export type Issuer = Awaited<ReturnType<typeof issuer>>
