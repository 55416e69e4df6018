/** A way out that is refused for a while: whatever the timers do, everything is taken in the end. */
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type Job, lane, type Outcome } from '../src/deliveries/lane.ts'
import type { Delivery } from '../src/model/notice.ts'

const delivery = (n: number) => ({ id: `d${n}` }) as Delivery

describe('a lane', () => {
  afterEach(() => {
    vi.useRealTimers()
    vi.restoreAllMocks()
  })

  it('goes on after a rest whose timer came a millisecond early', async () => {
    vi.useFakeTimers()
    const taken = new Set<string>()
    let refusals = 80
    const attempt = async ({ delivery: { id } }: Job): Promise<Outcome> => {
      if (refusals-- > 0) return 'refused'
      taken.add(id)
      return 'taken'
    }
    // The wall's clock is a millisecond behind the timers whenever it is asked first in a turn, and right when asked again.
    const real = Date.now
    let askedAt = -1
    vi.spyOn(Date, 'now').mockImplementation(() => {
      const now = real()
      const isFirst = askedAt !== now
      askedAt = now
      return isFirst ? now - 1 : now
    })
    const way = lane(() => true, attempt)
    for (let n = 0; n < 200; n++) way.add(delivery(n), false)
    await vi.advanceTimersByTimeAsync(30_000)
    expect(taken.size).toBe(200)
    expect(way.size()).toBe(0)
    way.close()
  })
})
