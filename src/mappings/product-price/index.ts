/** The mapping `product-price`: that a product may be ordered from a price book, in a currency. Without it no line can be written. */
import { define } from '../../core/define.ts'
import type { LinkRule, Mapping, Within } from '../../model/mapping.ts'
import { type OrgCurrency, summed } from '../codecs/summed.ts'
import { text } from '../codecs/text.ts'
import { goods } from '../product-product/index.ts'

export type ProductPriceOptions = {
  readonly keyField?: string
  readonly fieldPrefix?: string
  /** The org's only currency, where it has only one. */
  readonly currency?: OrgCurrency
}

const doc = `Salesforce takes a line of an order only from a price book that has its product in the order's currency. Where the standard
price book lacks it, an entry is made along with the first order that needs it; one that is there is taken as it is. Its price is
that of the first order and from then on Salesforce's own: each line has the price it was sold at.`

const currency = 'whole.totalPrice.currencyCode'

/** An entry for each currency where the org has several; else the product's only one. */
export const priceOf = {
  type: 'product-price',
  id: goods,
  per: { field: 'CurrencyIsoCode', value: currency },
} as const

const product: LinkRule = {
  crm: 'Product2Id',
  relationship: 'Product2',
  mapping: 'product-product',
  role: 'product',
  of: { type: 'product', id: goods },
  onDemand: true,
  byId: true,
  owner: 'seed',
  required: true,
}

/** What makes an entry the one, beside its product. */
const within: readonly Within[] = [
  { crm: 'Pricebook2Id', asNew: true },
  { crm: 'CurrencyIsoCode', commerce: currency, ifThere: true },
]

/** The mapping for these options. */
export function productPrice(options: ProductPriceOptions = {}): Mapping {
  const keyField = options.keyField ?? `${options.fieldPrefix ?? 'CT_'}Id__c`
  return define({
    name: 'product-price',
    doc,
    commerce: 'product-price',
    onDemand: true,
    keyField,
    parts: [
      {
        role: 'entry',
        object: 'PricebookEntry',
        match: [
          { by: 'external-id', crm: keyField, commerce: 'key' },
          { by: 'fallback', crm: 'Product2Id', commerce: 'linked.Product2Id', within },
          { by: 'fallback', crm: 'ProductCode', commerce: 'variant.sku ?? slug ?? productId', within },
        ],
        fields: [
          {
            crm: 'UnitPrice',
            commerce: 'price.value ?? money',
            owner: 'seed',
            codec: summed(options.currency ?? null),
            required: true,
            personal: false,
          },
          {
            crm: 'CurrencyIsoCode',
            commerce: currency,
            owner: 'seed',
            codec: text,
            optional: true,
            vital: true,
            personal: false,
          },
        ],
        links: [product],
        defaults: { IsActive: true, Pricebook2Id: { priceBook: 'standard' }, UnitPrice: 0 },
      },
    ],
    deletion: 'ignore',
    creates: 'commerce',
    expand: [],
    touchedBy: [],
  })
}
