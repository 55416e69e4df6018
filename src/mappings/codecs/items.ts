/** The lines of an order as one text, for who wants to read what was bought and not to count it: a line of text for each. */
import type { Codec, CodecContext } from '../../model/mapping.ts'
import type { Json, JsonObject } from '../../model/resource.ts'
import { amountOf, currencyOf, isObject, linesOf } from './basket.ts'
import { value } from './coded.ts'
import { fitting } from './fitting.ts'
import { localized } from './localized.ts'

const textOf = (raw: Json | undefined): string => (typeof raw === 'string' ? raw : '')

/** An amount with all the digits of its currency, and its ISO code; empty for what is none. */
function priceOf(raw: Json | undefined): string {
  const amount = isObject(raw) ? amountOf(raw) : null
  if (amount === null || !isObject(raw)) return ''
  const digits = typeof raw.fractionDigits === 'number' ? raw.fractionDigits : 0
  return `${amount.toFixed(Math.min(digits, 20))} ${currencyOf(raw) ?? ''}`.trim()
}

/** Of line items and custom line items, in the order's own language, then in `language`. */
export function items({ language }: { readonly language?: string } = {}): Codec {
  const named = localized({ locale: 'locale', ...(language !== undefined && { default: language }) })
  const say = (item: JsonObject, context: CodecContext): string => {
    const name = named.toCrm(item.name ?? null, { ...context, field: null })
    const { variant } = item
    const sku = isObject(variant) ? textOf(variant.sku) : ''
    const amount = priceOf(item.totalPrice)
    const what = name.is === 'value' && name.value !== null ? String(name.value) : sku || textOf(item.id)
    const code = sku === '' || sku === what ? '' : ` (${sku})`
    return `${typeof item.quantity === 'number' ? item.quantity : 1} × ${what}${code}${amount === '' ? '' : `: ${amount}`}`
  }
  return {
    name: 'items',
    doc: 'The lines as one text, one below the other: quantity, name, SKU and total. As many as fit, and how many more there are.',
    toCrm: (_, context) => {
      const all = linesOf({ lineItems: context.get('lineItems'), customLineItems: context.get('customLineItems') })
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
