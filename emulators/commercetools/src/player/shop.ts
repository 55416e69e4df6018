/** The shop that the people of the scenarios buy in: a few products with prices in their currencies, and taxes where they live. */
import { createProduct, createProductType } from '../catalog/products.ts'
import { createTaxCategory } from '../catalog/taxCategories.ts'
import type { Act, Store } from '../model/entities.ts'
import { isObject, type JsonObject } from '../model/json.ts'
import type { Random } from '../model/random.ts'
import type { Project } from '../store/project.ts'
import type { World } from '../store/world.ts'
import type { Cast } from './people.ts'

const CURRENCIES: Record<string, string> = {
  US: 'USD',
  GB: 'GBP',
  CH: 'CHF',
  JP: 'JPY',
  PL: 'PLN',
  IN: 'INR',
  BR: 'BRL',
}
/** Rough worth of one euro, in whole units. */
const WORTH: Record<string, number> = { EUR: 1, USD: 1.1, GBP: 0.85, CHF: 0.95, JPY: 160, PLN: 4.3, INR: 92, BRL: 6 }
const DIGITS: Record<string, number> = { JPY: 0 }

const GOODS = [
  { key: 'reading-lamp', en: 'Reading lamp', de: 'Leselampe', fr: 'Lampe de lecture', ja: '読書灯', euros: 39.9 },
  { key: 'desk', en: 'Standing desk', de: 'Stehpult', fr: 'Bureau debout', ja: '昇降デスク', euros: 449 },
  { key: 'mug', en: 'Enamel mug', de: 'Emaillebecher', fr: 'Gobelet émaillé', ja: '琺瑯マグ', euros: 12.5 },
  { key: 'notebook', en: 'Notebook', de: 'Notizbuch', fr: 'Carnet', ja: '手帳', euros: 7.95 },
  { key: 'screws', en: 'Box of screws', de: 'Schraubensortiment', fr: 'Boîte de vis', ja: 'ねじセット', euros: 0.99 },
]

/** Where people of the cast live, and where the stores of the project sell. */
function countries(project: Project, cast: Cast): string[] {
  const all = cast.drafts.flatMap(each => (Array.isArray(each.addresses) ? each.addresses : []))
  const named = all.flatMap(each => (isObject(each) && typeof each.country === 'string' ? [each.country] : []))
  const served = [...project.stores.rows()].flatMap(each => each.countries.map(({ code }) => code))
  return [...new Set(['DE', ...named, ...served])].toSorted()
}

export function setShop(world: World, project: Project, cast: Cast, act: Act) {
  if (project.taxCategories.find('key', 'everything').length === 0) {
    const rates = countries(project, cast).map((country, place) => ({
      name: `Tax ${country}`,
      country,
      amount: country === 'DE' ? 0.19 : (place % 5) * 0.05,
      includedInPrice: country !== 'US',
    }))
    createTaxCategory(world, project, { key: 'everything', name: 'Everything', rates }, act)
  }
  if (project.productTypes.find('key', 'goods').length === 0) {
    createProductType(world, project, { key: 'goods', name: 'Goods', description: 'What is on the shelves' }, act)
  }
  for (const { key, euros, ...name } of GOODS) {
    if (project.products.find('key', key).length > 0) continue
    const prices = Object.entries(WORTH).map(([currencyCode, worth]) => ({
      value: { currencyCode, centAmount: Math.round(euros * worth * 10 ** (DIGITS[currencyCode] ?? 2)) },
    }))
    const draft: JsonObject = {
      key,
      productType: { typeId: 'product-type', key: 'goods' },
      name,
      slug: { en: `the-${key}` },
      taxCategory: { typeId: 'tax-category', key: 'everything' },
      publish: true,
      masterVariant: { sku: `sku-${key}`, prices },
    }
    createProduct(world, project, draft, act)
  }
}

/** What goes into a cart: one to three kinds of goods, in the currency of the address, which the store must serve. */
export function contents(dice: Random, home: JsonObject | undefined, store?: Store): JsonObject {
  const codes = store?.countries.map(({ code }) => code) ?? []
  const served = codes.length === 0 || codes.includes(String(home?.country ?? 'DE'))
  const address = served ? home : { country: codes[0] ?? 'DE', city: 'Central', streetName: 'Station Street' }
  const where = address ?? { country: 'DE', city: 'Köln', streetName: 'Ring', streetNumber: '1', postalCode: '50667' }
  const first = dice.int(GOODS.length)
  const lineItems = Array.from({ length: 1 + dice.int(3) }, (_, place) => ({
    sku: `sku-${GOODS[(first + place) % GOODS.length]?.key}`,
    quantity: 1 + dice.int(4),
  }))
  const { id: _, key: _k, custom: _c, ...rest } = where
  return {
    currency: CURRENCIES[String(where.country)] ?? 'EUR',
    country: String(where.country),
    shippingAddress: rest,
    billingAddress: rest,
    lineItems,
    ...(store ? { store: { typeId: 'store', key: store.key } } : {}),
  }
}
