/** What is wrong with a set-up, and what to do about it. */

/** What `check` found wrong, with the fix. `place` is a config path, an environment variable or an org's field. */
export type Problem = {
  readonly place: string
  readonly problem: string
  readonly fix: string
  /** Worth knowing, and no obstacle. */
  readonly hint?: true
}
