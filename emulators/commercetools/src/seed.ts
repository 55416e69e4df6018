/** Fills an empty emulator from a data file, through the same operations that the API uses. */
import { readFileSync } from 'node:fs'
import { createCart } from './carts/create.ts'
import { createDiscountCode } from './catalog/discountCodes.ts'
import { createProduct, createProductType } from './catalog/products.ts'
import { createShippingMethod } from './catalog/shippingMethods.ts'
import { createTaxCategory } from './catalog/taxCategories.ts'
import { createZone } from './catalog/zones.ts'
import { createCustomer } from './customers/create.ts'
import type { Act } from './model/entities.ts'
import { ApiError } from './model/errors.ts'
import { numberedIds } from './model/ids.ts'
import {
  isObject,
  type Json,
  type JsonObject,
  list,
  object,
  objects,
  optional,
  optionalInteger,
  optionalText,
  text,
} from './model/json.ts'
import { importOrder } from './orders/import.ts'
import { createPayment } from './payments/payments.ts'
import { readQuote, readQuoteRequest, readStagedQuote } from './quotes/read.ts'
import { createRole } from './resources/associateRoles.ts'
import { createChannel } from './resources/channels.ts'
import { putCustomObject } from './resources/customObjects.ts'
import { createGroup } from './resources/groups.ts'
import { resolve } from './resources/references.ts'
import { createState } from './resources/states.ts'
import { createStore } from './resources/stores.ts'
import { createSubscription } from './resources/subscriptions.ts'
import { createType } from './resources/types.ts'
import { jsonLines } from './store/journal.ts'
import type { Project } from './store/project.ts'
import type { World } from './store/world.ts'
import { createUnit } from './units/create.ts'
import { inherit } from './units/inheritance.ts'

const SEEDER = { clientId: 'data-file', isPlatformClient: false } as const

type Maker = (world: World, project: Project, draft: JsonObject, act: Act) => unknown

/** What a data file may hold, in an order in which nothing refers to what comes later. */
const MAKERS: Record<string, Maker> = {
  types: createType,
  stores: createStore,
  channels: createChannel,
  states: createState,
  taxCategories: createTaxCategory,
  zones: createZone,
  shippingMethods: createShippingMethod,
  discountCodes: createDiscountCode,
  productTypes: createProductType,
  customerGroups: createGroup,
  products: createProduct,
  customers: createCustomer,
  associateRoles: createRole,
  businessUnits: settledUnit,
  customObjects: putCustomObject,
  payments: createPayment,
  carts: (world, project, draft, act) => createCart(world, project, owned(project, draft), act),
  orders: (world, project, draft, act) => importOrder(world, project, owned(project, draft), act),
  quoteRequests: readQuoteRequest,
  stagedQuotes: readStagedQuote,
  quotes: readQuote,
  subscriptions: createSubscription,
}

/**
 * A file of JSON holds `{ projects: [{ key, … }] }`, or the contents of the default project alone. A file of JSON lines
 * (`.jsonl`), which may be of any size, holds one draft a line, `{ "customers": { … } }`; a line `{ "project": { key, … } }`
 * says which project the lines after it belong to.
 */
export function seed(world: World, file: string, projectKey: string) {
  if (file.endsWith('.jsonl')) return seedLines(world, file, projectKey)
  const data = object(JSON.parse(readFileSync(file, 'utf8')) as Json, file)
  const projects = optional(data, 'projects') === undefined ? [{ key: projectKey, ...data }] : objects(data, 'projects')
  for (const each of projects) fill(world, each, projectKey)
}

function fill(world: World, data: JsonObject, projectKey: string) {
  const project = enter(world, data, projectKey)
  const act = seeding(project, data)
  for (const [name, make] of Object.entries(MAKERS)) {
    for (const [place, draft] of objects(data, name).entries()) {
      said(`${name}[${place}]`, () => make(world, project, draft, act))
    }
  }
}

function seedLines(world: World, file: string, projectKey: string) {
  let project: Project | null = null
  /** A file may come back to a project: its ids go on where they were. */
  const acts = new Map<string, Act>()
  let n = 0
  for (const raw of jsonLines(file, 'read')) {
    n += 1
    for (const [name, body] of Object.entries(object(raw, file))) {
      if (name === 'project') {
        project = enter(world, object(body, name), projectKey)
        if (!acts.has(project.key)) acts.set(project.key, seeding(project, object(body, name)))
        continue
      }
      const make = MAKERS[name]
      if (!make) throw new Error(`line ${n}: '${name}' is not one of project, ${Object.keys(MAKERS).join(', ')}`)
      const home: Project = project ?? world.projects.get(projectKey) ?? world.addProject(projectKey)
      project = home
      const act = acts.get(home.key) ?? seeding(home, {})
      acts.set(home.key, act)
      said(`line ${n}`, () => make(world, home, object(body, name), act))
    }
  }
}

/** A refusal says which draft it is about; that of malformed JSON says where in it. */
function said(where: string, make: () => unknown) {
  try {
    make()
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    throw new Error(`${where}: ${String(error.errors[0]?.detailedErrorMessage ?? error.message)}`)
  }
}

function enter(world: World, data: JsonObject, projectKey: string): Project {
  const key = optionalText(data, 'key') ?? projectKey
  const project = world.projects.get(key) ?? world.addProject(key)
  settle(project, data)
  world.saveProject(project)
  return project
}

/** What a data file tells has long been: nothing is on its way to be inherited. */
function settledUnit(world: World, project: Project, draft: JsonObject, act: Act) {
  inherit(world, project, createUnit(world, project, draft, act).key)
}

/** A file that is read twice gives the same ids; another `seed` in it gives others. */
function seeding(project: Project, data: JsonObject): Act {
  return { by: SEEDER, newId: numberedIds(`data/${project.key}/${optionalInteger(data, 'seed') ?? 1}`) }
}

/** Nobody knows the ids of customers before they are made: a data file names them by key. */
function owned(project: Project, draft: JsonObject): JsonObject {
  const { customer, ...rest } = draft
  if (customer === undefined) return draft
  return { ...rest, customerId: resolve(project.customers, 'customer', customer).id }
}

function settle(project: Project, data: JsonObject) {
  const { settings } = project
  const texts = (name: string, otherwise: string[]) =>
    optional(data, name) === undefined ? otherwise : list(data, name).map(String)
  project.settings = {
    ...settings,
    name: optionalText(data, 'name') ?? settings.name,
    countries: texts('countries', settings.countries),
    currencies: texts('currencies', settings.currencies),
    languages: texts('languages', settings.languages),
  }
  if (isObject(data.messages)) {
    const { enabled, deleteDaysAfterCreation } = data.messages
    project.settings.messages = {
      enabled: enabled !== false,
      deleteDaysAfterCreation: typeof deleteDaysAfterCreation === 'number' ? deleteDaysAfterCreation : 15,
    }
  }
  project.clients = objects(data, 'clients').map(each => ({
    id: text(each, 'id'),
    secret: text(each, 'secret'),
    ...(optional(each, 'scopes') === undefined ? {} : { scopes: list(each, 'scopes').map(String) }),
  }))
}
