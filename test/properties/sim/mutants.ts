/** The rules that the simulation must be able to see: each can be left out, and then runs must go wrong. */

import type { Claim, PresentRead } from '../../../src/model/ports.ts'
import type { StoreRule } from '../../memory/store.ts'
import type { PortCall } from '../../memory/tapped.ts'

/** A rule kept outside the store: changes what a call answers. */
type Spoiler = { readonly answered?: (call: PortCall, answer: unknown) => unknown }

const spoilers = {
  /** (!) step 5 */
  'an uncertain row is compared with what the target holds': {
    answered: ({ port, method }, answer) =>
      port === 'crm' && method === 'read'
        ? (answer as PresentRead[]).map(read => (read.state === 'present' ? { ...read, values: {} } : read))
        : answer,
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
  /** Step 8 */
  'nothing is sent when the lease was lost': {
    answered: ({ method }, answer) => (method === 'renew' ? true : answer),
  },
} as const satisfies Readonly<Record<string, Spoiler>>

type CallRule = keyof typeof spoilers

/** Rules of the way there. Those of the way back (echoes, yields, both ends of a link dirty) join when it is simulated. */
export const rules = [
  'an event above what is settled is kept',
  'a forced mark is never dropped',
  'a row belongs to one pass at a time',
  'a row claimed over an expired lease is uncertain',
  'an uncertain row is compared with what the target holds',
  'a row stays uncertain until it is settled',
  'a row that was marked meanwhile stays',
  'a SAVE is fenced by its token',
  'a snapshot older than announced is read again',
  'nothing is sent when the lease was lost',
] as const satisfies readonly (StoreRule | CallRule)[]
export type Rule = (typeof rules)[number]

const isOfCalls = (rule: Rule): rule is CallRule => rule in spoilers
export const storeRule = (rule: Rule | null): StoreRule | null => (rule === null || isOfCalls(rule) ? null : rule)
export const spoilerOf = (rule: Rule | null): Spoiler => (rule !== null && isOfCalls(rule) ? spoilers[rule] : {})
