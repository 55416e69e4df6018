/** Group commit: marks that arrive while a transaction is under way share the next one, so that intake is not one fsync each. */
import { type Marked, StoreDown } from '../model/ports.ts'
import type { Mark } from './mark.ts'

/** Bounds the time a row is locked, and what is repeated after a lost race. */
const largestGroup = 2_000

type Waiting = { readonly marks: readonly Mark[]; resolve(marked: Marked): void; reject(error: unknown): void }

/** `write` commits a group and answers the positions it dropped. Each caller hears of its own events after the commit. */
export function intake(write: (marks: readonly Mark[]) => Promise<ReadonlySet<number>>) {
  let queue: Waiting[] = []
  let writing: Promise<void> | null = null

  async function commit(group: readonly Waiting[]): Promise<void> {
    const dropped = await write(group.flatMap(({ marks }) => marks))
    let from = 0
    for (const { marks, resolve } of group) {
      const mine = marks.filter((_, at) => dropped.has(from + at)).length
      from += marks.length
      resolve({ marked: marks.length - mine, dropped: mine })
    }
  }

  /** One caller's bad text must not refuse its neighbours' deliveries: then each goes alone. Not so when nobody answers. */
  async function settle(group: readonly Waiting[]): Promise<void> {
    try {
      await commit(group)
    } catch (error) {
      if (group.length === 1 || error instanceof StoreDown) for (const { reject } of group) reject(error)
      else for (const alone of group) await commit([alone]).catch(alone.reject)
    }
  }

  function next(): Waiting[] {
    let events = 0
    const end = queue.findIndex(({ marks }, at) => {
      events += marks.length
      return at > 0 && events > largestGroup
    })
    const group = end === -1 ? queue : queue.slice(0, end)
    queue = end === -1 ? [] : queue.slice(end)
    return group
  }

  async function drain(): Promise<void> {
    // One turn of the loop first: callers that arrive together go together.
    await null
    while (queue.length > 0) await settle(next())
    writing = null
  }

  return {
    mark: (marks: readonly Mark[]): Promise<Marked> =>
      new Promise((resolve, reject) => {
        queue.push({ marks, resolve, reject })
        writing ??= drain()
      }),
    /** When all that was handed in is committed. */
    idle: async (): Promise<void> => {
      await writing
    },
  }
}
