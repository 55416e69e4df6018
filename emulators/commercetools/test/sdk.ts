/** The official SDK as a client of an emulator, and a shop for it to sell from. */
import {
  type ByProjectKeyRequestBuilder,
  type CartDraft,
  createApiBuilderFromCtpClient,
  type ProductDraft,
  type TaxCategoryDraft,
} from '@commercetools/platform-sdk'
import { ClientBuilder } from '@commercetools/ts-client'

export function sdk(url: string): ByProjectKeyRequestBuilder {
  const client = new ClientBuilder()
    .withProjectKey('demo')
    .withClientCredentialsFlow({
      host: url,
      projectKey: 'demo',
      credentials: { clientId: 'sync', clientSecret: 'secret' },
      scopes: ['manage_project:demo'],
      httpClient: fetch,
    })
    .withHttpMiddleware({ host: url, httpClient: fetch, includeResponseHeaders: true })
    .withCorrelationIdMiddleware({ generate: () => 'story-1' })
    .build()
  return createApiBuilderFromCtpClient(client).withProjectKey({ projectKey: 'demo' })
}

/** The SDK throws what the API answered. */
export async function refusal(call: Promise<unknown>) {
  const error = await call.then(
    () => null,
    (reason: { statusCode: number; body: { errors: Record<string, unknown>[] } }) => reason,
  )
  return { status: error?.statusCode, error: error?.body?.errors[0] ?? error }
}

export const TAXES = {
  name: 'Standard',
  key: 'standard',
  rates: [
    { name: '19% MwSt', amount: 0.19, includedInPrice: true, country: 'DE' },
    { name: '8% NY', amount: 0.08, includedInPrice: false, country: 'US', state: 'NY' },
    { name: 'no tax', amount: 0, includedInPrice: false, country: 'US' },
    { name: '10%', amount: 0.1, includedInPrice: true, country: 'JP' },
  ],
} satisfies TaxCategoryDraft

export const LAMP = {
  key: 'lamp',
  productType: { typeId: 'product-type', key: 'thing' },
  name: { en: 'Lamp', de: 'Lampe' },
  slug: { en: 'lamp' },
  taxCategory: { typeId: 'tax-category', key: 'standard' },
  publish: true,
  masterVariant: {
    sku: 'lamp-1',
    attributes: [{ name: 'colour', value: 'red' }],
    prices: [
      { value: { currencyCode: 'EUR', centAmount: 1999 } },
      { value: { currencyCode: 'EUR', centAmount: 1799 }, country: 'AT' },
      { value: { currencyCode: 'EUR', centAmount: 1500 }, customerGroup: { typeId: 'customer-group', key: 'gold' } },
      { value: { currencyCode: 'JPY', centAmount: 2500 } },
      { value: { currencyCode: 'USD', centAmount: 2099 } },
    ],
  },
  variants: [
    {
      sku: 'bulb-1',
      prices: [
        {
          value: { type: 'highPrecision', currencyCode: 'EUR', preciseAmount: 123456, fractionDigits: 5 },
          tiers: [{ minimumQuantity: 100, value: { currencyCode: 'EUR', centAmount: 100 } }],
        },
      ],
    },
  ],
} satisfies ProductDraft

/** A shop with one product in two variants, a customer group and a rate of tax. */
export async function stock(api: ByProjectKeyRequestBuilder) {
  await api
    .customerGroups()
    .post({ body: { groupName: 'Gold', key: 'gold' } })
    .execute()
  await api.taxCategories().post({ body: TAXES }).execute()
  await api
    .productTypes()
    .post({ body: { key: 'thing', name: 'Thing', description: 'A thing' } })
    .execute()
  return (await api.products().post({ body: LAMP }).execute()).body
}

export const CART = {
  currency: 'EUR',
  country: 'DE',
  shippingAddress: { country: 'DE', city: 'Köln', key: 'home' },
  lineItems: [{ sku: 'lamp-1', quantity: 2 }],
} satisfies CartDraft

export const cartOf = async (api: ByProjectKeyRequestBuilder, more: Partial<CartDraft> = {}) =>
  (
    await api
      .carts()
      .post({ body: { ...CART, ...more } })
      .execute()
  ).body

export const orderOf = async (api: ByProjectKeyRequestBuilder, more: Partial<CartDraft> = {}, orderNumber?: string) => {
  const cart = await cartOf(api, more)
  const body = {
    cart: { typeId: 'cart', id: cart.id } as const,
    version: cart.version,
    ...(orderNumber ? { orderNumber } : {}),
  }
  return (await api.orders().post({ body }).execute()).body
}

/** Numbers and types of what was told of a resource, oldest first. */
export async function told(api: ByProjectKeyRequestBuilder, id: string) {
  const queryArgs = { where: 'resource(id = :id)', 'var.id': id, sort: 'sequenceNumber asc', limit: 500 }
  return (await api.messages().get({ queryArgs }).execute()).body.results
}
