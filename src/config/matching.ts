/** What `sync.config.ts` says of matching: the second keys of each object, in place of the ready-made ones. */
import { z } from 'zod'
import type { Mapping, MatchRule } from '../model/mapping.ts'
import type { Complaints } from './environment.ts'
import { scalar } from './scalar.ts'

const field = z.string().min(1)

const within = z.union([
  z.strictObject({ crm: field, is: z.array(scalar).min(1) }),
  z.strictObject({ crm: field, commerce: field }),
])
const preference = z.union([
  z.strictObject({ crm: field, is: scalar }),
  z.strictObject({ crm: field, has: z.enum(['highest', 'lowest']) }),
])

const rule = z.discriminatedUnion('by', [
  z
    .strictObject({ by: z.literal('external-id'), crm: field, commerce: field })
    .describe('A pair of fields that hold one shared key.'),
  z
    .strictObject({
      by: z.literal('fallback'),
      crm: field,
      commerce: field,
      when: field.optional().describe('Certain where this expression is neither empty nor false …'),
      agree: z.array(field).min(1).optional().describe('… or where one of these fields is the same on both sides.'),
      within: z.array(within).min(1).optional().describe('Which records are looked at: all of these must hold.'),
      corroborate: z.array(field).min(1).optional().describe('Fields that must not say otherwise.'),
      prefer: z
        .array(preference)
        .min(1)
        .optional()
        .describe('Which of several is taken, one tie-break after the other.'),
    })
    .describe('A second key, such as an email.'),
])

export const matchSchema = z
  .record(z.string(), z.array(rule))
  .describe(
    'By Salesforce object, the keys by which a record is found beside our own, in their order, in place of the ready-made ones (how-to/tune-matching.md). An empty list: our own key alone.',
  )

export type MatchChange = z.output<typeof matchSchema>

/** The rules of each part; an object that the mapping does not write is said to `complain`. */
export function matching(
  { parts, keyField }: Mapping,
  change: MatchChange | undefined,
  place: string,
  complain: Complaints,
): ReadonlyMap<string, readonly MatchRule[]> {
  const objects = [...new Set(parts.map(part => part.object))]
  for (const object of Object.keys(change ?? {}))
    if (!objects.includes(object))
      complain.say(`${place}.match['${object}']`, 'the mapping does not write it', `it writes ${objects.join(' and ')}`)
  return new Map(
    parts.map(part => {
      const own = part.match.filter(one => one.crm === keyField)
      const given = change?.[part.object]?.map(settled)
      return [part.role, given === undefined ? part.match : [...own, ...given]]
    }),
  )
}

/** Without what was left out. */
const settled = (given: z.output<typeof rule>): MatchRule =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as MatchRule
