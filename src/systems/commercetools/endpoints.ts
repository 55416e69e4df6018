/** Which resource types can be read or written, and where each is found: a new type is one line. */
import type { ApiRequest, ByProjectKeyRequestBuilder, CustomerUpdate } from '@commercetools/platform-sdk'
import { z } from 'zod'
import type { JsonObject } from '../../model/resource.ts'

export type QueryArgs = {
  readonly where: string[]
  readonly limit: number
  readonly withTotal: boolean
  readonly expand: string[]
  readonly sort?: string[]
  /** Values of the variables in `where`: no text is ever put into a predicate. */
  readonly [variable: `var.${string}`]: string | string[]
}

/** The actions come from the table of what can be written, which only names actions of the type. */
export type Update = { readonly version: number; readonly actions: readonly JsonObject[] }

export type Endpoint = {
  /** The part of a scope that names it: `view_customers:<project>`. */
  readonly scope: string
  readonly query: (api: ByProjectKeyRequestBuilder, queryArgs: QueryArgs) => ApiRequest<unknown>
  readonly update?: (api: ByProjectKeyRequestBuilder, id: string, update: Update) => ApiRequest<unknown>
}

const customerUpdate = z.custom<CustomerUpdate>()

/** By resource type id. */
export const endpoints: ReadonlyMap<string, Endpoint> = new Map<string, Endpoint>([
  [
    'customer',
    {
      scope: 'customers',
      query: (api, queryArgs) => api.customers().get({ queryArgs }),
      update: (api, ID, update) =>
        api
          .customers()
          .withId({ ID })
          .post({ body: customerUpdate.parse(update) }),
    },
  ],
  ['customer-group', { scope: 'customer_groups', query: (api, queryArgs) => api.customerGroups().get({ queryArgs }) }],
  ['business-unit', { scope: 'business_units', query: (api, queryArgs) => api.businessUnits().get({ queryArgs }) }],
  ['order', { scope: 'orders', query: (api, queryArgs) => api.orders().get({ queryArgs }) }],
  ['cart', { scope: 'orders', query: (api, queryArgs) => api.carts().get({ queryArgs }) }],
  ['payment', { scope: 'payments', query: (api, queryArgs) => api.payments().get({ queryArgs }) }],
  ['quote-request', { scope: 'quote_requests', query: (api, queryArgs) => api.quoteRequests().get({ queryArgs }) }],
  ['staged-quote', { scope: 'staged_quotes', query: (api, queryArgs) => api.stagedQuotes().get({ queryArgs }) }],
  ['quote', { scope: 'quotes', query: (api, queryArgs) => api.quotes().get({ queryArgs }) }],
  ['message', { scope: 'messages', query: (api, queryArgs) => api.messages().get({ queryArgs }) }],
  ['store', { scope: 'stores', query: (api, queryArgs) => api.stores().get({ queryArgs }) }],
])

/** Throws a RangeError: what is mapped is checked at the start, so another type here is a bug. */
export function endpointOf(type: string): Endpoint {
  const endpoint = endpoints.get(type)
  if (!endpoint) throw new RangeError(`commercetools resource type ${type} has no endpoint here`)
  return endpoint
}
