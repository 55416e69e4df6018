/** Checks the signed token that Pub/Sub push puts on a delivery: who issued it, for whom, on whose behalf, and that nobody else made it. */
import { createRemoteJWKSet, decodeJwt, errors, type JWTPayload, jwtVerify } from 'jose'
import type { Clock } from '../model/ports.ts'
import { HttpProblem } from './problem.ts'

export type Oidc = {
  readonly audience: string
  /** The service account that the push subscription speaks for: any Google account can have a token for our audience. */
  readonly email: string
  readonly issuer: string
  /** Where the issuer's public keys are, as a JSON Web Key Set. */
  readonly keysUrl: string
  /** By how much two clocks may differ. */
  readonly toleranceMs: number
}

/** Null when the token is right, else why it is not. Rejects with a problem 503 when the keys cannot be had. */
export type TokenCheck = (token: string) => Promise<string | null>

const keysTimeoutMs = 5_000

/** What jose says of a token, by its codes; anything else it throws is about the keys. */
const refusals: Readonly<Record<string, string>> = {
  ERR_JWT_EXPIRED: 'it is expired',
  ERR_JWT_CLAIM_VALIDATION_FAILED: 'a claim is missing or not valid yet',
  ERR_JWT_INVALID: 'it is malformed',
  ERR_JWS_INVALID: 'it is malformed',
  ERR_JWS_SIGNATURE_VERIFICATION_FAILED: 'its signature is not right',
  ERR_JWKS_NO_MATCHING_KEY: 'it is signed with a key that the issuer does not have',
  ERR_JWKS_MULTIPLE_MATCHING_KEYS: 'it does not name its key',
  ERR_JOSE_ALG_NOT_ALLOWED: 'it is signed in a way that is not accepted',
  ERR_JOSE_NOT_SUPPORTED: 'it is signed in a way that is not accepted',
}

function claimsOf(token: string): JWTPayload | null {
  try {
    return decodeJwt(token)
  } catch {
    return null
  }
}

/** Claims and signature as the page "Authentication for push subscriptions" of Pub/Sub describes them. */
export function oidc(options: Oidc, clock: Clock): TokenCheck {
  const { audience, email, issuer, keysUrl, toleranceMs } = options
  const keys = createRemoteJWKSet(new URL(keysUrl), { timeoutDuration: keysTimeoutMs })

  const strange = (claims: JWTPayload): string | null => {
    if (claims.iss !== issuer) return 'it is from another issuer'
    if (![claims.aud].flat().includes(audience)) return 'it is for another audience'
    if (claims.email !== email) return 'it speaks for another service account'
    return claims.email_verified === true ? null : 'its service account is not verified'
  }

  return async token => {
    // First, since it costs nothing: a stranger's token does not make us ask for keys.
    const claims = claimsOf(token)
    if (claims === null) return 'it is no signed token'
    const why = strange(claims)
    if (why !== null) return why
    try {
      await jwtVerify(token, keys, {
        issuer,
        audience,
        algorithms: ['RS256'],
        requiredClaims: ['exp'],
        clockTolerance: toleranceMs / 1_000,
        currentDate: new Date(clock.now()),
      })
      return null
    } catch (error) {
      const refusal = error instanceof errors.JOSEError ? refusals[error.code] : undefined
      if (refusal !== undefined) return refusal
      throw new HttpProblem(
        503,
        'keys-away',
        'The public keys of the token issuer cannot be had.',
        'Send again later; this service must be able to reach deliveries.oidc.keysUrl.',
      )
    }
  }
}
