/** What the service is told about the org it talks to. */

export const defaults = { timeoutMs: 30_000, connections: 10, overlapMs: 120_000 }

export type Auth =
  | { readonly flow: 'client-credentials'; readonly clientId: string; readonly clientSecret: string }
  | {
      readonly flow: 'jwt-bearer'
      readonly clientId: string
      readonly username: string
      /** PEM, PKCS #8 or PKCS #1. */
      readonly privateKey: string
    }

export type SalesforceOptions = {
  /** The org's My Domain URL. */
  readonly loginUrl: string
  readonly auth: Auth
  /** `67.0` */
  readonly apiVersion: string
  /** Over one whole call, a renewed login included; 30,000 unless said otherwise. Keep it below the lease. */
  readonly timeoutMs?: number
  /** Connections kept to the org at most; 10 unless said otherwise. */
  readonly connections?: number
  /**
   * How long a change may take from its stamp to the end of its transaction and still be noticed by polling; 120,000
   * unless said otherwise. Each poll reads that much of the past again.
   */
  readonly overlapMs?: number
  /** `allow` saves what a duplicate rule only alerts about; `review`, unless said otherwise, leaves that to a person. */
  readonly duplicateRules?: 'review' | 'allow'
}
