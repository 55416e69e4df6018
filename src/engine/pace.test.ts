import { describe, expect, it } from 'vitest'
import { bucket } from './pace.ts'

const pace = { burst: 8, reserve: 0.2, maxDelayMs: 2_000 }
const at = '2026-01-01T00:00:00.000Z'
const used = (calls: number, max = 100_000) => ({ used: calls, max, at })

describe('the bucket that paces passes', () => {
  it('lets a change go at once while it holds tokens', () => {
    const tokens = bucket(pace)
    expect(tokens.delayMs(0)).toBe(0)
    tokens.spent(used(10), 0)
    tokens.spent(used(12), 100)
    expect(tokens.tokens).toBeCloseTo(6, 0)
    expect(tokens.delayMs(200)).toBe(0)
  })

  it('makes the next pass wait once the burst is spent, never longer than the longest delay', () => {
    const tokens = bucket(pace)
    tokens.spent(used(10), 0)
    tokens.spent(used(18), 1)
    expect(tokens.delayMs(1)).toBeGreaterThan(1_000)
    tokens.spent(used(200), 2)
    expect(tokens.delayMs(2)).toBe(2_000)
  })

  it('refills at the rate the rest of the day allows', () => {
    const tokens = bucket(pace)
    tokens.spent(used(0), 0)
    tokens.spent(used(8), 0)
    // 80,000 of 100,000 calls are ours: 0.926 a second.
    expect(tokens.delayMs(0)).toBe(Math.ceil(1 / ((80_000 - 8) / 86_400_000)))
    expect(tokens.delayMs(1_200)).toBe(0)
  })

  it('owes one burst at most, however much was spent', () => {
    const tokens = bucket(pace)
    tokens.spent(used(0), 0)
    tokens.spent(used(5_000), 0)
    expect(tokens.tokens).toBe(-8)
  })

  it('waits the longest delay when nothing is left but the reserve', () => {
    const tokens = bucket(pace)
    tokens.spent(used(90_000), 0)
    tokens.spent(used(90_020), 0)
    expect(tokens.delayMs(60_000)).toBe(2_000)
  })

  it('is not confused when the day rolls over and the used calls fall', () => {
    const tokens = bucket(pace)
    tokens.spent(used(50_000), 0)
    tokens.spent(used(10), 1_000)
    expect(tokens.tokens).toBe(8)
  })

  it('does not wait where the remote has no allowance', () => {
    const tokens = bucket(pace)
    tokens.spent(null, 0)
    expect(tokens.delayMs(10)).toBe(0)
  })
})
