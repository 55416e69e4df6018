/** Who owns the records that a mapping makes: a user or queue, the same for all or by what the commerce record says. */
import { z } from 'zod'
import { value } from '../mappings/codecs/coded.ts'
import type { Codec, FieldRule, Mapping, MappingPart } from '../model/mapping.ts'

const someone = z
  .string()
  .regex(
    /^(?:005|00G)[a-zA-Z0-9]{12}(?:[a-zA-Z0-9]{3})?$/,
    'is no id of a user (005…) or a queue (00G…) of 15 or 18 characters',
  )

/** Paths and alternatives of them: of a Task they begin at the record that it tells of. */
const paths = z.string().regex(/^[^{}|]+$/, 'expected a path such as store.key, or several with ?? between them')

export const ownerSchema = z
  .union([someone, z.strictObject({ by: paths, at: z.record(z.string().min(1), someone) })])
  .describe(
    "Who owns new records: the id of a user or a queue, or one by a value of the commerce record, with `*` for any other: `{ by: 'store.key', at: { berlin: '005…', '*': '005…' } }`. Default: the integration user (how-to/owners.md).",
  )

/** Owners by value. What an admin changes later stays: the rule is seeded, and the owner of a record is never empty. */
const owners = (at: Readonly<Record<string, string>>): Codec => ({
  name: 'owners',
  doc: 'Chosen by `owner` at creation, and left alone from then on.',
  toCrm: raw => value((typeof raw === 'string' && Object.hasOwn(at, raw) ? at[raw] : at['*']) ?? null),
})

/** Lines, prices and roles belong to whoever owns what they are part of. */
const isOwned = ({ onDemand }: Mapping, { each, object }: MappingPart): boolean =>
  onDemand !== true && (each === undefined || object === 'Task')

/** The rule that gives records of this part their owner; none where nothing is said, or where they have none. */
export function ownerRule(
  mapping: Mapping,
  part: MappingPart,
  owner: z.output<typeof ownerSchema> | undefined,
): readonly FieldRule[] {
  if (owner === undefined || !isOwned(mapping, part)) return []
  const { by, at } = typeof owner === 'string' ? { by: 'id', at: { '*': owner } } : owner
  const commerce = by
    .split('??')
    .map(path => (part.each === undefined ? path.trim() : `whole.${path.trim()}`))
    .join(' ?? ')
  return [{ crm: 'OwnerId', commerce, owner: 'seed', codec: owners(at), personal: false }]
}
