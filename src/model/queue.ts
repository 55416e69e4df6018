/** The contract of a queue in which deliveries wait. */
import type { Problem } from './problem.ts'

/** A delivery as it lies in a queue. `receives` counts how often it was taken out, this time included. */
export type QueuedDelivery = {
  readonly id: string
  readonly receipt: string
  readonly text: string
  readonly receives: number
}

/** What a queue did not do for some of several messages; `code` is its own. */
export type NotDone = { readonly message: QueuedDelivery; readonly code: string }

/**
 * A queue in which deliveries wait. What is received is hidden from everybody for a while and comes again unless it is
 * removed before: at least once, in no order. Failures of a whole call reject with `RemoteFailure`.
 */
export type DeliveryQueue = {
  /** For people: where it is. */
  readonly name: string
  /** Up to ten messages, waiting up to `waitMs` for the first. They stay hidden for `hiddenMs`, in whole seconds. */
  receive(
    options: { readonly waitMs: number; readonly hiddenMs: number },
    signal: AbortSignal,
  ): Promise<readonly QueuedDelivery[]>
  /** Takes up to ten out for good. Resolves with those that it did not. */
  remove(messages: readonly QueuedDelivery[], signal: AbortSignal): Promise<readonly NotDone[]>
  /** Hides up to ten for so long from now; 0 gives them back at once. Resolves with those that it did not. */
  hide(messages: readonly QueuedDelivery[], hiddenMs: number, signal: AbortSignal): Promise<readonly NotDone[]>
  /** What keeps it from being read, and what will hurt later. Never rejects. */
  check(signal: AbortSignal): Promise<readonly Problem[]>
}
