/** What a set-up may say of orders beside what it says of any mapping: spread into the schema of mappings. */
import { z } from 'zod'

export const orderOptions = {
  payments: z
    .enum(['amounts', 'none'])
    .optional()
    .describe(
      'Of `order-order`: what was charged and refunded is written, for which payments are read and listened to; or neither (how-to/orders.md). Default: `amounts`.',
    ),
}
