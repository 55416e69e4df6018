/** Products and product types, as far as line items need them: names, variants, prices, tax category, publication. */
import type { Act } from '../model/entities.ts'
import { duplicateField, invalidInput, requiredField } from '../model/errors.ts'
import {
  type JsonObject,
  object,
  objects,
  optional,
  optionalFlag,
  optionalObject,
  optionalText,
  text,
} from '../model/json.ts'
import { given } from '../model/rows.ts'
import type { Product, ProductData, ProductType, Variant } from '../model/trade.ts'
import { fresh, type SmallActions, withKey } from '../resources/change.ts'
import { freeKey } from '../resources/keys.ts'
import { resolve } from '../resources/references.ts'
import type { Project } from '../store/project.ts'
import type { World } from '../store/world.ts'
import { price } from './prices.ts'

export function createProductType(world: World, project: Project, draft: JsonObject, act: Act): ProductType {
  const row: ProductType = {
    ...fresh(world, act),
    name: text(draft, 'name'),
    description: text(draft, 'description'),
    ...given('key', freeKey(project.productTypes, '', optionalText(draft, 'key'))),
    attributes: objects(draft, 'attributes'),
  }
  world.commit({ project, typeId: 'product-type', act, after: row })
  return row
}

export const productTypeActions: SmallActions<ProductType> = {
  changeName: (row, action) => ({ ...row, name: text(action, 'name') }),
  changeDescription: (row, action) => ({ ...row, description: text(action, 'description') }),
  setKey: (row, action, project) => withKey(row, freeKey(project.productTypes, row.id, optionalText(action, 'key'))),
}

export function createProduct(world: World, project: Project, draft: JsonObject, act: Act): Product {
  const master = variant(project, optionalObject(draft, 'masterVariant') ?? {}, 1, act)
  const variants = objects(draft, 'variants').map((each, place) => variant(project, each, place + 2, act))
  for (const each of [master, ...variants]) checkSku(project, '', each.sku)
  const categories = objects(draft, 'categories')
  const data: ProductData = {
    name: object(draft.name, 'name'),
    slug: object(draft.slug, 'slug'),
    ...given('description', optionalObject(draft, 'description')),
    categories,
    masterVariant: master,
    variants,
    searchKeywords: optionalObject(draft, 'searchKeywords') ?? {},
    attributes: objects(draft, 'attributes'),
  }
  const taxCategory = optional(draft, 'taxCategory')
  const row: Product = {
    ...fresh(world, act),
    ...given('key', freeKey(project.products, '', optionalText(draft, 'key'))),
    productType: { typeId: 'product-type', id: resolve(project.productTypes, 'product-type', draft.productType).id },
    masterData: {
      published: optionalFlag(draft, 'publish') ?? false,
      current: data,
      staged: data,
      hasStagedChanges: false,
    },
    ...given(
      'taxCategory',
      taxCategory === undefined
        ? undefined
        : { typeId: 'tax-category' as const, id: resolve(project.taxCategories, 'tax-category', taxCategory).id },
    ),
    priceMode: 'Embedded',
  }
  world.commit({ project, typeId: 'product', act, after: row })
  return row
}

export function variant(project: Project, draft: JsonObject, id: number, act: Act): Variant {
  return {
    id,
    ...given('sku', optionalText(draft, 'sku')),
    ...given('key', optionalText(draft, 'key')),
    prices: objects(draft, 'prices').map(each => price(project, each, act)),
    attributes: objects(draft, 'attributes').map(each => ({ name: text(each, 'name'), value: each.value ?? null })),
    images: objects(draft, 'images'),
    assets: objects(draft, 'assets'),
  }
}

export function checkSku(project: Project, id: string, sku: string | undefined) {
  if (sku !== undefined && project.products.find('sku', sku).some(other => other.id !== id))
    throw duplicateField('sku', sku)
}

/** What a draft of a line item names: a variant of a published product, by SKU or by product and variant. */
export function variantOf(
  project: Project,
  draft: JsonObject,
): { product: Product; data: ProductData; variant: Variant } {
  const sku = optionalText(draft, 'sku')
  const productId = optionalText(draft, 'productId')
  if (sku === undefined && productId === undefined) throw requiredField('productId')
  const product = sku === undefined ? project.products.get(productId ?? '') : project.products.find('sku', sku)[0]
  const named = sku === undefined ? `ID '${productId}'` : `SKU '${sku}'`
  if (!product?.masterData.published) throw invalidInput(`The product with ${named} was not found or is not published.`)
  const data = product.masterData.current
  const all = [data.masterVariant, ...data.variants]
  const variantId = optional(draft, 'variantId')
  const wanted = variantId === undefined ? data.masterVariant.id : variantId
  const found = all.find(each => (sku === undefined ? each.id === wanted : each.sku === sku))
  if (!found) throw invalidInput(`The product with ${named} has no variant with ID '${String(wanted)}'.`)
  return { product, data, variant: found }
}
