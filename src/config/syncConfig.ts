/** `sync.config.ts`: what a merchant sets that is no secret, its schema, and what is wrong with a given one. */
import { z } from 'zod'
import { nearMiss } from '../lib/nearMiss.ts'
import { date } from '../mappings/codecs/date.ts'
import { not } from '../mappings/codecs/not.ts'
import { text } from '../mappings/codecs/text.ts'
import {
  ambiguousPolicies,
  type Codec,
  claimedPolicies,
  deletionPolicies,
  gonePolicies,
  leadPolicies,
  ownerships,
} from '../model/mapping.ts'
import { activityOptions } from './activityOptions.ts'
import type { Complaints } from './environment.ts'
import { matchSchema } from './matching.ts'
import { orderOptions } from './orderOptions.ts'
import { ownerSchema } from './owning.ts'
import { scalar } from './scalar.ts'
import { expression, orgCurrency, tradeOptions } from './tradeOptions.ts'

const owner = z.enum(ownerships).describe('Who is right about the field.')

/** Codecs that can be named, for what needs no code. */
export const namedCodecs = { not, text, date } as const

const codec = z.custom<Codec | keyof typeof namedCodecs>(
  value =>
    (typeof value === 'string' && Object.hasOwn(namedCodecs, value)) ||
    (typeof value === 'object' && value !== null && 'toCrm' in value && typeof value.toCrm === 'function'),
  `expected one of ${Object.keys(namedCodecs).join(', ')}, or a codec: { name, doc, toCrm }`,
)

const field = z
  .strictObject({
    commerce: expression.optional(),
    owner: owner.optional(),
    codec: codec
      .optional()
      .describe('Turns the commerce value into CRM words: `not`, `text`, `date`, or a codec of your own.'),
    fallback: expression.optional().describe('Written on create only, when the value is empty.'),
    required: z.boolean().optional().describe('The org refuses the record without it.'),
    stricter: z
      .array(scalar)
      .min(2)
      .optional()
      .describe('For the owner `strictest`: the values in CRM words, the most restrictive one first.'),
    personal: z
      .boolean()
      .optional()
      .describe('Does it tell who the person is? Then it is emptied when the person is anonymised. Default: true.'),
  })
  .describe(
    'What differs from the ready-made rule; a field the mapping does not know yet needs `commerce` and `owner`.',
  )

/** A word of the design whose work is not built yet is told apart from a word that is none. */
const notYet =
  (known: readonly string[], why: string) =>
  ({ input }: { readonly input?: unknown }): string | undefined =>
    typeof input === 'string' && known.includes(input) ? `'${input}' ${why}` : undefined

const mapping = z.strictObject({
  enabled: z.boolean().optional().describe('`false` leaves the mapping out. Default: true.'),
  when: expression.optional().describe('Only records for which this is not empty take part.'),
  deletion: z.enum(deletionPolicies).optional().describe('What a deletion in commercetools does in Salesforce.'),
  erasure: z
    .enum(['anonymise', 'delete'])
    .optional()
    .describe('What a deletion with `dataErasure` does, whatever `deletion` says. Default: `anonymise`.'),
  whenGone: z
    .enum(gonePolicies)
    .optional()
    .describe(
      'What a deletion in Salesforce does: `review` asks a person, `recreate` makes the record again, `unlink` leaves it alone. Default: `review`.',
    ),
  onClaimed: z
    .enum(claimedPolicies)
    .optional()
    .describe(
      "What happens when a person is found who is another customer's already: `review` asks, `share` lets them be one person with several customers (how-to/many-on-one.md). Default: `review`.",
    ),
  onAmbiguous: z
    .enum(ambiguousPolicies)
    .optional()
    .describe(
      'What happens when several records match, or one that nothing confirms: `review` asks a person, `create` makes a new one, for who prefers duplicates to waiting (how-to/tune-matching.md). Default: `review`.',
    ),
  leads: z
    .enum(leadPolicies)
    .optional()
    .describe(
      'What an open Lead with the same email means: `note` makes a record and says so in its story, `review` asks a person first, `ignore` looks at no Leads, converted ones included. Default: `note` (how-to/tune-matching.md).',
    ),
  deactivate: z
    .record(z.string(), z.union([scalar, z.strictObject({ at: z.literal('deletion') })]))
    .optional()
    .describe("What `deactivate` writes, by `Object.Field`: a value, or `{ at: 'deletion' }` for the time."),
  personal: z
    .array(z.string())
    .optional()
    .describe('Fields beside the mapped ones, as `Object.Field`, that are emptied when the person is anonymised.'),
  keyField: z.string().optional().describe('Our external ID field on the objects of this mapping.'),
  owner: ownerSchema.optional(),
  match: matchSchema.optional(),
  recordType: z
    .string()
    .min(1)
    .optional()
    .describe(
      "Record type of new Accounts, by developer name or id. Default: the user's own; of person accounts `PersonAccount`.",
    ),
  street: z.enum(['name-number', 'number-name']).optional().describe('How a street is written.'),
  ...tradeOptions,
  ...orderOptions,
  ...activityOptions,
  billing: expression.optional().describe("Path of the customer's (a guest's: the order's) billing address."),
  shipping: expression.optional().describe("Path of the customer's (a guest's: the order's) shipping address."),
  fields: z
    .record(z.string(), z.union([z.literal(false), field]))
    .optional()
    .describe('By Salesforce field, `Object.Field` where several objects have it; `false` leaves the field out.'),
})

const project = z.strictObject({
  key: z.string().min(1).describe('The project key.'),
  env: z
    .string()
    .regex(/^[A-Z][A-Z0-9_]*$/, 'expected a prefix of environment variables, such as CTP_EU')
    .describe('Prefix of its variables: `CTP_EU` reads `CTP_EU_CLIENT_ID`, `CTP_EU_CLIENT_SECRET`, …'),
})

const whole = (least: number, most: number) => z.number().int().min(least).max(most).optional()

const pace = z.strictObject({
  passSize: whole(1, 1_000).describe('Records taken into one pass. Default: 1000.'),
  callsInFlight: whole(1, 25).describe(
    'Writing calls to Salesforce that one worker process keeps under way while full passes wait. Default: 4.',
  ),
  leaseMs: whole(5_000, 600_000).describe(
    'How long a pass may own its records. Keep it above 40000: a call may take 30 seconds, and none may go out on a lease that ends under it. Default: 60000.',
  ),
  maxDelayMs: whole(0, 60_000).describe('The longest a change waits for company when calls run short. Default: 2000.'),
  burst: whole(1, 100_000).describe('Calls that may be spent at once before the refill sets the pace. Default: 8.'),
  pollMs: whole(1_000, 3_600_000).describe(
    'How often to look for changes in Salesforce, when a field may flow back; each look is one API call. Default: 15000.',
  ),
  sweepMs: whole(0, 86_400_000).describe(
    'How often to look for changes in commercetools that no delivery told of; 0 never. Each look is one query a type, and no call to Salesforce. Default: 300000.',
  ),
  dueMs: whole(0, 86_400_000).describe(
    'With `carts`: how often to ask commercetools which carts were left alone for long enough, and which known ones changed; 0 never. Each look is one query, and no call to Salesforce. Default: 60000.',
  ),
  lagMs: whole(0, 3_600_000).describe(
    'How far behind now a listing of commercetools stops, so that a change still being committed is not passed over. Default: 60000.',
  ),
  maxAttempts: whole(1, 100).describe('Tries of one record before it is listed as failed. Default: 10.'),
})

const keysAddress = z.url({
  protocol: /^https?$/,
  error: 'expected an address in full, such as https://host/path',
})

const oidc = z.strictObject({
  audience: z.string().min(1).describe('What the push subscription names as audience; by default its push endpoint.'),
  email: z.email('expected the email of a service account').describe('The service account it speaks for.'),
  issuer: z.string().min(1).optional().describe('Who signs. Default: `https://accounts.google.com`.'),
  keysUrl: keysAddress
    .optional()
    .describe("Where the issuer's keys are. Default: Google's, `https://www.googleapis.com/oauth2/v3/certs`."),
  toleranceMs: whole(0, 600_000).describe('By how much the clocks may differ. Default: 30000.'),
})

const sqs = z.strictObject({
  receivers: whole(1, 64).describe('Batches of ten that are in hand at once. Default: 4.'),
  hiddenMs: whole(1_000, 3_600_000).describe(
    'After what time another process gets the messages of one that died; in whole seconds. Renewed while a message is in hand. Default: 30000.',
  ),
})

const deliveries = z.strictObject({
  sqs: sqs.optional().describe('How fast the queue `CTSF_SQS_QUEUE_URL` is read (how-to/sqs.md).'),
  oidc: oidc
    .optional()
    .describe(
      'Takes the OIDC tokens of Pub/Sub push (how-to/pubsub-push.md), beside `CTSF_DELIVERY_SECRET` or without it.',
    ),
})

export const syncConfigSchema = z.strictObject({
  people: z
    .enum(['contact-with-own-account', 'person-account'], {
      error: notYet(['contact-in-shared-account'], 'is not built yet'),
    })
    .optional()
    .describe(
      'What a customer becomes: a Contact in an Account of its own, or a person account (how-to/person-accounts.md). Default: `contact-with-own-account`.',
    ),
  orders: z
    .enum(['none', 'custom-object', 'order'])
    .optional()
    .describe(
      "What an order becomes: nothing, a record of the package's own objects with one for each line, or Salesforce's own Order with its products (how-to/orders.md). Default: `none`.",
    ),
  carts: z
    .enum(['none', 'custom-object'], { error: notYet(['opportunity'], 'is not built yet') })
    .optional()
    .describe(
      "What a cart becomes that somebody left: nothing, or a record of the package's own object (how-to/carts.md). Default: `none`.",
    ),
  quotes: z
    .enum(['none', 'opportunity'])
    .optional()
    .describe(
      "What a request for a quote becomes, with the offers and the order that follow: nothing, or Salesforce's Opportunity (how-to/quotes.md). Default: `none`.",
    ),
  activity: z
    .enum(['none', 'task'], { error: notYet(['custom-object'], 'is not built yet') })
    .optional()
    .describe(
      "What messages of commercetools about orders and quotes become: nothing, or Salesforce's Tasks, closed and once each (how-to/activity.md). Default: `none`.",
    ),
  rollUps: z
    .enum(['none', 'person', 'person-and-account'])
    .optional()
    .describe(
      'Where what a person bought in all stands: nowhere, on the Contact, or on their own Account as well; with person accounts both are one (how-to/roll-ups.md). Default: `none`.',
    ),
  currency: orgCurrency.optional(),
  guests: z
    .enum(['contact', 'order-only'])
    .optional()
    .describe(
      'What somebody becomes who buys without an account: a person like a customer, or nobody (how-to/guests.md). Default: `contact`.',
    ),
  guestScope: z
    .enum(['project', 'store'])
    .optional()
    .describe(
      'Whose the guest orders of one email are: one person of the project, or one of each store. Default: `project`.',
    ),
  fieldPrefix: z.string().optional().describe("What the package's fields begin with. Default: `CT_`."),
  keyField: z.string().optional().describe('Our external ID field on every object. Default: `CT_Id__c`.'),
  mappings: z.record(z.string(), mapping).optional().describe('By mapping name: what differs from the ready-made one.'),
  projects: z.array(project).min(1).optional().describe('Several projects for one org, instead of `CTP_PROJECT_KEY`.'),
  apiReserve: z
    .number()
    .min(0)
    .max(0.95)
    .optional()
    .describe("Share of the org's daily calls left to other integrations. Default: 0.2."),
  journalDays: whole(1, 3_650).describe('How long the story of a record is kept. Default: 30.'),
  duplicateRules: z
    .enum(['review', 'allow'])
    .optional()
    .describe(
      'What becomes of a record that a duplicate rule of the org refuses: `review` asks a person; `allow` saves what the rule only alerts about, without asking (how-to/duplicate-rules.md). Default: `review`.',
    ),
  deliveries: deliveries.optional().describe('How deliveries come, and what they may show instead of the secret.'),
  pace: pace.optional().describe('How fast the engine works.'),
})

/** What `sync.config.ts` exports. */
export type SyncConfig = z.input<typeof syncConfigSchema>
export type FieldChange = z.output<typeof field>
export type MappingChange = z.output<typeof mapping>

/** Gives editors the types; changes nothing. */
export const defineConfig = (config: SyncConfig): SyncConfig => config

/**
 * The parsed file, with everything wrong said to `complain`. What is wrong is left out and the rest is given back, so
 * that what only a look at the mappings can find is told in the same breath.
 */
export function parseSyncConfig(given: unknown, complain: Complaints): z.output<typeof syncConfigSchema> {
  const parsed = syncConfigSchema.safeParse(given)
  if (parsed.success) return parsed.data
  for (const issue of parsed.error.issues) sayIssue(issue, [], complain)
  const wrong = parsed.error.issues.flatMap(issue => placesOf(issue, []))
  return syncConfigSchema.safeParse(without(given, wrong, [])).data ?? {}
}

type Issue = z.core.$ZodIssue

/** The paths an issue is about: of an unknown key, the key; of a union, what its best branch complains of. */
function placesOf(issue: Issue, above: readonly PropertyKey[]): readonly PropertyKey[][] {
  const path = [...above, ...issue.path]
  if (issue.code === 'unrecognized_keys') return issue.keys.map(key => [...path, key])
  return issue.code === 'invalid_union'
    ? [path, ...issue.errors.flat().flatMap(inner => placesOf(inner, path))]
    : [path]
}

/** A copy without these paths. */
function without(value: unknown, wrong: readonly PropertyKey[][], path: readonly PropertyKey[]): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const here = (key: string): boolean =>
    wrong.some(one => one.length === path.length + 1 && [...path, key].every((step, at) => step === one[at]))
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => (here(key) ? [] : [[key, without(inner, wrong, [...path, key])]])),
  )
}

function sayIssue(issue: Issue, above: readonly PropertyKey[], complain: Complaints): void {
  const path = [...above, ...issue.path]
  if (issue.code === 'invalid_union') {
    // The branch that fits best: one that complains of something inside, not of the value as a whole.
    const branch = issue.errors.find(issues =>
      issues.some(each => each.path.length > 0 || each.code === 'unrecognized_keys'),
    )
    for (const inner of branch ?? []) sayIssue(inner, path, complain)
    if (branch === undefined) complain.say(placeOf(path), 'has the wrong form', 'see docs/reference/config.md')
  } else if (issue.code === 'unrecognized_keys') {
    const known = keysAt(syncConfigSchema, path)
    for (const key of issue.keys) {
      const near = nearMiss(key, known)
      const fix = near === null ? `use one of ${known.join(', ')}` : `did you mean ${near}?`
      complain.say(placeOf([...path, key]), 'is not known', fix)
    }
  } else if (issue.code === 'invalid_value') {
    {
      const problem = issue.message.startsWith('Invalid') ? 'has a value that is not known' : issue.message
      complain.say(placeOf(path), problem, `use one of ${issue.values.map(String).join(', ')}`)
    }
  } else complain.say(placeOf(path), issue.message, 'see docs/reference/config.md')
}

const placeOf = (path: readonly PropertyKey[]): string =>
  `sync.config${path.map(key => (/^[A-Za-z_$][\w$]*$/.test(String(key)) ? `.${String(key)}` : `[${typeof key === 'number' ? key : `'${String(key)}'`}]`)).join('')}`

/** The keys that the schema knows at a path. */
function keysAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): readonly string[] {
  if (schema instanceof z.ZodOptional) return keysAt(schema.unwrap(), path)
  if (schema instanceof z.ZodUnion) return schema.options.flatMap(option => keysAt(option, path))
  const [key, ...rest] = path
  if (schema instanceof z.ZodObject) {
    if (key === undefined) return Object.keys(schema.shape)
    const inner: z.core.$ZodType | undefined = schema.shape[String(key)]
    return inner ? keysAt(inner, rest) : []
  }
  if (schema instanceof z.ZodRecord && key !== undefined) return keysAt(schema.valueType, rest)
  if (schema instanceof z.ZodArray && key !== undefined) return keysAt(schema.element, rest)
  return []
}
