import { describe, expect, it } from 'vitest'
import type { ConflictKind } from '../model/identity.ts'
import type { ResourceRef } from '../model/resource.ts'
import { choicesFor, misfit } from './fits.ts'

const contact = (n: number): ResourceRef => ({ side: 'crm', type: 'Contact', id: `003${n}` })
const asked = (kind: ConflictKind, candidates = 1, side: ResourceRef['side'] = 'commerce') => ({
  kind,
  source: { side, type: side === 'crm' ? 'Contact' : 'customer', id: '1' },
  candidates: Array.from({ length: candidates }, (_, n) => contact(n)),
})
const words = (...of: Parameters<typeof asked>) => choicesFor(asked(...of)).map(choice => choice.do)

describe('which decision answers which question', () => {
  it.each([
    [asked('ambiguous', 2), ['link', 'link', 'create', 'wait', 'ignore']],
    [asked('ambiguous', 1), ['link', 'create', 'ignore']],
    [asked('claimed'), ['link', 'share', 'create', 'ignore']],
    [asked('duplicate-rule', 2), ['take', 'take', 'link', 'link', 'create', 'ignore']],
    [asked('lead', 1), ['create', 'wait', 'ignore']],
    [asked('deleted', 0), ['create', 'ignore']],
    [asked('both-changed'), ['take', 'take', 'ignore']],
    [asked('rewritten'), ['take', 'take', 'ignore']],
    [asked('both-changed', 1, 'crm'), ['take', 'take']],
    [asked('foreign'), ['link', 'create', 'ignore']],
    [asked('foreign', 1, 'crm'), ['ignore']],
    [asked('disagrees', 1, 'crm'), ['ignore']],
  ])('%o: %j', (conflict, choices) => expect(choicesFor(conflict).map(choice => choice.do)).toEqual(choices))
  it('says why not', () => {
    expect(words('ambiguous', 2)).not.toContain('take')
    expect(misfit(asked('ambiguous', 2), { do: 'take', side: 'crm' })).toMatch(/which record/)
    expect(misfit(asked('ambiguous', 1), { do: 'wait' })).toMatch(/several candidates/)
    expect(misfit(asked('ambiguous', 1), { do: 'share', crm: null })).toMatch(/another one's already/)
    expect(misfit(asked('both-changed', 1, 'crm'), { do: 'create' })).toMatch(/which side/)
    expect(misfit(asked('both-changed'), { do: 'create' }), 'it is another person after all').toBeNull()
  })
})
