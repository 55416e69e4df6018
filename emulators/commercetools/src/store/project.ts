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
import { type Table, table } from './table.ts'

export type Project = {
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

export type TypeId = 'customer' | 'customer-group' | 'store' | 'type' | 'subscription'

// biome-ignore format: a word list reads better in lines
const LANGUAGES = [
  'en', 'en-GB', 'en-US', 'en-IN', 'en-CA', 'en-AU', 'de', 'de-DE', 'de-AT', 'de-CH', 'fr', 'fr-FR', 'fr-CH', 'fr-BE', 'fr-CA', 'it', 'it-IT',
  'it-CH', 'es', 'es-ES', 'es-MX', 'pt', 'pt-PT', 'pt-BR', 'nl', 'nl-NL', 'nl-BE', 'pl', 'pl-PL', 'cs', 'cs-CZ', 'hu', 'hu-HU', 'ro', 'ro-RO',
  'el', 'el-GR', 'tr', 'tr-TR', 'ar', 'ar-AE', 'ar-EG', 'ar-SA', 'he', 'he-IL', 'hi', 'hi-IN', 'ja', 'ja-JP', 'zh', 'zh-CN', 'zh-TW', 'ko',
  'ko-KR', 'th', 'vi', 'sv', 'sv-SE', 'da', 'da-DK', 'nb', 'nb-NO', 'no', 'fi', 'fi-FI', 'is', 'uk', 'uk-UA', 'ru', 'bg', 'hr', 'sr', 'sk', 'sl', 'lt', 'lv', 'et',
]

export function project(key: string, createdAt: string, given: Partial<ProjectSettings> = {}): Project {
  return {
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
      customerGroup: row => [row.customerGroup?.id, ...row.customerGroupAssignments.map(each => each.customerGroup.id)],
    }),
    groups: table<CustomerGroup>({ key: row => [row.key], name: row => [row.name] }),
    stores: table<Store>({ key: row => [row.key] }),
    types: table<Type>({ key: row => [row.key] }),
    subscriptions: table<Subscription>({ key: row => [row.key] }),
    messages: table<Message>({ 'resource.id': row => [row.resource.id] }),
  }
}

/** The table of a type id; the one place where a row's type follows from a word. */
export function tableOf(project: Project, typeId: TypeId): Table<Resource> {
  const tables: Record<TypeId, unknown> = {
    customer: project.customers,
    'customer-group': project.groups,
    store: project.stores,
    type: project.types,
    subscription: project.subscriptions,
  }
  return tables[typeId] as Table<Resource>
}
