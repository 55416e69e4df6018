/** Fills an empty emulator from a data file, through the same operations that the API uses. */
import { readFileSync } from 'node:fs'
import { createCustomer } from './customers/create.ts'
import {
  isObject,
  type Json,
  type JsonObject,
  list,
  object,
  objects,
  optional,
  optionalText,
  text,
} from './model/json.ts'
import { createGroup } from './resources/groups.ts'
import { createStore } from './resources/stores.ts'
import { createSubscription } from './resources/subscriptions.ts'
import { createType } from './resources/types.ts'
import type { Project } from './store/project.ts'
import { requestAct, type World } from './store/world.ts'

const SEEDER = { clientId: 'data-file', isPlatformClient: false } as const

/** The file holds `{ projects: [{ key, … }] }`, or the contents of the default project alone. */
export function seed(world: World, file: string, projectKey: string) {
  const data = object(JSON.parse(readFileSync(file, 'utf8')) as Json, file)
  const projects = optional(data, 'projects') === undefined ? [{ key: projectKey, ...data }] : objects(data, 'projects')
  for (const each of projects) fill(world, each, projectKey)
}

function fill(world: World, data: JsonObject, projectKey: string) {
  const key = optionalText(data, 'key') ?? projectKey
  const project = world.projects.get(key) ?? world.addProject(key)
  settle(project, data)
  world.saveProject(project)
  const act = requestAct(SEEDER)
  for (const draft of objects(data, 'types')) createType(world, project, draft, act)
  for (const draft of objects(data, 'stores')) createStore(world, project, draft, act)
  for (const draft of objects(data, 'customerGroups')) createGroup(world, project, draft, act)
  for (const draft of objects(data, 'customers')) createCustomer(world, project, draft, act)
  for (const draft of objects(data, 'subscriptions')) createSubscription(world, project, draft, act)
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
