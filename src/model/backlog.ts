/** What waits, in figures: for the screen, and for whoever looks whether all is well. */
import type { Instant, Lane } from './resource.ts'

/** How much waits, by lane, and since when. */
export type Backlog = {
  readonly lanes: Readonly<
    Record<
      Lane,
      { readonly due: number; readonly later: number; readonly claimed: number; readonly oldestDueAt: Instant | null }
    >
  >
  readonly links: number
  readonly conflicts: number
  readonly failures: number
  readonly waiting: number
}
