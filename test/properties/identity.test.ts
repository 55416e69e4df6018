/**
 * Who is who, whatever the order, doubling and interleaving of events: at most one record per person as the rules define a
 * person, and every one who is not matched is an open question or a recorded decision. Each rule that makes it so is needed.
 */
import { describe, expect, it } from 'vitest'
import { identities, identityRules } from './sim/identities.ts'

describe('identities', () => {
  it('600 runs make nobody twice and lose nobody', async () => {
    const totals: Record<string, number> = {}
    for (let seed = 1; seed <= 600; seed++) {
      const { problems, counts } = await identities(seed)
      expect(problems, `seed ${seed}`).toEqual([])
      for (const [what, times] of Object.entries(counts)) totals[what] = (totals[what] ?? 0) + times
    }
    // Runs in which nothing happens would prove nothing.
    const happened = ['contacts made', 'changes', 'deaths', 'decided: create', 'decided: link', 'decided: ignore']
    for (const what of [...happened, 'in question: ambiguous', 'in question: claimed', 'in question: disagrees'])
      expect(totals[what] ?? 0, what).toBeGreaterThan(20)
  }, 120_000)

  it('the same seed tells the same story', async () => {
    expect(await identities(7)).toEqual(await identities(7))
  })

  it.each(identityRules)(
    'without the rule “%s” somebody is made twice',
    async rule => {
      let problems: readonly string[] = []
      for (let seed = 1; seed <= 600 && problems.length === 0; seed++) ({ problems } = await identities(seed, rule))
      expect(problems.join()).toContain('who is the same')
    },
    60_000,
  )
})
