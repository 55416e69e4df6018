// Replay ids on the wire: opaque to clients, eight bytes, the highest first.

export function replayBytes(replayId: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(BigInt(replayId))
  return bytes
}

export function readReplay(bytes: Buffer): number | null {
  return bytes.length === 8 ? Number(bytes.readBigUInt64BE()) : null
}
