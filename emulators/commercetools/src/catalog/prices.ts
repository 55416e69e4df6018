/** Prices of variants: read from drafts, and the one that fits a buyer chosen. */
import { checkCountry } from '../customers/fields.ts'
import type { Act } from '../model/entities.ts'
import { ApiError, malformedJson } from '../model/errors.ts'
import { integer, type JsonObject, object, objects, optional, optionalObject, optionalText } from '../model/json.ts'
import { given } from '../model/rows.ts'
import type { Basket, Price, Ref, Variant } from '../model/trade.ts'
import { customOf } from '../resources/custom.ts'
import { group, resolve } from '../resources/references.ts'
import type { Project } from '../store/project.ts'
import { typedMoney } from '../trade/money.ts'

export function price(project: Project, draft: JsonObject, act: Act): Price {
  const discounted = optionalObject(draft, 'discounted')
  const tiers = objects(draft, 'tiers').map(each => ({
    minimumQuantity: integer(each, 'minimumQuantity'),
    value: typedMoney(each.value, 'tiers.value'),
  }))
  const country = optionalText(draft, 'country')
  const channel = optional(draft, 'channel')
  return {
    id: act.newId(),
    ...given('key', optionalText(draft, 'key')),
    value: typedMoney(draft.value, 'value'),
    ...given('country', country === undefined ? undefined : checkCountry(country)),
    ...given(
      'customerGroup',
      draft.customerGroup
        ? { typeId: 'customer-group' as const, id: group(project, draft.customerGroup).id }
        : undefined,
    ),
    ...given('channel', channel === undefined ? undefined : channelRef(project, channel)),
    ...given('validFrom', instant(draft, 'validFrom')),
    ...given('validUntil', instant(draft, 'validUntil')),
    ...given(
      'discounted',
      discounted && {
        value: typedMoney(discounted.value, 'discounted.value'),
        discount: object(discounted.discount, 'discount'),
      },
    ),
    ...given('tiers', tiers.length > 0 ? tiers.toSorted((a, b) => a.minimumQuantity - b.minimumQuantity) : undefined),
    ...given('custom', customOf(project, draft.custom, 'product-price')),
  }
}

export const channelRef = (project: Project, found: JsonObject[string]): Ref<'channel'> => ({
  typeId: 'channel',
  id: resolve(project.channels, 'channel', found).id,
})

export function instant(body: JsonObject, name: string): string | undefined {
  const value = optionalText(body, name)
  if (value === undefined) return undefined
  const at = value.includes('T') ? Date.parse(value) : Number.NaN
  if (Number.isNaN(at)) throw malformedJson(`${name}: Malformed date and time '${value}'`)
  return new Date(at).toISOString()
}

type Buyer = Pick<Basket, 'country' | 'customerGroup'> & {
  channel?: Ref<'channel'> | undefined
  currency: string
  now: string
}

/**
 * Of the prices that fit, the narrowest: a customer group counts for more than a channel, a channel for more than a
 * country, and a price with a period more than one that always holds (documentation of line item price selection).
 */
export function selectPrice(productId: string, variant: Variant, buyer: Buyer): Price {
  const { currency, country, customerGroup, channel, now } = buyer
  let best: Price | undefined
  let bestRank = -1
  for (const each of variant.prices) {
    if (each.value.currencyCode !== currency) continue
    if (each.country !== undefined && each.country !== country) continue
    if (each.customerGroup && each.customerGroup.id !== customerGroup?.id) continue
    if (each.channel && each.channel.id !== channel?.id) continue
    if ((each.validFrom && each.validFrom > now) || (each.validUntil && each.validUntil <= now)) continue
    const rank =
      (each.customerGroup ? 8 : 0) +
      (each.channel ? 4 : 0) +
      (each.country ? 2 : 0) +
      (each.validFrom || each.validUntil ? 1 : 0)
    if (rank > bestRank) {
      best = each
      bestRank = rank
    }
  }
  if (best) return best
  const scope = [country, customerGroup?.id, channel?.id].map(each => each ?? 'none')
  throw new ApiError(400, [
    {
      code: 'MatchingPriceNotFound',
      message: `The variant '${variant.id}' of product '${productId}' does not contain a price for currency ${currency}, ${scope.join(', ')}.`,
      productId,
      variantId: variant.id,
      currency,
      ...(country === undefined ? {} : { country }),
      ...(customerGroup ? { customerGroup } : {}),
      ...(channel ? { channel } : {}),
    },
  ])
}
