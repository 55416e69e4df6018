// Prices: a product is priced in the standard price book first, and once in each book and currency.

import { childrenBy, type ObjectRule, rowById } from './object-rule.ts'
import { refuse } from './refusal.ts'

export const entryRule: ObjectRule = {
  before({ world, row, values }) {
    const product = rowById(world, 'Product2', values.Product2Id)
    if (!product) return
    const others = childrenBy(world, 'PricebookEntry', 'Product2Id', product.id).filter(
      entry => entry.id !== row?.id && entry.values.CurrencyIsoCode === values.CurrencyIsoCode,
    )
    if (row === null) {
      if (others.some(entry => entry.values.Pricebook2Id === values.Pricebook2Id)) {
        throw refuse('DUPLICATE_VALUE', 'This price definition already exists in this price book')
      }
      values.Name = String(product.values.Name)
      if (product.values.ProductCode !== undefined) values.ProductCode = product.values.ProductCode
    }
    const isStandard = (id: unknown): boolean => rowById(world, 'Pricebook2', String(id))?.values.IsStandard === true
    if (isStandard(values.Pricebook2Id)) return
    const standard = others.find(entry => isStandard(entry.values.Pricebook2Id))
    if (!standard) {
      throw refuse('STANDARD_PRICE_NOT_DEFINED', 'Before creating a custom price, create a standard price.')
    }
    if (values.UseStandardPrice === true) values.UnitPrice = standard.values.UnitPrice ?? 0
  },
}
