/** Finds what a resource identifier (`{ typeId, id }` or `{ typeId, key }`) points at, or refuses it. */
import type { AssociateRole, BusinessUnit } from '../model/b2b.ts'
import type { Customer, CustomerGroup, Resource, Store, Type } from '../model/entities.ts'
import { malformedJson, referenceNotFound } from '../model/errors.ts'
import { type Json, object, optionalText } from '../model/json.ts'
import type { Project } from '../store/project.ts'
import type { Table } from '../store/table.ts'

export const group = (project: Project, given: Json | undefined): CustomerGroup =>
  resolve(project.groups, 'customer-group', given)

export const store = (project: Project, given: Json | undefined): Store => resolve(project.stores, 'store', given)

export const customer = (project: Project, given: Json | undefined): Customer =>
  resolve(project.customers, 'customer', given)

export const role = (project: Project, given: Json | undefined): AssociateRole =>
  resolve(project.associateRoles, 'associate-role', given)

export const unit = (project: Project, given: Json | undefined): BusinessUnit =>
  resolve(project.businessUnits, 'business-unit', given)

export const type = (project: Project, given: Json | undefined): Type => resolve(project.types, 'type', given)

export function resolve<T extends Resource>(table: Table<T>, typeId: string, given: Json | undefined): T {
  const identifier = object(given, typeId)
  const named = optionalText(identifier, 'typeId') ?? typeId
  if (named !== typeId) throw malformedJson(`typeId: Expected '${typeId}', got '${named}'`)
  const id = optionalText(identifier, 'id')
  const key = optionalText(identifier, 'key')
  if ((id === undefined) === (key === undefined)) throw malformedJson(`${typeId}: Either 'id' or 'key' is required`)
  const found = id !== undefined ? table.get(id) : table.find('key', key ?? '')[0]
  if (!found) throw referenceNotFound(typeId, { id, key })
  return found
}
