/** What a set-up may say of orders beside what it says of any mapping: spread into the schema of mappings. */
import { z } from 'zod'

export const orderOptions = {
  newForDays: z
    .number()
    .int()
    .min(1)
    .max(36_500)
    .optional()
    .describe(
      'Of `order-order`: an order that was placed more days ago gets no record any more; one that has its record is followed (how-to/orders.md). Default: all get one.',
    ),
  payments: z
    .enum(['amounts', 'none'])
    .optional()
    .describe(
      'Of `order-order`: what was charged and refunded is written, for which payments are read and listened to; or neither (how-to/orders.md). Default: `amounts`.',
    ),
}
