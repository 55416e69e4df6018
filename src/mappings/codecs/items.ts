/** The lines of an order as one text, for who wants to read what was bought and not to count it: a line of text for each. */
import type { Codec, CodecContext } from '../../model/mapping.ts'
import { isObject, type Json, type JsonObject } from '../../model/resource.ts'
import { linesOf, priceText } from './basket.ts'
import { value } from './coded.ts'
import { fitting } from './fitting.ts'
import { localized } from './localized.ts'

const textOf = (raw: Json | undefined): string => (typeof raw === 'string' ? raw : '')

/** Of line items and custom line items, in the order's own language, then in `language`. `at` is the path of the order, where it is not the record. */
export function items(options: { readonly language?: string; readonly at?: string } = {}): Codec {
  const at = options.at === undefined ? '' : `${options.at}.`
  const named = localized({
    locale: `${at}locale`,
    ...(options.language !== undefined && { default: options.language }),
  })
  const say = (item: JsonObject, context: CodecContext): string => {
    const name = named.toCrm(item.name ?? null, { ...context, field: null })
    const { variant } = item
    const sku = isObject(variant) ? textOf(variant.sku) : ''
    const amount = priceText(item.totalPrice)
    const what = name.is === 'value' && name.value !== null ? String(name.value) : sku || textOf(item.id)
    const code = sku === '' || sku === what ? '' : ` (${sku})`
    return `${typeof item.quantity === 'number' ? item.quantity : 1} × ${what}${code}${amount === '' ? '' : `: ${amount}`}`
  }
  return {
    name: 'items',
    doc: 'The lines as one text, one below the other: quantity, name, SKU and total. As many as fit, and how many more there are.',
    toCrm: (_, context) => {
      const all = linesOf({
        lineItems: context.get(`${at}lineItems`),
        customLineItems: context.get(`${at}customLineItems`),
      })
      return value(
        all.length === 0
          ? null
          : fitting(
              all.map(item => say(item, context)),
              '\n',
              context.field,
            ),
      )
    },
  }
}
