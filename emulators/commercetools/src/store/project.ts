/** One commercetools project: its settings and its tables, each with the indexes that queries may use. */
import type {
  ApiClient,
  Customer,
  CustomerGroup,
  Message,
  ProjectSettings,
  Resource,
  Store,
  Subscription,
  Type,
} from '../model/entities.ts'
import { type B2bTables, b2bTables } from './b2b.ts'
import { type Table, table } from './table.ts'
import { initialState, type TradeTables, tradeTables } from './trade.ts'

export type Project = TradeTables &
  B2bTables & {
    key: string
    settings: ProjectSettings
    /** When empty, any client id and secret are accepted. */
    clients: ApiClient[]
    customers: Table<Customer>
    groups: Table<CustomerGroup>
    stores: Table<Store>
    types: Table<Type>
    subscriptions: Table<Subscription>
    messages: Table<Message>
  }

/** The table of each type id, in an order in which nothing refers to what comes later. */
const TABLES = {
  type: 'types',
  store: 'stores',
  'customer-group': 'groups',
  customer: 'customers',
  channel: 'channels',
  state: 'states',
  'tax-category': 'taxCategories',
  zone: 'zones',
  'shipping-method': 'shippingMethods',
  'discount-code': 'discountCodes',
  'product-type': 'productTypes',
  product: 'products',
  'key-value-document': 'customObjects',
  payment: 'payments',
  cart: 'carts',
  order: 'orders',
  'order-edit': 'orderEdits',
  'associate-role': 'associateRoles',
  'business-unit': 'businessUnits',
  'quote-request': 'quoteRequests',
  'staged-quote': 'stagedQuotes',
  quote: 'quotes',
  subscription: 'subscriptions',
} as const satisfies Record<string, keyof Project>

export type TypeId = keyof typeof TABLES

export const TYPE_IDS = Object.keys(TABLES) as TypeId[]

// biome-ignore format: a word list reads better in lines
const LANGUAGES = [
  'en', 'en-GB', 'en-US', 'en-IN', 'en-CA', 'en-AU', 'de', 'de-DE', 'de-AT', 'de-CH', 'fr', 'fr-FR', 'fr-CH', 'fr-BE', 'fr-CA', 'it', 'it-IT',
  'it-CH', 'es', 'es-ES', 'es-MX', 'pt', 'pt-PT', 'pt-BR', 'nl', 'nl-NL', 'nl-BE', 'pl', 'pl-PL', 'cs', 'cs-CZ', 'hu', 'hu-HU', 'ro', 'ro-RO',
  'el', 'el-GR', 'tr', 'tr-TR', 'ar', 'ar-AE', 'ar-EG', 'ar-SA', 'he', 'he-IL', 'hi', 'hi-IN', 'ja', 'ja-JP', 'zh', 'zh-CN', 'zh-TW', 'ko',
  'ko-KR', 'th', 'vi', 'sv', 'sv-SE', 'da', 'da-DK', 'nb', 'nb-NO', 'no', 'fi', 'fi-FI', 'is', 'uk', 'uk-UA', 'ru', 'bg', 'hr', 'sr', 'sk', 'sl', 'lt', 'lv', 'et',
]

export function project(key: string, createdAt: string, given: Partial<ProjectSettings> = {}): Project {
  const made: Project = {
    ...tradeTables(),
    ...b2bTables(),
    key,
    settings: {
      version: 1,
      name: key,
      countries: ['DE', 'AT', 'CH', 'FR', 'NL', 'PL', 'GR', 'GB', 'US', 'BR', 'IN', 'JP', 'CN', 'AE', 'TR'],
      currencies: ['EUR', 'CHF', 'GBP', 'USD', 'PLN', 'BRL', 'INR', 'JPY', 'CNY', 'AED', 'TRY'],
      languages: LANGUAGES,
      messages: { enabled: true, deleteDaysAfterCreation: 15 },
      createdAt,
      ...given,
    },
    clients: [],
    customers: table<Customer>({
      key: row => [row.key],
      customerNumber: row => [row.customerNumber],
      externalId: row => [row.externalId],
      lowercaseEmail: row => [row.email.toLowerCase()],
      'stores.key': row => row.stores.map(each => each.key),
      customerGroup: row => [row.customerGroup?.id, ...row.customerGroupAssignments.map(each => each.customerGroup.id)],
    }),
    groups: table<CustomerGroup>({ key: row => [row.key], name: row => [row.name] }),
    stores: table<Store>({ key: row => [row.key] }),
    types: table<Type>({ key: row => [row.key] }),
    subscriptions: table<Subscription>({ key: row => [row.key] }),
    messages: table<Message>({ 'resource.id': row => [row.resource.id] }),
  }
  furnish(made)
  return made
}

/** What a project has from its first day. */
function furnish({ key, settings, states }: Project) {
  states.put(initialState(key, settings.createdAt))
}

/** Takes everything out of a project but its settings and clients. */
export function empty(project: Project) {
  for (const typeId of TYPE_IDS) tableOf(project, typeId).clear()
  project.messages.clear()
  furnish(project)
}

/** The table of a type id; the one place where a row's type follows from a word. */
export const tableOf = (project: Project, typeId: TypeId): Table<Resource> =>
  project[TABLES[typeId]] as unknown as Table<Resource>
