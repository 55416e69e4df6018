/**
 * A list that stays in order while it grows to millions: sorted chunks, found by bisection.
 * Insert and remove move at most one chunk, so both cost the same at ten thousand entries and at a million. What is
 * inserted waits until somebody looks: a whole data file is put in order once, not entry by entry.
 */

export type Sorted<T> = {
  size(): number
  insert(item: T): void
  remove(item: T): void
  /** From the first item for which `below(item)` is false, upwards. `below` must be true for a prefix only. */
  from(below?: (item: T) => boolean): Generator<T, undefined>
  /** From the last item downwards. */
  backwards(): Generator<T, undefined>
  clear(): void
}

const CHUNK = 512

export function sorted<T>(compare: (a: T, b: T) => number): Sorted<T> {
  let chunks: T[][] = []
  let size = 0
  let waiting: T[] = []

  /** Many at once are sorted together with all others, which is cheaper than to find a place for each. */
  function settle() {
    if (waiting.length === 0) return
    const added = waiting
    waiting = []
    if (added.length < CHUNK || added.length * 8 < size) {
      for (const item of added) place(item)
      return
    }
    const all = chunks.flat()
    for (const item of added) all.push(item)
    all.sort(compare)
    chunks = []
    for (let at = 0; at < all.length; at += CHUNK) chunks.push(all.slice(at, at + CHUNK))
  }

  function place(item: T) {
    const at = chunkOf(item)
    const chunk = chunks[at]
    if (!chunk) {
      chunks.push([item])
      return
    }
    const index = firstNot(chunk, each => compare(each, item) < 0)
    if (index === chunk.length) {
      if (chunk.length >= CHUNK && at === chunks.length - 1) chunks.push([item])
      else chunk.push(item)
    } else chunk.splice(index, 0, item)
    if (chunk.length > CHUNK * 2) chunks.splice(at + 1, 0, chunk.splice(CHUNK))
  }

  /** The chunk that holds or would hold the item: the last one whose first item is not above it. */
  function chunkOf(item: T): number {
    let low = 0
    let high = chunks.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      const first = chunks[middle]?.[0]
      if (first !== undefined && compare(first, item) <= 0) low = middle
      else high = middle - 1
    }
    return low
  }

  return {
    size: () => size,
    insert(item) {
      size += 1
      waiting.push(item)
    },
    remove(item) {
      settle()
      const at = chunkOf(item)
      const chunk = chunks[at]
      if (!chunk) return
      const place = firstNot(chunk, each => compare(each, item) < 0)
      const found = chunk[place]
      if (found === undefined || compare(found, item) !== 0) return
      chunk.splice(place, 1)
      size -= 1
      if (chunk.length === 0) chunks.splice(at, 1)
    },
    *from(below = () => false) {
      settle()
      let at = firstNot(chunks, chunk => {
        const last = chunk[chunk.length - 1]
        return last !== undefined && below(last)
      })
      let place = firstNot(chunks[at] ?? [], below)
      for (; at < chunks.length; at += 1, place = 0) {
        const chunk = chunks[at] ?? []
        for (; place < chunk.length; place += 1) yield chunk[place] as T
      }
      return undefined
    },
    *backwards() {
      settle()
      for (let at = chunks.length - 1; at >= 0; at -= 1) {
        const chunk = chunks[at] ?? []
        for (let place = chunk.length - 1; place >= 0; place -= 1) yield chunk[place] as T
      }
      return undefined
    },
    clear() {
      chunks = []
      waiting = []
      size = 0
    },
  }
}

/** Index of the first item for which `before` is false; `before` must hold for a prefix only. */
function firstNot<T>(items: readonly T[], before: (item: T) => boolean): number {
  let low = 0
  let high = items.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (before(items[middle] as T)) low = middle + 1
    else high = middle
  }
  return low
}
