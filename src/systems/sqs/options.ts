/** What the connection to a queue of SQS is made from. */

export type SqsOptions = {
  readonly queueUrl: string
  readonly region: string
  /** Where SQS is, instead of where the queue's address says: a stand-in, or an endpoint inside one's own network. */
  readonly endpoint: string | null
  /** Null lets Amazon's client find them where the environment says: a profile, a token file, a container. */
  readonly credentials: {
    readonly accessKeyId: string
    readonly secretAccessKey: string
    readonly sessionToken: string | null
  } | null
}
