/** Taxes: which rate applies to a thing, and what it makes of a price. */
import { ApiError } from '../model/errors.ts'
import type { Basket, Money, Ref, TaxedPrice, TaxPortion, TaxRate } from '../model/trade.ts'
import type { Project } from '../store/project.ts'
import { cents, sum, withRate } from './money.ts'

type Taxing = Pick<Basket, 'taxMode' | 'taxRoundingMode' | 'taxCalculationMode' | 'shippingAddress'>

/**
 * The rate of an item: in Platform mode that of its category for the shipping address, in External and ExternalAmount
 * mode the one it was given, like in an imported order, which has no mode. Nothing is taxed before there is a shipping address (documentation of Cart.taxedPrice).
 */
export function rateFor(
  project: Project,
  taxing: Taxing,
  category: Ref<'tax-category'> | undefined,
  own: TaxRate | undefined,
) {
  switch (taxing.taxMode) {
    case undefined:
    case 'External':
    case 'ExternalAmount':
      return own
    case 'Disabled':
      return undefined
    default:
      return category && taxing.shippingAddress ? platformRate(project, taxing.shippingAddress, category) : undefined
  }
}

/** A rate of the state before one of the whole country. */
function platformRate(
  project: Project,
  { country, state }: NonNullable<Taxing['shippingAddress']>,
  category: Ref<'tax-category'>,
): TaxRate {
  const rates = project.taxCategories.get(category.id)?.rates.filter(each => each.country === country) ?? []
  const found =
    rates.find(each => each.state !== undefined && each.state === state) ?? rates.find(each => each.state === undefined)
  if (found) return found
  const where = state === undefined ? country : `${country}/${state}`
  throw new ApiError(400, [
    {
      code: 'MissingTaxRateForCountry',
      message: `Tax category '${category.id}' is missing a tax rate for country '${where}'.`,
      taxCategoryId: category.id,
      country,
      ...(state === undefined ? {} : { state }),
    },
  ])
}

/** The tax of a total, or of each unit of it when the cart is taxed unit by unit. */
export function taxed(total: Money, unit: Money, quantity: number, rate: TaxRate, taxing: Taxing): TaxedPrice {
  const { taxRoundingMode: rounding, taxCalculationMode } = taxing
  const byUnit = taxCalculationMode === 'UnitPriceLevel'
  const base = byUnit ? unit.centAmount : total.centAmount
  const other = withRate(base, rate.amount, rate.includedInPrice ? 'takeOut' : 'add', rounding)
  const many = byUnit ? quantity : 1
  const net = (rate.includedInPrice ? other : base) * many
  const gross = (rate.includedInPrice ? base : other) * many
  return taxedPrice(total.currencyCode, net, gross, portions(total.currencyCode, gross - net, rate))
}

export const taxedPrice = (
  currencyCode: string,
  net: number,
  gross: number,
  taxPortions: TaxPortion[],
): TaxedPrice => ({
  totalNet: cents(currencyCode, net),
  totalGross: cents(currencyCode, gross),
  taxPortions,
  totalTax: cents(currencyCode, gross - net),
})

/** One portion, or one for each rate that the rate is made of; the last of them takes what rounding left. */
function portions(currencyCode: string, tax: number, rate: TaxRate): TaxPortion[] {
  if (rate.subRates.length === 0) return [{ name: rate.name, rate: rate.amount, amount: cents(currencyCode, tax) }]
  let left = tax
  return rate.subRates.map(({ name, amount }, place) => {
    const last = place === rate.subRates.length - 1
    const part = last || rate.amount === 0 ? left : Math.round((tax * amount) / rate.amount)
    left -= part
    return { name, rate: amount, amount: cents(currencyCode, part) }
  })
}

/** The sum of what was taxed, its portions gathered by rate and name. */
export function together(currencyCode: string, all: readonly TaxedPrice[]): TaxedPrice {
  const gathered = new Map<string, TaxPortion>()
  for (const portion of all.flatMap(each => each.taxPortions)) {
    const place = `${portion.rate} ${portion.name ?? ''}`
    const old = gathered.get(place)
    gathered.set(place, old ? { ...old, amount: sum(currencyCode, [old.amount, portion.amount]) } : portion)
  }
  const net = sum(
    currencyCode,
    all.map(each => each.totalNet),
  )
  const gross = sum(
    currencyCode,
    all.map(each => each.totalGross),
  )
  return taxedPrice(currencyCode, net.centAmount, gross.centAmount, [...gathered.values()])
}
