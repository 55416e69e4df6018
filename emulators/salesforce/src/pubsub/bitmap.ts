// Sets of fields as change events write them: bit i, the lowest first, stands for field i of the Avro schema (0 is the
// header); a part of a compound field stands in a bitmap of its own, behind the position of its parent.
// Source: "Event Deserialization Considerations" of the Pub/Sub API's guide; digits are upper case, which a widely used
// client insists on.

export type Position = { slot: number; part: number | null }

export function bitmaps(positions: Iterable<Position>): string[] {
  let own = 0n
  const nested = new Map<number, bigint>()
  for (const { slot, part } of positions) {
    if (part === null) own |= 1n << BigInt(slot)
    else nested.set(slot, (nested.get(slot) ?? 0n) | (1n << BigInt(part)))
  }
  const parts = [...nested].sort(([a], [b]) => a - b).map(([slot, bits]) => `${slot}-${hex(bits)}`)
  return own === 0n ? parts : [hex(own), ...parts]
}

function hex(bits: bigint): string {
  const digits = bits.toString(16).toUpperCase()
  return `0x${digits.length % 2 === 1 ? '0' : ''}${digits}`
}
