/** What can be set of the mappings of the timeline. */
import { z } from 'zod'

const words = z
  .union([z.string().min(1), z.record(z.string().min(2), z.string().min(1))])
  .describe(
    'A template, or one for each language: `{number}`, `{total}`, `{lines}`, any path of the record, `{message.…}`.',
  )

const message = z.strictObject({
  subject: words.optional(),
  text: words.optional(),
  coalesceMs: z
    .number()
    .int()
    .min(1_000)
    .max(86_400_000)
    .optional()
    .describe('Messages of one record within so many milliseconds become one Task with a list.'),
})

export const activityOptions = {
  messages: z
    .record(
      z.string().regex(/^[A-Z][A-Za-z]{1,80}$/, 'expected the type of a message, such as OrderCreated'),
      z.union([z.boolean(), message]),
    )
    .optional()
    .describe(
      'Of `message-activity` and `quote-activity`: which messages become Tasks, and by which words: `{ OrderShipmentStateChanged: true }` (how-to/activity.md). Default: `OrderCreated`, and `QuoteRequestCreated`.',
    ),
  historyMs: z
    .number()
    .int()
    .min(60_000)
    .max(7_776_000_000)
    .optional()
    .describe('Of both: a message older than this makes no Task. Default: 604800000, seven days.'),
  closedStatus: z
    .string()
    .min(1)
    .optional()
    .describe('Of both: the status of a Task, one that counts as closed. Default: `Completed`.'),
}
