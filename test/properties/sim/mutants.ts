/** The rules that the simulation must be able to see: each can be left out, and then runs must go wrong. */

import type { LinkChange, Settlement } from '../../../src/model/outcome.ts'
import type { Claim, CommerceWrite, PresentRead } from '../../../src/model/ports.ts'
import { refKey, sameRef } from '../../../src/model/resource.ts'
import type { StoreRule } from '../../memory/store.ts'
import type { PortCall } from '../../memory/tapped.ts'
import type { Eyes } from './ledger.ts'
import type { Mode } from './mappings.ts'

/** A rule kept outside the store: changes what a call is given, or what it answers. */
type Spoiler = {
  readonly given?: (call: PortCall, see: Eyes) => readonly unknown[]
  readonly answered?: (call: PortCall, answer: unknown, see: Eyes) => unknown
}

/** A spoiler of what is saved. */
const saved = (spoil: (settlement: Settlement, see: Eyes) => Settlement): Spoiler => ({
  given: ({ method, args }, see) => (method === 'save' ? [args[0], spoil(args[1] as Settlement, see)] : args),
})

const isNew = ({ links }: Settlement, ref: { side: string; type: string; id: string }): boolean =>
  links.some(change => change.do === 'put' && sameRef(change.link.crm, ref as LinkChange['link']['crm']))

const spoilers = {
  /** (!) step 5 */
  'an uncertain row is compared with what the target holds': {
    answered: ({ port, method }, answer) =>
      port === 'crm' && method === 'read'
        ? (answer as PresentRead[]).map(read => (read.state === 'present' ? { ...read, values: {} } : read))
        : answer,
  },
  /**
   * (!) step 5. Its counterpart, the base of fields that one side owns, cannot be seen: without it the merge takes the
   * write that nobody answered for an edit of the side that may not edit, and puts right the same field.
   */
  'an uncertain row takes as base of a shared field only what both sides hold': {
    answered: ({ method }, answer, see) => {
      const claim = answer as Claim | null
      if (method !== 'claim' || claim === null) return answer
      const unsure = new Set(claim.rows.filter(row => row.uncertain).map(row => refKey(row.ref)))
      const links = claim.links.map(link => {
        if (!unsure.has(refKey(link.commerce))) return link
        const rules = see.mapping.parts.find(part => part.role === link.role)?.fields ?? []
        const held = see.crm.rows.get(link.crm.id)?.fields ?? {}
        const shared = rules.filter(({ owner }) => owner === 'latest' || owner === 'review' || owner === 'strictest')
        const known = shared.filter(({ crm }) => link.base[crm] !== undefined)
        const base = Object.fromEntries(known.map(({ crm }) => [crm, see.digest(crm, held[crm] ?? null)]))
        return { ...link, base: { ...link.base, ...base } }
      })
      return { ...claim, links }
    },
  },
  /** Step 3 */
  'a snapshot older than announced is read again': {
    answered: ({ method }, answer) => {
      const claim = answer as Claim | null
      return method === 'claim' && claim
        ? { ...claim, rows: claim.rows.map(row => ({ ...row, version: null })) }
        : answer
    },
  },
  /** (!) step 6, on the way there */
  'a value that yields to Salesforce marks it': saved(settlement => ({
    ...settlement,
    marks: settlement.marks.filter(({ ref }) => ref.side !== 'crm' || isNew(settlement, ref)),
  })),
  /** (!) step 6, on the way back */
  'a value that yields to commerce marks it': saved(settlement => ({
    ...settlement,
    marks: settlement.marks.filter(({ ref }) => ref.side !== 'commerce'),
  })),
  /** (!) step 6 */
  'a new link marks its end in Salesforce': saved(settlement => ({
    ...settlement,
    marks: settlement.marks.filter(({ ref }) => !isNew(settlement, ref)),
  })),
  /** (!) step 6: without it the base stays as it was. */
  'a yield takes as base what the losing side holds': saved((settlement, see) => ({
    ...settlement,
    links: settlement.links.map(change => {
      if (change.do !== 'base') return change
      const { link } = change
      const held = see.crm.rows.get(link.crm.id)?.fields ?? {}
      const rules = see.mapping.parts.find(part => part.role === link.role)?.fields ?? []
      const base = { ...change.base }
      for (const { crm, commerce } of rules) {
        const before = link.base[crm]
        const isApart = (held[crm] ?? null) !== (see.body(link.commerce.id)?.[commerce] ?? null)
        if (before !== undefined && isApart) base[crm] = before
      }
      return { ...change, base }
    }),
  })),
  /** Step 8 */
  'nothing is sent when the lease was lost': {
    answered: ({ method }, answer) => (method === 'renew' ? true : answer),
  },
  /** Step 8, on the way back */
  'commerce is written under the version it was read with': {
    given: ({ port, method, args }, see) =>
      port === 'commerce' && method === 'write'
        ? [
            (args[0] as CommerceWrite[]).map(one => ({ ...one, version: see.version(one.ref.id) ?? one.version })),
            args[1],
          ]
        : args,
  },
} as const satisfies Readonly<Record<string, Spoiler>>

type CallRule = keyof typeof spoilers
export type Rule = StoreRule | CallRule

/**
 * Each rule with the modes in which its absence shows, and a seed whose run shows it: the short form looks there first.
 * A rule that is missing in a mode is mended there by something else, for instance by the poll that tells of the same
 * change twice. Pending until Salesforce's change events, with the names of changed fields, are followed: the echo that is dropped by the
 * digests of its changed fields, and what the feed said of a field that two sides may edit. No code yet, so no mutant.
 */
export const rules = {
  'an event above what is settled is kept': { there: 60, fed: 81, unfed: 46 },
  'a Salesforce event of the version that is settled is kept': { unfed: 46 },
  'a forced mark is never dropped': { there: 70, fed: 1, unfed: 5 },
  'a row belongs to one pass at a time': { there: 3, fed: 28, unfed: 11 },
  'both ends of a link belong to one pass at a time': { unfed: 1439 },
  'a row claimed over an expired lease is uncertain': { there: 127 },
  'an uncertain row is compared with what the target holds': { there: 208, fed: 1, unfed: 1 },
  'an uncertain row takes as base of a shared field only what both sides hold': { fed: 16, unfed: 34 },
  'a row stays uncertain until it is settled': { there: 312, fed: 1376, unfed: 480 },
  'a row that was marked meanwhile stays': { there: 4, fed: 19, unfed: 96 },
  'a SAVE is fenced by its token': { there: 1857, fed: 733, unfed: 506 },
  'a snapshot older than announced is read again': { there: 43, fed: 36 },
  'a value that yields to Salesforce marks it': { unfed: 812 },
  'a value that yields to commerce marks it': { fed: 16, unfed: 16 },
  'a new link marks its end in Salesforce': { fed: 1, unfed: 5 },
  'a yield takes as base what the losing side holds': { fed: 3, unfed: 1 },
  'nothing is sent when the lease was lost': { there: 6, fed: 5, unfed: 40 },
  'commerce is written under the version it was read with': { fed: 46, unfed: 16 },
} as const satisfies Readonly<Record<Rule, Readonly<Partial<Record<Mode, number>>>>>

const isOfCalls = (rule: Rule): rule is CallRule => rule in spoilers
export const storeRule = (rule: Rule | null): StoreRule | null => (rule === null || isOfCalls(rule) ? null : rule)
export const spoilerOf = (rule: Rule | null): Spoiler => (rule !== null && isOfCalls(rule) ? spoilers[rule] : {})
