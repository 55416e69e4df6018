/** Who may come in: credentials compared in constant time, and no web page of a stranger through the user's browser. */
import type { FastifyRequest } from 'fastify'
import { sameSecret } from '../lib/secret.ts'
import { HttpProblem } from './problem.ts'
import type { Served } from './served.ts'

type Access = Served['access']

const loopback = new Set(['localhost', '127.0.0.1', '[::1]', '::1'])

export const isLoopback = (host: string): boolean => loopback.has(host)

const hostnameOf = (host: string): string => host.replace(/:\d+$/, '').toLowerCase()

/**
 * A page on the web may not talk to a service on this machine: not by a name that resolves to 127.0.0.1 (DNS rebinding),
 * not by a form that posts across origins.
 */
export function refuseStrangers(request: FastifyRequest, access: Access): void {
  const host = request.headers.host ?? ''
  if (isLoopback(access.host) && !isLoopback(hostnameOf(host)))
    throw new HttpProblem(421, 'bad-host', 'This service answers to localhost only.', 'Set HOST to serve other names.')
  const { origin } = request.headers
  if (request.method === 'GET' || request.method === 'HEAD' || origin === undefined) return
  if (!URL.canParse(origin) || new URL(origin).host !== host)
    throw new HttpProblem(
      403,
      'bad-origin',
      'Another site may not post here.',
      'Call from a program, or from our pages.',
    )
}

function bearer(request: FastifyRequest): string | null {
  const [scheme, value] = (request.headers.authorization ?? '').split(' ')
  if (value === undefined) return null
  if (scheme?.toLowerCase() === 'bearer') return value
  // Browsers ask for a name and a password: the password is the token, the name is free.
  if (scheme?.toLowerCase() === 'basic')
    return Buffer.from(value, 'base64')
      .toString('utf8')
      .replace(/^[^:]*:/, '')
  return null
}

/**
 * The secret as `Authorization: Bearer` or, for senders that cannot set a header, as `?token=`; or a signed token of Pub/Sub
 * push. Both places are looked at: who signs its pushes may have the secret in its address as well. Nothing is needed
 * where nothing is set.
 */
export async function requireDeliveryCredential(request: FastifyRequest, access: Access): Promise<void> {
  const { deliverySecret, oidc } = access
  if (deliverySecret === null && oidc === null) return
  const { token } = request.query as { token?: unknown }
  const sent = bearer(request)
  const given = [sent, token].filter(one => typeof one === 'string')
  if (deliverySecret !== null && given.some(one => sameSecret(one, deliverySecret))) return
  if (oidc !== null && sent !== null) {
    const why = await oidc(sent)
    if (why === null) return
    request.log.info({ why }, 'the token of a delivery was refused')
    throw new HttpProblem(
      401,
      'bad-token',
      `The delivery's token is refused: ${why}.`,
      'Compare deliveries.oidc in sync.config with audience and service account of the push subscription, or send the delivery secret.',
    )
  }
  throw new HttpProblem(
    401,
    'bad-credential',
    'The delivery does not carry the right credential.',
    'Send Authorization: Bearer with CTSF_DELIVERY_SECRET, or ?token= where headers cannot be set.',
  )
}

/** The name of the token's owner; `local` where no token is set. */
export function requireApiToken(request: FastifyRequest, access: Access): string {
  if (access.apiTokens.length === 0) return 'local'
  const given = bearer(request) ?? ''
  // All are compared, so that the time does not tell which was near.
  const holders = access.apiTokens.filter(({ token }) => sameSecret(given, token))
  const [holder] = holders
  if (holder) return holder.name
  throw new HttpProblem(
    401,
    'bad-credential',
    'This needs an API token.',
    'Send Authorization: Bearer with one of CTSF_API_TOKENS (the ctsf command takes it from CTSF_TOKEN).',
  )
}
