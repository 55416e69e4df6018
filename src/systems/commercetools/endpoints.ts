/** Which resource types can be read, and where each is found: a new type is one line. */
import type { ApiRequest, ByProjectKeyRequestBuilder } from '@commercetools/platform-sdk'

export type QueryArgs = {
  readonly where: string[]
  readonly limit: number
  readonly withTotal: boolean
  readonly expand: string[]
  readonly sort?: string[]
}

export type Endpoint = {
  /** The part of a scope that names it: `view_customers:<project>`. */
  readonly scope: string
  readonly query: (api: ByProjectKeyRequestBuilder, queryArgs: QueryArgs) => ApiRequest<unknown>
}

/** By resource type id. */
export const endpoints: ReadonlyMap<string, Endpoint> = new Map<string, Endpoint>([
  ['customer', { scope: 'customers', query: (api, queryArgs) => api.customers().get({ queryArgs }) }],
  ['customer-group', { scope: 'customer_groups', query: (api, queryArgs) => api.customerGroups().get({ queryArgs }) }],
  ['business-unit', { scope: 'business_units', query: (api, queryArgs) => api.businessUnits().get({ queryArgs }) }],
  ['order', { scope: 'orders', query: (api, queryArgs) => api.orders().get({ queryArgs }) }],
  ['cart', { scope: 'orders', query: (api, queryArgs) => api.carts().get({ queryArgs }) }],
  ['payment', { scope: 'payments', query: (api, queryArgs) => api.payments().get({ queryArgs }) }],
  ['quote-request', { scope: 'quote_requests', query: (api, queryArgs) => api.quoteRequests().get({ queryArgs }) }],
  ['staged-quote', { scope: 'staged_quotes', query: (api, queryArgs) => api.stagedQuotes().get({ queryArgs }) }],
  ['quote', { scope: 'quotes', query: (api, queryArgs) => api.quotes().get({ queryArgs }) }],
  ['store', { scope: 'stores', query: (api, queryArgs) => api.stores().get({ queryArgs }) }],
])

/** Throws a RangeError: what is mapped is checked at the start, so another type here is a bug. */
export function endpointOf(type: string): Endpoint {
  const endpoint = endpoints.get(type)
  if (!endpoint) throw new RangeError(`commercetools resource type ${type} has no endpoint here`)
  return endpoint
}
