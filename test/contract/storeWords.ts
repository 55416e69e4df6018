/** The words of the store's suites: records, events, and what is settled. Also for processes that run without the test runner. */
import type { IdentityLink } from '../../src/model/identity.ts'
import type { JournalEntry, LinkChange, RowSettlement, Settlement } from '../../src/model/outcome.ts'
import type { Claim, Log } from '../../src/model/ports.ts'
import type { ChangeEvent, ResourceRef } from '../../src/model/resource.ts'

export const start = '2026-01-01T00:00:00.000Z'
export const after = (ms: number): string => new Date(Date.parse(start) + ms).toISOString()
export const key = Buffer.alloc(32, 7)

export const quiet: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => quiet }

export const customer = (n: number | string): ResourceRef => ({ side: 'commerce', type: 'customer', id: `demo/c${n}` })
export const contact = (n: number | string): ResourceRef => ({ side: 'crm', type: 'Contact', id: `003${n}` })

let events = 0

export function changed(ref: ResourceRef, of: Partial<ChangeEvent> = {}): ChangeEvent {
  const id = `event${++events}`
  const kind = 'changed'
  return { id, ref, kind, version: null, at: start, correlationId: `of ${id}`, lane: 'live', erase: false, ...of }
}

export const deleted = (ref: ResourceRef, of: Partial<ChangeEvent> = {}): ChangeEvent =>
  changed(ref, { kind: 'deleted', ...of })

const nothing: Settlement = {
  rows: [],
  links: [],
  conflicts: [],
  failures: [],
  resolved: [],
  listings: [],
  applied: [],
  waits: [],
  marks: [],
  wakes: [],
  erased: [],
  forgotten: [],
  sightings: [],
  journal: [],
}

export const settlement = (of: Partial<Settlement>): Settlement => ({ ...nothing, ...of })

const row: Omit<RowSettlement, 'ref' | 'do'> = {
  version: null,
  gone: false,
  notBefore: null,
  countsAttempt: false,
  uncertain: false,
  lane: null,
}

export const settle = (ref: ResourceRef, version: number | null = null, gone = false): RowSettlement => ({
  ...row,
  ref,
  do: 'settle',
  version,
  gone,
})
export const free = (ref: ResourceRef, of: Partial<RowSettlement> = {}): RowSettlement => ({
  ...row,
  ref,
  do: 'free',
  ...of,
})
export const keep = (ref: ResourceRef): RowSettlement => ({ ...row, ref, do: 'keep' })

type Put = Extract<LinkChange, { do: 'put' }>

/** A link of a customer with a contact, new unless a revision is given. */
export const put = (
  commerce: ResourceRef,
  crm: ResourceRef,
  of: Partial<Put['link']> & { revision?: number | null } = {},
): Put => {
  const { revision = null, ...link } = of
  const base = { FirstName: 'k1.aaa', LastName: 'k1.bbb' }
  return {
    do: 'put',
    revision,
    link: { mapping: 'person', role: 'contact', commerce, crm, primary: true, base, restores: {}, ...link },
  }
}

export const basis = (link: IdentityLink, base: IdentityLink['base']): LinkChange => ({
  do: 'base',
  link,
  base,
  restores: {},
})

export const line = (ref: ResourceRef, of: Partial<JournalEntry> = {}): JournalEntry => ({
  at: start,
  correlationId: 'correlation',
  ref,
  step: 'written',
  mapping: null,
  role: null,
  target: null,
  plan: null,
  fields: [],
  detail: null,
  attempt: 0,
  durationMs: null,
  ...of,
})

export const ids = (claim: Claim | null): readonly string[] => claim?.rows.map(({ ref }) => ref.id) ?? []
