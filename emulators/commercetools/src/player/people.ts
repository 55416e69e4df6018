/** The people of the data files: who signs up, in which stores and groups, hand-made people first. */
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { isObject, type JsonObject, object, objects } from '../model/json.ts'

export type Cast = { stores: JsonObject[]; groups: JsonObject[]; drafts: JsonObject[] }

const folder = new URL('../../data/', import.meta.url)

let read: Cast | null = null

export function cast(): Cast {
  read ??= load()
  return read
}

function load(): Cast {
  const people = object(parsed('people.json'), 'people.json')
  const generated = parsed('generated.json')
  const more = Array.isArray(generated) ? generated.filter(isObject).map(withoutNulls) : []
  return {
    stores: objects(people, 'stores'),
    groups: objects(people, 'customerGroups'),
    drafts: [...objects(people, 'customers'), ...more],
  }
}

function parsed(name: string): unknown {
  const path = fileURLToPath(new URL(name, folder))
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : null
}

const withoutNulls = (draft: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(draft).filter(([, value]) => value !== null))
