/**
 * Two workers interleaved at every await, with everything going wrong that may: both sides converge, nothing is lost,
 * doubled or written by a side that does not own it, and afterwards an idle pass writes nothing. And each rule that makes
 * it so is needed: left out, the same simulation goes wrong. The long form: `npm run properties -- --runs 20000 --seed 1`.
 */
import { describe, expect, it } from 'vitest'
import { rules } from './sim/mutants.ts'
import { simulate } from './sim/simulation.ts'

describe('interleavings', () => {
  it('500 runs end well', async () => {
    for (let seed = 1; seed <= 500; seed++) {
      const { problems } = await simulate(seed)
      expect(problems, `npm run properties -- --runs 1 --seed ${seed}`).toEqual([])
    }
  })

  it('the same seed tells the same story', async () => {
    expect(await simulate(7)).toEqual(await simulate(7))
  })

  it.each(rules)('without the rule “%s” runs go wrong', async rule => {
    let caught = 0
    for (let seed = 1; seed <= 4_000 && caught === 0; seed++) caught = (await simulate(seed, rule)).problems.length
    expect(caught).toBeGreaterThan(0)
  })
})
