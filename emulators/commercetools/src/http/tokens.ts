/** Access tokens: client credentials in, a signed token out that names client, scopes and end of life. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { ApiError, authError } from '../model/errors.ts'
import type { World } from '../store/world.ts'

/** Two days, as commercetools gives. */
const TOKEN_LIFE_MS = 172_800_000

export type Grant = { clientId: string; scopes: string[]; until: number }

export type Tokens = {
  issue(authorization: string | undefined, form: URLSearchParams): Record<string, unknown>
  /** Throws 401 unless the header holds a token that lives. */
  grant(authorization: string | undefined): Grant
}

const CACHED = 1_000

export function tokens(world: World): Tokens {
  const known = new Map<string, Grant>()
  const sign = (payload: string) => createHmac('sha256', world.tokenKey).update(payload).digest('base64url')

  return {
    issue(authorization, form) {
      const { id, secret } = basic(authorization)
      const named = [...world.projects.values()].flatMap(project =>
        project.clients.filter(each => each.id === id).map(client => ({ client, key: project.key })),
      )
      const strict = [...world.projects.values()].some(project => project.clients.length > 0)
      if (strict && !named.some(({ client }) => client.secret === secret)) throw badClient()
      if (form.get('grant_type') !== 'client_credentials') {
        throw authError(400, 'unsupported_grant_type', `Unsupported grant type: '${form.get('grant_type') ?? ''}'.`)
      }
      const all = named.flatMap(({ client, key }) => client.scopes ?? [`manage_project:${key}`])
      const may = strict ? all : [...world.projects.keys()].map(key => `manage_project:${key}`)
      const asked = (form.get('scope') ?? '').split(' ').filter(each => each !== '')
      const scopes = asked.length > 0 ? asked : may
      if (strict) {
        const beyond = scopes.find(each => !may.includes(each) && !may.includes(`manage_project:${each.split(':')[1]}`))
        if (beyond) throw authError(400, 'invalid_scope', `Permissions exceeded: '${beyond}'.`)
      }
      const grant: Grant = { clientId: id, scopes, until: world.clock.ms() + TOKEN_LIFE_MS }
      const payload = Buffer.from(JSON.stringify(grant)).toString('base64url')
      return {
        access_token: `${payload}.${sign(payload)}`,
        token_type: 'Bearer',
        expires_in: Math.floor(TOKEN_LIFE_MS / 1000),
        scope: scopes.join(' '),
      }
    },

    grant(authorization) {
      const token = authorization?.startsWith('Bearer ') ? authorization.slice(7) : ''
      if (token === '') throw invalidToken()
      let grant = known.get(token)
      if (!grant) {
        const [payload = '', signature = ''] = token.split('.')
        const expected = Buffer.from(sign(payload))
        const given = Buffer.from(signature)
        if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw invalidToken()
        // The signature shows that we wrote it.
        grant = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Grant
        if (known.size > CACHED) known.clear()
        known.set(token, grant)
      }
      if (world.clock.ms() >= grant.until) throw invalidToken()
      return grant
    },
  }
}

export function checkScope(grant: Grant, projectKey: string, accepted: string[]) {
  if (grant.scopes.includes(`manage_project:${projectKey}`)) return
  if (accepted.some(scope => grant.scopes.includes(`${scope}:${projectKey}`))) return
  const missing = ['manage_project', ...accepted].join(', ')
  const message = `Insufficient scope. One of the following scopes is missing: ${missing}.`
  throw new ApiError(403, [{ code: 'insufficient_scope', message }], {
    error: 'insufficient_scope',
    error_description: message,
  })
}

const invalidToken = () => authError(401, 'invalid_token', 'invalid_token')

const badClient = () =>
  authError(401, 'invalid_client', 'Please provide valid client credentials using HTTP Basic Authentication.')

function basic(authorization: string | undefined): { id: string; secret: string } {
  if (!authorization?.startsWith('Basic ')) throw badClient()
  const [id = '', ...secret] = Buffer.from(authorization.slice(6), 'base64').toString().split(':')
  if (id === '') throw badClient()
  return { id, secret: secret.join(':') }
}
