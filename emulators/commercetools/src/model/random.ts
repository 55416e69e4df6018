/** Chance that can be repeated: a small seeded generator, and ids and choices made from it. */

export type Random = {
  /** A number from 0 up to, not including, 1. */
  next(): number
  /** A whole number from 0 up to, not including, `below`. */
  int(below: number): number
  chance(rate: number): boolean
  pick<T>(from: readonly T[]): T
  /** A version 4 UUID. */
  uuid(): string
}

/** Mulberry32: 32 bits of state, even enough for a demo and fast. */
export function random(...seeds: number[]): Random {
  let state = 0x9e3779b9
  for (const seed of seeds) state = scramble(state ^ (seed | 0) ^ Math.floor(seed / 4294967296))
  const bits = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (mixed ^ (mixed >>> 14)) >>> 0
  }
  const next = () => bits() / 4294967296
  const int = (below: number) => Math.floor(next() * below)
  const hex = () => bits().toString(16).padStart(8, '0')
  return {
    next,
    int,
    chance: rate => rate > 0 && next() < rate,
    pick: from => {
      const item = from[int(from.length)]
      if (item === undefined) throw new Error('nothing to pick from')
      return item
    },
    uuid() {
      const all = hex() + hex() + hex() + hex()
      const variant = '89ab'[int(4)]
      return `${all.slice(0, 8)}-${all.slice(8, 12)}-4${all.slice(13, 16)}-${variant}${all.slice(17, 20)}-${all.slice(20)}`
    },
  }
}

function scramble(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) | 0
}
