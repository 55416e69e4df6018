/**
 * Two workers interleaved at every await, with everything going wrong that may: both sides converge, nothing is lost,
 * doubled or written by a side that does not own it, and afterwards an idle pass writes nothing. And each rule that makes
 * it so is needed: left out, the same simulation goes wrong. The long form: `npm run properties -- --runs 20000 --seed 1`.
 */
import { describe, expect, it } from 'vitest'
import { modes } from './sim/mappings.ts'
import { type Rule, rules } from './sim/mutants.ts'
import { simulate } from './sim/simulation.ts'

/** Further seeds that are tried when the known one does not show a rule's absence any more. */
const furtherSeeds = 2_000

describe('interleavings', () => {
  it.each(modes)('400 runs of the mode “%s” end well', async mode => {
    for (let seed = 1; seed <= 400; seed++) {
      const { problems } = await simulate(mode, seed)
      expect(problems, `npm run properties -- --mode ${mode} --runs 1 --seed ${seed}`).toEqual([])
    }
  })

  it.each(modes)('the same seed tells the same story of “%s”', async mode => {
    expect(await simulate(mode, 7)).toEqual(await simulate(mode, 7))
  })

  const absences = (Object.keys(rules) as Rule[]).flatMap(rule =>
    modes.flatMap(mode => {
      const seeds: Readonly<Partial<Record<typeof mode, number>>> = rules[rule]
      const known = seeds[mode]
      return known === undefined ? [] : [{ rule, mode, known }]
    }),
  )
  it.each(absences)(
    'without the rule “$rule” runs of “$mode” go wrong',
    async ({ rule, mode, known }) => {
      let { problems } = await simulate(mode, known, rule)
      for (let seed = 1; seed <= furtherSeeds && problems.length === 0; seed++)
        ({ problems } = await simulate(mode, seed, rule))
      expect(problems).not.toEqual([])
    },
    60_000,
  )
})
