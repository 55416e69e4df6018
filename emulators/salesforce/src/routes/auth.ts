// Logging in: client credentials, JWT bearer and password grants, who am I, and revoking.

import { createPublicKey, type KeyObject, X509Certificate } from 'node:crypto'
import { decodeJwt, jwtVerify } from 'jose'
import { entityOf } from '../entities.ts'
import type { ClientEntry } from '../org/options.ts'
import type { Org } from '../org/org.ts'
import { normaliseId } from '../store/ids.ts'
import { ok, type Reply } from './api.ts'

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
const LOGIN_HOSTS = ['https://login.salesforce.com', 'https://test.salesforce.com']

class Denied extends Error {
  readonly code: string

  constructor(code: string, description: string) {
    super(description)
    this.code = code
  }
}

/** `POST /services/oauth2/token`; `baseUrl` is where this org is reached. */
export async function token(
  org: Org,
  form: URLSearchParams,
  authorization: string | undefined,
  baseUrl: string,
): Promise<Reply> {
  try {
    const basic = basicCredentials(authorization)
    const clientId = form.get('client_id') ?? basic?.id
    const secret = form.get('client_secret') ?? basic?.secret
    const grant = form.get('grant_type')
    switch (grant) {
      case 'client_credentials': {
        const client = knownClient(org, clientId)
        checkSecret(client, secret ?? undefined)
        return granted(org, client, client.username, baseUrl)
      }
      case JWT_BEARER:
        return await byAssertion(org, form.get('assertion') ?? '', baseUrl)
      case 'password': {
        const client = knownClient(org, clientId)
        checkSecret(client, secret ?? undefined)
        const username = form.get('username')
        if (!username || !form.get('password')) throw new Denied('invalid_grant', 'authentication failure')
        return granted(org, client, username, baseUrl)
      }
      case null:
        throw new Denied('invalid_request', 'must specify a grant_type')
      default:
        throw new Denied('unsupported_grant_type', 'grant type not supported')
    }
  } catch (error) {
    if (!(error instanceof Denied)) throw error
    return { status: 400, body: { error: error.code, error_description: error.message } }
  }
}

function basicCredentials(header: string | undefined): { id: string; secret: string } | undefined {
  const encoded = /^Basic (.+)$/i.exec(header ?? '')?.[1]
  if (encoded === undefined) return undefined
  const [id = '', secret = ''] = Buffer.from(encoded, 'base64').toString('utf8').split(':').map(decoded)
  return { id, secret }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new Denied('invalid_client_id', 'client identifier invalid')
  }
}

/** Any client, until the org file names some. */
function knownClient(org: Org, clientId: string | null | undefined): ClientEntry {
  if (!clientId) throw new Denied('invalid_client_id', 'client identifier invalid')
  const { clients } = org.options
  if (clients.length === 0) return { clientId }
  const client = clients.find(entry => entry.clientId === clientId)
  if (!client) throw new Denied('invalid_client_id', 'client identifier invalid')
  return client
}

function checkSecret(client: ClientEntry, secret: string | undefined): void {
  if (client.clientSecret === undefined || client.clientSecret === secret) return
  throw new Denied('invalid_client', 'invalid client credentials')
}

async function byAssertion(org: Org, assertion: string, baseUrl: string): Promise<Reply> {
  let claims: ReturnType<typeof decodeJwt>
  try {
    claims = decodeJwt(assertion)
  } catch {
    throw new Denied('invalid_grant', 'invalid assertion')
  }
  const client = knownClient(org, claims.iss)
  if (!claims.sub) throw new Denied('invalid_grant', 'invalid assertion')
  const audiences = [claims.aud ?? []].flat()
  if (!audiences.some(audience => isAudience(audience, baseUrl)))
    throw new Denied('invalid_grant', 'audience is invalid')
  // An assertion carries the client's own time: the org's clock may have been moved.
  if (claims.exp === undefined || claims.exp * 1000 <= Date.now())
    throw new Denied('invalid_grant', 'expired assertion')
  if (client.publicKey !== undefined) {
    try {
      await jwtVerify(assertion, publicKey(client.publicKey), { algorithms: ['RS256', 'RS384', 'RS512'] })
    } catch {
      throw new Denied('invalid_grant', 'invalid assertion')
    }
  }
  if (client.username !== undefined && client.username !== claims.sub) {
    throw new Denied('invalid_grant', "user hasn't approved this consumer")
  }
  return granted(org, client, claims.sub, baseUrl)
}

function publicKey(pem: string): KeyObject {
  return pem.includes('CERTIFICATE') ? new X509Certificate(pem).publicKey : createPublicKey(pem)
}

/** Salesforce's login hosts, or this server by any name of the loopback. */
function isAudience(audience: string, baseUrl: string): boolean {
  if (LOGIN_HOSTS.includes(audience.replace(/\/$/, ''))) return true
  try {
    const url = new URL(audience)
    const own = new URL(baseUrl)
    return url.port === own.port && ['127.0.0.1', 'localhost', '[::1]', own.hostname].includes(url.hostname)
  } catch {
    return false
  }
}

function granted(org: Org, client: ClientEntry, username: string | undefined, baseUrl: string): Reply {
  const userId = username === undefined ? org.integrationUserId : org.userNamed(username)
  const session = org.sessions.open(userId, client.clientId)
  org.keep({ session: { ...session } })
  return ok({
    access_token: session.token,
    signature: Buffer.from(session.token.slice(-32)).toString('base64'),
    scope: 'api refresh_token offline_access',
    instance_url: baseUrl,
    id: `${baseUrl}/id/${org.id}/${userId}`,
    token_type: 'Bearer',
    issued_at: String(org.now()),
    api_instance_url: baseUrl,
  })
}

export function revoke(org: Org, tokenText: string): Reply {
  org.sessions.end(tokenText)
  org.keep({ ended: tokenText })
  return { status: 200 }
}

/** `/services/oauth2/userinfo` and `/id/<org>/<user>` in one: who a token stands for. */
export function identity(org: Org, given: string, baseUrl: string): Reply {
  const userId = normaliseId(given) ?? given
  const entity = entityOf(org.schema, 'User')
  const row = entity && org.store.rows(entity).get(userId)
  if (!entity || !row) return { status: 404, body: { error: 'not_found', error_description: 'no such user' } }
  const read = (name: string): unknown => entity.byName.get(name.toLowerCase())?.read(row) ?? null
  const id = `${baseUrl}/id/${org.id}/${userId}`
  return ok({
    sub: id,
    id,
    user_id: userId,
    organization_id: org.id,
    preferred_username: read('Username'),
    username: read('Username'),
    nickname: read('Alias'),
    name: read('Name'),
    display_name: read('Name'),
    first_name: read('FirstName'),
    last_name: read('LastName'),
    email: read('Email'),
    email_verified: true,
    active: read('IsActive'),
    user_type: 'STANDARD',
    zoneinfo: read('TimeZoneSidKey'),
    locale: read('LocaleSidKey'),
    language: read('LanguageLocaleKey'),
    is_app_installed: true,
    urls: {
      rest: `${baseUrl}/services/data/v{version}/`,
      sobjects: `${baseUrl}/services/data/v{version}/sobjects/`,
      query: `${baseUrl}/services/data/v{version}/query/`,
    },
  })
}
