/** What can be set of the mappings of trade: orders, carts and quotes; and in which currency the org counts. */
import { z } from 'zod'
import { standings } from '../mappings/quote-opportunity/standing.ts'

export const expression = z
  .string()
  .min(1)
  .describe('An expression over the commerce record: a path, a template, alternatives.')

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).format(0) !== ''
  } catch {
    return false
  }
}

const isoCode = z.string().regex(/^[A-Z]{3}$/, 'expected the ISO code of a currency, such as EUR')

const byCurrency = z.record(
  z.string().regex(/^(?:[A-Z]{3}|\*)$/, 'expected ISO codes of currencies, or *'),
  z.number().min(0),
)

/** Salesforce's own amounts have no currency beside them where the org has only one. */
export const orgCurrency = z
  .strictObject({
    code: isoCode.describe('Its ISO code.'),
    rates: z
      .record(isoCode, z.number().positive())
      .optional()
      .describe(
        'What a unit of another currency is worth in it: `{ CHF: 1.04 }`. Default: none, nothing is converted.',
      ),
  })
  .describe(
    "The only currency of an org that has one. Amounts of others stay out of Salesforce's own currency fields, which it adds up, or are converted; each record keeps its own amounts in the package's fields in any case (how-to/orders.md).",
  )

export const tradeOptions = {
  lines: z
    .enum(['rows', 'summary', 'none'])
    .optional()
    .describe(
      'Of `order-order`: a record for each line, each of which takes 2 KB of storage; all lines as one text; or neither. Default: `rows`.',
    ),
  storeAccounts: z
    .record(
      z.string(),
      z.string().regex(/^[a-zA-Z0-9]{15}(?:[a-zA-Z0-9]{3})?$/, 'is no Salesforce id of 15 or 18 characters'),
    )
    .optional()
    .describe(
      "Of `order-order`: ids of Accounts by store key, `*` for any other store and none. Orders stand there with `whileAsked: 'park'`, and those of guests with `guests: 'order-only'` (how-to/orders.md).",
    ),
  whileAsked: z
    .enum(['wait', 'park'])
    .optional()
    .describe(
      'Of `order-order`: while a person is asked who placed an order, it waits, or stands at the Account of its store and moves later. Default: `wait`.',
    ),
  language: z
    .string()
    .min(2)
    .optional()
    .describe(
      "Of `order-order`, `cart-cart` and `quote-opportunity`: the language of product names where the record's own is missing. Default: `en`.",
    ),
  timeZone: z
    .string()
    .refine(isTimeZone, 'expected a time zone such as Europe/Berlin')
    .optional()
    .describe(
      "Of `order-order` with `orders: 'order'`, and of `quote-opportunity`: where a day begins. Default: `UTC`.",
    ),
  draftStatus: z
    .string()
    .min(1)
    .optional()
    .describe(
      "Of `order-order` with `orders: 'order'`: the status of a new Order, one of the category Draft. Default: `Draft`.",
    ),
  abandonedAfterMs: z
    .number()
    .int()
    .min(1_000)
    .max(2_592_000_000)
    .optional()
    .describe('Of `cart-cart`: a cart that nobody changed for so long is abandoned. Default: 14400000, four hours.'),
  minimumValue: byCurrency
    .optional()
    .describe(
      'Of `cart-cart`: from what value on a cart gets a record, in units by ISO code of the currency, `*` for any other one: `{ EUR: 50 }`. Default: any value.',
    ),
  taskFrom: byCurrency
    .optional()
    .describe(
      "Of `cart-cart` with `activity: 'task'`: from what value on a cart that was left makes a Task as well; one in a currency that is not named makes none: `{ EUR: 500 }`. Default: none does.",
    ),
  recoveryLink: expression
    .optional()
    .describe(
      'Of `cart-cart`: where a shopper finds the cart again, as a template: `https://shop.example/cart/{id}`. Default: none.',
    ),
  stages: z
    .partialRecord(z.enum(standings), z.string().min(1))
    .optional()
    .describe(
      "Of `quote-opportunity`: the stage of a deal by where it stands, where the ready-made one does not fit: `{ 'quote.Pending': 'Quoted' }`.",
    ),
  closesAfterDays: z
    .number()
    .int()
    .min(1)
    .max(3_650)
    .optional()
    .describe(
      'Of `quote-opportunity`: when a request without an offer is expected to close. Default: 30 days after it was made.',
    ),
}
