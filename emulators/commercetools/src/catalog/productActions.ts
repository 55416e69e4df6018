/** Update actions of products: each changes the staged data, and the current data too unless it is told not to. */
import type { Act } from '../model/entities.ts'
import { invalidInput } from '../model/errors.ts'
import {
  integer,
  type JsonObject,
  object,
  objects,
  optional,
  optionalFlag,
  optionalObject,
  optionalText,
  sameJson,
  text,
} from '../model/json.ts'
import { withValue } from '../model/rows.ts'
import type { Product, ProductData, Variant } from '../model/trade.ts'
import { freeKey } from '../resources/keys.ts'
import { resolve } from '../resources/references.ts'
import type { Action, Actions } from '../resources/update.ts'
import type { Project } from '../store/project.ts'
import { price } from './prices.ts'
import { checkSku, variant } from './products.ts'

type Edit = (data: ProductData, action: JsonObject, project: Project, act: Act, product: Product) => ProductData

/** `staged` true, as it is unless said otherwise, leaves what is published alone. */
const edit =
  (change: Edit): Action<Product> =>
  (row, action, { project, act }) => {
    const { masterData } = row
    const staged = change(masterData.staged, action, project, act, row)
    const current =
      optionalFlag(action, 'staged') === false
        ? change(masterData.current, action, project, act, row)
        : masterData.current
    return {
      row: { ...row, masterData: { ...masterData, staged, current, hasStagedChanges: !sameJson(staged, current) } },
    }
  }

const inVariant = (
  change: (variant: Variant, action: JsonObject, project: Project, act: Act, product: Product) => Variant,
) =>
  edit((data, action, project, act, product) => {
    const sku = optionalText(action, 'sku')
    const id =
      sku === undefined && optional(action, 'variantId') !== undefined ? integer(action, 'variantId') : undefined
    const is = (each: Variant) => (sku === undefined ? each.id === (id ?? data.masterVariant.id) : each.sku === sku)
    const all = [data.masterVariant, ...data.variants]
    if (!all.some(is))
      throw invalidInput(`The product has no variant with ${sku === undefined ? `ID '${id}'` : `SKU '${sku}'`}.`)
    const [masterVariant = data.masterVariant, ...variants] = all.map(each =>
      is(each) ? change(each, action, project, act, product) : each,
    )
    return { ...data, masterVariant, variants }
  })

/** The price is found among all variants. */
const inPrices = (
  change: (prices: Variant['prices'], id: string, action: JsonObject, project: Project, act: Act) => Variant['prices'],
) =>
  edit((data, action, project, act) => {
    const id = text(action, 'priceId')
    const all = [data.masterVariant, ...data.variants]
    if (!all.some(each => each.prices.some(found => found.id === id)))
      throw invalidInput(`The product has no price with ID '${id}'.`)
    const [masterVariant = data.masterVariant, ...variants] = all.map(each => ({
      ...each,
      prices: change(each.prices, id, action, project, act),
    }))
    return { ...data, masterVariant, variants }
  })

export const productActions: Actions<Product> = {
  publish: row => ({
    row: {
      ...row,
      masterData: { ...row.masterData, published: true, current: row.masterData.staged, hasStagedChanges: false },
    },
  }),
  unpublish: row =>
    row.masterData.published ? { row: { ...row, masterData: { ...row.masterData, published: false } } } : null,
  setKey: (row, action, { project }) => ({
    row: withValue(row, 'key', freeKey(project.products, row.id, optionalText(action, 'key'))),
  }),
  setTaxCategory(row, action, { project }) {
    const given = optional(action, 'taxCategory')
    const id = given === undefined ? undefined : resolve(project.taxCategories, 'tax-category', given).id
    return { row: withValue(row, 'taxCategory', id === undefined ? undefined : { typeId: 'tax-category', id }) }
  },
  changeName: edit((data, action) => ({ ...data, name: object(action.name, 'name') })),
  changeSlug: edit((data, action) => ({ ...data, slug: object(action.slug, 'slug') })),
  setDescription: edit((data, action) => withValue(data, 'description', optionalObject(action, 'description'))),
  addVariant: edit((data, action, project, act, { id }) => {
    const next = Math.max(data.masterVariant.id, ...data.variants.map(each => each.id)) + 1
    const added = variant(project, action, next, act)
    checkSku(project, id, added.sku)
    return { ...data, variants: [...data.variants, added] }
  }),
  setSku: edit((data, action, project, _act, { id }) => {
    const variantId = integer(action, 'variantId')
    const sku = optionalText(action, 'sku')
    checkSku(project, id, sku)
    const change = (each: Variant) => (each.id === variantId ? withValue(each, 'sku', sku) : each)
    return { ...data, masterVariant: change(data.masterVariant), variants: data.variants.map(change) }
  }),
  setAttribute: inVariant((each, action) => {
    const name = text(action, 'name')
    const value = optional(action, 'value')
    const rest = each.attributes.filter(attribute => attribute.name !== name)
    return { ...each, attributes: value === undefined ? rest : [...rest, { name, value }] }
  }),
  setPrices: inVariant((each, action, project, act) => ({
    ...each,
    prices: objects(action, 'prices').map(draft => price(project, draft, act)),
  })),
  addPrice: inVariant((each, action, project, act) => ({
    ...each,
    prices: [...each.prices, price(project, object(action.price, 'price'), act)],
  })),
  changePrice: inPrices((prices, id, action, project, act) =>
    prices.map(each => (each.id === id ? { ...price(project, object(action.price, 'price'), act), id } : each)),
  ),
  removePrice: inPrices((prices, id) => prices.filter(each => each.id !== id)),
}
