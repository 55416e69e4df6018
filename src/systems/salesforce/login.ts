/** The session with the org: one login at a time, shared by every call that needs it. */
import { createPrivateKey, type KeyObject } from 'node:crypto'
import { SignJWT } from 'jose'
import { z } from 'zod'
import { type Failure, RemoteFailure } from '../../model/outcome.ts'
import type { Clock, Log } from '../../model/ports.ts'
import { failing, unansweredFailure } from './failure.ts'
import { type Auth, defaults, type SalesforceOptions } from './options.ts'
import { type Reply, type Transport, Unanswered } from './transport.ts'

export type Session = { readonly token: string; readonly instanceUrl: string; readonly orgId: string }

export type Login = {
  /** The present session, or that of the one login all callers wait for. `spent` is a token that Salesforce refused. */
  session(signal: AbortSignal, spent?: string): Promise<Session>
}

const tokenPath = '/services/oauth2/token'
const assertionLifeS = 180

const answerForm = z.object({
  access_token: z.string().min(1),
  instance_url: z.url({ protocol: /^https?$/ }),
  id: z.string(),
})
const refusalForm = z.object({ error: z.string().optional(), error_description: z.string().optional() })

export function login(options: SalesforceOptions, http: Transport, deps: { clock: Clock; log: Log }): Login {
  const origin = new URL(options.loginUrl).origin
  let current: Session | null = null
  let pending: Promise<Session> | null = null
  const never = new AbortController().signal
  const { timeoutMs = defaults.timeoutMs } = options

  async function request(): Promise<Session> {
    const body = await form(options.auth, origin, deps.clock)
    let reply: Reply
    try {
      reply = await http.send({
        origin,
        path: tokenPath,
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
        body,
        // Not a caller's own signal: the others still wait for this answer. The time limit ends it.
        timeoutMs,
        signal: never,
      })
    } catch (error) {
      throw error instanceof Unanswered ? new RemoteFailure(unansweredFailure(error, 'read')) : error
    }
    const session = read(reply, options.auth, origin)
    deps.log.debug({ org: session.orgId }, 'Logged in to Salesforce.')
    return session
  }

  return {
    async session(signal, spent) {
      signal.throwIfAborted()
      if (current?.token === spent) current = null
      if (current !== null) return current
      pending ??= request()
        .then(session => {
          current = session
          return session
        })
        .finally(() => {
          pending = null
        })
      return unlessStopped(pending, signal)
    },
  }
}

/** The promise's result, or the signal's reason when that comes first. */
function unlessStopped<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}

async function form(auth: Auth, origin: string, clock: Clock): Promise<string> {
  if (auth.flow === 'client-credentials') {
    const { clientId, clientSecret } = auth
    return `${new URLSearchParams({ grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret })}`
  }
  const assertion = await new SignJWT()
    .setProtectedHeader({ alg: 'RS256' })
    .setIssuer(auth.clientId)
    .setSubject(auth.username)
    .setAudience(audience(origin))
    .setExpirationTime(Math.floor(Date.parse(clock.now()) / 1000) + assertionLifeS)
    .sign(privateKey(auth.privateKey))
  return `${new URLSearchParams({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion })}`
}

function privateKey(pem: string): KeyObject {
  try {
    // Environment variables often hold line breaks as two characters.
    return createPrivateKey(pem.replaceAll('\\n', '\n'))
  } catch {
    const fix = 'SF_PRIVATE_KEY must be an RSA private key in PEM form, without a passphrase.'
    throw new RemoteFailure(failing('denied', 'INVALID_PRIVATE_KEY', `The private key cannot be read. ${fix}`))
  }
}

/** Assertions name the shared login host, not the org's own. Source: OAuth 2.0 JWT Bearer Flow, claim `aud`. */
function audience(origin: string): string {
  const { hostname } = new URL(origin)
  if (hostname === 'test.salesforce.com' || hostname.endsWith('.sandbox.my.salesforce.com'))
    return 'https://test.salesforce.com'
  return hostname.endsWith('.salesforce.com') ? 'https://login.salesforce.com' : origin
}

function read(reply: Reply, auth: Auth, origin: string): Session {
  const json = parsed(reply.text)
  if (reply.status !== 200) throw new RemoteFailure(refusal(reply.status, json, auth))
  const answer = answerForm.safeParse(json)
  const orgId = answer.success ? /\/id\/(00D\w{12,15})\//.exec(answer.data.id)?.[1] : undefined
  if (!answer.success || orgId === undefined)
    throw new RemoteFailure(failing('unavailable', 'UNREADABLE', 'The answer to the login is unreadable.'))
  const instance = new URL(answer.data.instance_url)
  if (origin.startsWith('https:') && instance.protocol !== 'https:')
    throw new RemoteFailure(failing('denied', 'INSECURE_INSTANCE', 'Salesforce named an instance without encryption.'))
  return { token: answer.data.access_token, instanceUrl: instance.origin, orgId }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Why a login was refused, with the fix. Source: OAuth 2.0 Authorization Errors. */
function refusal(status: number, json: unknown, auth: Auth): Failure {
  const body = refusalForm.safeParse(json)
  const error = body.success ? (body.data.error ?? '') : ''
  const said = body.success ? (body.data.error_description ?? '').toLowerCase() : ''
  const code = /^[a-z][a-z_]{2,40}$/.test(error) ? error : `HTTP_${status}`
  if (status === 429 || error === 'rate_limit_exceeded' || said.includes('rate limit'))
    return failing('throttled', code, 'Salesforce asks for a pause between logins.')
  if (status >= 500 || status === 408)
    return failing('unavailable', code, `Salesforce could not answer the login (HTTP ${status}).`)
  const denied = (message: string): Failure => failing('denied', code, message)
  switch (error) {
    case 'invalid_client_id':
    case 'app_not_found':
      return denied('Salesforce does not know the client. Set SF_CLIENT_ID to the consumer key of the app in this org.')
    case 'invalid_client':
    case 'invalid_client_credentials':
      return denied('Salesforce refused the client. Set SF_CLIENT_ID and SF_CLIENT_SECRET to those of the app.')
    case 'invalid_app_access':
    case 'invalid_grant':
      return denied(grantFix(said, auth))
    case 'unsupported_grant_type':
    case 'unauthorized_client':
      return denied(`The app does not allow this login. Enable the ${flowName(auth)} flow in its OAuth settings.`)
    case 'inactive_user':
      return denied('The integration user is inactive. Activate it in the org.')
    case 'inactive_org':
    case 'org_locked':
      return denied('The org is locked or inactive. Ask its administrator.')
    default:
      return denied(`Salesforce refused the login (HTTP ${status}). Set SF_LOGIN_URL to the My Domain URL of the org.`)
  }
}

const flowName = (auth: Auth): string => (auth.flow === 'jwt-bearer' ? 'JWT bearer' : 'client credentials')

function grantFix(said: string, auth: Auth): string {
  if (auth.flow === 'client-credentials')
    return 'Salesforce refused the login. Choose a run-as user for the client credentials flow in the policies of the app.'
  if (said.includes('approved') || said.includes('user'))
    return 'The user SF_USERNAME is not approved for the app. Pre-authorise it: assign the permission set, and set the app to admin-approved users.'
  if (said.includes('audience'))
    return 'Salesforce refused the audience of the login. Set SF_LOGIN_URL to the My Domain URL of the org.'
  if (said.includes('expired')) return 'The login was expired on arrival. Set the clock of this machine.'
  return 'Salesforce refused the signed login. SF_PRIVATE_KEY must belong to the certificate of the app, SF_USERNAME to a user of the org.'
}
