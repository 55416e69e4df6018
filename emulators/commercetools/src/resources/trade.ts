/** The resources of trade in the registry: catalogue, workflow, payments, carts, orders. */

import { productActions } from '../catalog/productActions.ts'
import { createProduct, createProductType, productTypeActions } from '../catalog/products.ts'
import { createTaxCategory, taxCategoryActions } from '../catalog/taxCategories.ts'
import type { Channel, CustomObject, Product, ProductType, State, TaxCategory } from '../model/trade.ts'
import { channelActions, createChannel } from './channels.ts'
import { putCustomObject } from './customObjects.ts'
import { kind, type ResourceKind, tellingKind } from './kind.ts'
import { createState, deleteState, stateActions } from './states.ts'

export const TRADE: Record<string, ResourceKind> = {
  channels: kind<Channel>('channel', 'products', createChannel, channelActions),
  states: kind<State>('state', 'states', createState, stateActions, {
    remove: (world, project, row, _, act) => deleteState(world, project, row as State, act),
  }),
  'tax-categories': tellingKind<TaxCategory>('tax-category', 'tax_categories', createTaxCategory, taxCategoryActions),
  'product-types': kind<ProductType>('product-type', 'products', createProductType, productTypeActions),
  products: tellingKind<Product>('product', 'products', createProduct, productActions),
  'custom-objects': kind<CustomObject>('key-value-document', 'key_value_documents', putCustomObject, {}),
}
