/** The mapping `product-product`: what an order's line sells, as a Product2. Nobody tells of it: it is made when a line needs it. */
import { define } from '../../core/define.ts'
import type { FieldRule, Mapping } from '../../model/mapping.ts'
import { text } from '../codecs/text.ts'
import { productName } from '../order-order/fields.ts'

export type ProductProductOptions = {
  readonly keyField?: string
  readonly fieldPrefix?: string
  /** The language of product names where neither the order's locale nor its language is there. Default: `en`. */
  readonly language?: string
}

/** What tells products apart: the SKU; of a custom line item its slug; of a line without SKU its product. */
export const goods = 'sku/{variant.sku} ?? custom/{slug} ?? product/{productId}'

const code = 'variant.sku ?? slug ?? productId'

const doc = `The SKU of an order's line becomes a product when the first order needs it, in the same pass and once, however many orders
do. A product that has the SKU as its product code already is taken; of several the oldest that is no other SKU's. The name is that
of the first order, in its language, and from then on Salesforce's own: no order changes it. Nothing is known of SKUs that nobody has
bought. A SKU that is renamed in the shop is another product; one that is given to something else stays the product it was.
A custom line item is a product by its slug.`

/** The mapping for these options. */
export function productProduct(options: ProductProductOptions = {}): Mapping {
  const keyField = options.keyField ?? `${options.fieldPrefix ?? 'CT_'}Id__c`
  const seed = (crm: string, rule: Omit<FieldRule, 'crm' | 'owner'>): FieldRule => ({
    crm,
    owner: 'seed',
    personal: false,
    ...rule,
  })
  return define({
    name: 'product-product',
    doc,
    commerce: 'product',
    onDemand: true,
    keyField,
    parts: [
      {
        role: 'product',
        object: 'Product2',
        match: [
          { by: 'external-id', crm: keyField, commerce: 'key' },
          { by: 'fallback', crm: 'ProductCode', commerce: code },
        ],
        fields: [
          seed('Name', {
            commerce: 'name',
            fallback: code,
            codec: productName(options.language ?? 'en'),
            required: true,
          }),
          seed('ProductCode', { commerce: code, codec: text }),
          seed('StockKeepingUnit', { commerce: 'variant.sku', codec: text }),
        ],
        links: [],
        defaults: { IsActive: true },
      },
    ],
    deletion: 'ignore',
    creates: 'commerce',
    expand: [],
    touchedBy: [],
  })
}
