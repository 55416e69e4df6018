import { expect, it } from 'vitest'
import { detail, type Shown, summary } from './conflictText.ts'

const at = '2026-01-01T00:00:00.000Z'
const crm = { side: 'crm', type: 'Contact', id: '003A' } as const
const conflict: Shown = {
  id: 'c1',
  kind: 'ambiguous',
  why: '2 records of Contact match',
  candidates: [crm],
  fields: [{ field: 'LastName', commerce: 'Beck', crm: null }],
  source: { side: 'commerce', type: 'customer', id: 'demo/1' },
  mapping: 'customer-person',
  role: 'contact',
  correlationId: 'k',
  openedAt: at,
  state: 'open',
  waiting: 3,
}

it('shows how much waits, what was decided, and what each decision would write', () => {
  expect(summary(conflict)).toEqual([
    'c1',
    '2026-01-01T00:00:00',
    'open',
    '3',
    'customer demo/1',
    'ambiguous',
    conflict.why,
  ])
  const of = {
    conflict: 'c1',
    kind: 'ambiguous',
    source: conflict.source,
    mapping: 'customer-person',
    role: 'contact',
  } as const
  const text = detail({
    ...conflict,
    decisions: [
      { ...of, choice: { do: 'wait' }, by: 'ann', at, appliedAt: null, undoneAt: at, undoneBy: 'ben' },
      { ...of, choice: { do: 'link', crm }, by: 'ben', at, appliedAt: at, undoneAt: null, undoneBy: null },
    ],
    foreseen: [
      {
        choice: { do: 'take', side: 'crm' },
        parts: [
          {
            role: 'contact',
            object: 'Contact',
            do: 'update',
            why: '',
            crm,
            values: { FirstName: 'Anna' },
            verdicts: [{ field: 'LastName', verdict: 'yield' }],
          },
        ],
      },
    ],
  })
  for (const line of [
    'waiting       3 records wait for this one',
    `decision      wait-for-merge by ann ${at}, taken back by ben ${at}`,
    `decision      link Contact/003A by ben ${at}, carried out ${at}`,
    'LastName  "Beck"         null',
    '  --take crm',
    '    update Contact/003A',
    '      FirstName = "Anna"',
    "      Salesforce's value stands: LastName",
  ])
    expect(text.split('\n')).toContain(line)
  expect(text).toMatch(/Decide: ctsf conflicts resolve c1/)
  expect(detail({ ...conflict, state: 'ignored' })).toMatch(/Take it back: ctsf conflicts undo c1/)
})
