/** Stores, as far as customers need them: a key, names, languages and countries. */
import { checkKey } from '../customers/fields.ts'
import type { Act, Store } from '../model/entities.ts'
import { duplicateField, malformedJson } from '../model/errors.ts'
import { isObject, type JsonObject, list, object, objects, optional, text } from '../model/json.ts'
import type { Project } from '../store/project.ts'
import type { World } from '../store/world.ts'
import { fresh, type SmallActions } from './change.ts'

export function createStore(world: World, project: Project, draft: JsonObject, act: Act): Store {
  const key = checkKey(text(draft, 'key')) ?? ''
  if (project.stores.find('key', key).length > 0) throw duplicateField('key', key)
  const name = optional(draft, 'name')
  const row: Store = {
    ...fresh(world, act),
    key,
    ...(name === undefined ? {} : { name: object(name, 'name') }),
    languages: texts(draft, 'languages'),
    countries: countries(draft),
  }
  world.commit({ project, typeId: 'store', act, after: row })
  return row
}

export const storeActions: SmallActions<Store> = {
  setName(row, action) {
    const name = optional(action, 'name')
    return { ...row, name: isObject(name) ? name : undefined }
  },
  setLanguages: (row, action) => ({ ...row, languages: texts(action, 'languages') }),
  setCountries: (row, action) => ({ ...row, countries: countries(action) }),
}

const countries = (body: JsonObject) => objects(body, 'countries').map(each => ({ code: text(each, 'code') }))

function texts(body: JsonObject, name: string): string[] {
  return list(body, name).map(each => {
    if (typeof each !== 'string') throw malformedJson(`${name}: Expected String`)
    return each
  })
}
