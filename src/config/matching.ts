/** What `sync.config.ts` says of matching: the second keys of each object, in place of the ready-made ones. */
import { z } from 'zod'
import type { Mapping, MappingPart, MatchRule, Preference } from '../model/mapping.ts'
import type { Complaints } from './environment.ts'
import { type LikenessChange, likeness, likenessNames } from './likeness.ts'
import { scalar } from './scalar.ts'

const field = z.string().min(1)

const within = z.union([
  z.strictObject({ crm: field, is: z.array(scalar).min(1) }),
  z.strictObject({ crm: field, commerce: field }),
])
const preference = z.union([
  z.strictObject({ crm: field, is: scalar }),
  z.strictObject({ crm: field, has: z.enum(['highest', 'lowest']) }),
  z.strictObject({
    related: field.describe('A child relationship: `Cases`, `Orders`, `Opportunities`.'),
    where: z.record(z.string(), scalar).optional().describe('Only those with these values.'),
    latest: field.optional().describe('Whose latest one, by this field, is the latest. Without: who has any.'),
  }),
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
      as: z
        .enum(likenessNames)
        .optional()
        .describe(
          'How the two values are compared. Default: as the field is when the mapping writes it, else without case.',
        ),
      plus: z
        .literal('ignore')
        .optional()
        .describe('Of emails: `anna+shop@…` is `anna@…`. Default: it is another mailbox.'),
      dots: z
        .array(field)
        .min(1)
        .optional()
        .describe('Of emails: domains at which `an.na@…` is `anna@…`, such as `gmail.com`. Default: none.'),
      legalForms: z
        .array(field)
        .min(1)
        .optional()
        .describe('Of company names: legal forms that say nothing at the end of a name. Default: none.'),
      lead: field
        .optional()
        .describe(
          'The field of a Lead that holds the same key. Default: `Email` for the email of a person, none for others.',
        ),
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
      const given = change?.[part.object]?.map((one, at) =>
        settled(one, part, `${place}.match['${part.object}'][${at}]`, complain),
      )
      return [part.role, given === undefined ? part.match : [...own, ...given]]
    }),
  )
}

function preferenceOf(given: z.output<typeof preference>): Preference {
  if (!('related' in given)) return given
  const { related, where, latest } = given
  return { related, ...(where && { where }), ...(latest !== undefined && { latest }) }
}

/** By what a person is found, Leads are too. */
const leadFields: Readonly<Record<string, string>> = { Email: 'Email', PersonEmail: 'Email' }

/** A rule as the mapping has it: without what was left out, and with the likeness that was named. */
function settled(given: z.output<typeof rule>, part: MappingPart, place: string, complain: Complaints): MatchRule {
  if (given.by === 'external-id') return given
  const {
    as,
    plus,
    dots,
    legalForms,
    lead = leadFields[given.crm],
    when,
    agree,
    within: bounds,
    corroborate,
    prefer,
    ...rest
  } = given
  const written = part.fields.find(each => each.crm === given.crm)?.codec?.like?.name
  const change: LikenessChange = { as, plus, dots, legalForms }
  const like = likeness(change, written, place, complain)
  return {
    ...rest,
    ...(like !== null && { like }),
    ...(lead !== undefined && { lead }),
    ...(when !== undefined && { when }),
    ...(agree && { agree }),
    ...(bounds && { within: bounds }),
    ...(corroborate && { corroborate }),
    ...(prefer && { prefer: prefer.map(preferenceOf) }),
  }
}
