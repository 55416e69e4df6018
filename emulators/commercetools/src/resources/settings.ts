/** Settings of a project, and the few that matter to customers and messages and may be changed. */
import { concurrentModification, invalidInput, languageUsedInStores, malformedJson } from '../model/errors.ts'
import { integer, type JsonObject, list, object, objects, optionalFlag, text } from '../model/json.ts'
import type { Project } from '../store/project.ts'
import type { World } from '../store/world.ts'

export const settingsOf = ({ key, settings }: Project) => ({
  key,
  ...settings,
  carts: { deleteDaysAfterLastModification: 90, countryTaxRateFallbackEnabled: false },
  searchIndexing: {
    customers: { status: 'Deactivated' },
    orders: { status: 'Deactivated' },
    products: { status: 'Deactivated' },
  },
  inventory: { releaseExpiredReservations: false },
  discounts: { discountCombinationMode: 'Stacking' },
})

/** A language that a store offers can not be taken from the project. */
function languages(project: Project, action: JsonObject): string[] {
  const next = list(action, 'languages').map(String)
  for (const store of project.stores.rows()) {
    const lost = store.languages.some(each => project.settings.languages.includes(each) && !next.includes(each))
    if (lost) throw languageUsedInStores()
  }
  return next
}

export function updateSettings(world: World, project: Project, body: JsonObject) {
  const version = integer(body, 'version')
  if (version !== project.settings.version) throw concurrentModification(project.key, version, project.settings.version)
  let settings = project.settings
  for (const action of objects(body, 'actions')) {
    const name = text(action, 'action')
    const before = settings
    if (name === 'changeMessagesConfiguration') {
      const given = object(action.messagesConfiguration, 'messagesConfiguration')
      const days = integer(given, 'deleteDaysAfterCreation')
      if (days < 1 || days > 90) throw malformedJson('deleteDaysAfterCreation: must be between 1 and 90')
      settings = {
        ...settings,
        messages: { enabled: optionalFlag(given, 'enabled') ?? false, deleteDaysAfterCreation: days },
      }
    } else if (name === 'changeName') settings = { ...settings, name: text(action, 'name') }
    else if (name === 'changeLanguages') settings = { ...settings, languages: languages(project, action) }
    else if (name === 'changeCountries') settings = { ...settings, countries: list(action, 'countries').map(String) }
    else if (name === 'changeCurrencies') settings = { ...settings, currencies: list(action, 'currencies').map(String) }
    else throw invalidInput(`Invalid update action: '${name}' is not supported for the project.`)
    if (settings !== before) settings = { ...settings, version: settings.version + 1 }
  }
  project.settings = settings
  world.saveProject(project)
}
