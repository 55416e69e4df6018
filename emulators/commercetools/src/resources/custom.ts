/** Custom Fields: values checked against the Type that a resource or an address refers to. */
import type { CustomFields, FieldDefinition, FieldType } from '../model/entities.ts'
import { invalidField, invalidOperation, requiredField } from '../model/errors.ts'
import { isObject, type Json, type JsonObject, object, optional, sameJson } from '../model/json.ts'
import type { Project } from '../store/project.ts'
import { type as typeOf } from './references.ts'

export function customOf(project: Project, given: Json | undefined, resourceTypeId: string): CustomFields | undefined {
  if (given === undefined || given === null) return undefined
  const draft = object(given, 'custom')
  return customFrom(project, draft.type, optional(draft, 'fields'), resourceTypeId)
}

export function customFrom(
  project: Project,
  type: Json | undefined,
  fields: Json | undefined,
  resourceTypeId: string,
): CustomFields {
  const found = typeOf(project, type)
  if (!found.resourceTypeIds.includes(resourceTypeId)) {
    throw invalidOperation(`The type '${found.key}' can not be used for resources of type '${resourceTypeId}'.`)
  }
  const given = fields === undefined ? {} : object(fields, 'fields')
  const kept: JsonObject = {}
  for (const [name, value] of Object.entries(given)) {
    if (value === null || value === undefined) continue
    checkField(found.fieldDefinitions, found.key, name, value)
    kept[name] = value
  }
  for (const { name, required } of found.fieldDefinitions) {
    if (required && kept[name] === undefined) throw requiredField(name)
  }
  return { type: { typeId: 'type', id: found.id }, fields: kept }
}

export type FieldChange = { custom: CustomFields; was: 'added' | 'changed' | 'removed'; previousValue?: Json }

/** Null when the field already holds the value. */
export function withField(
  project: Project,
  custom: CustomFields | undefined,
  name: string,
  value: Json | undefined,
): FieldChange | null {
  if (!custom) throw invalidOperation('Resource has no custom type.')
  const found = project.types.get(custom.type.id)
  const definitions = found?.fieldDefinitions ?? []
  const previousValue = custom.fields[name]
  if (value === undefined) {
    if (definitions.some(each => each.name === name && each.required)) throw requiredField(name)
    if (previousValue === undefined) {
      throw invalidOperation(`Cannot remove the field '${name}': it does not exist on the resource.`)
    }
    const { [name]: _, ...fields } = custom.fields
    return { custom: { ...custom, fields }, was: 'removed' }
  }
  checkField(definitions, found?.key ?? '', name, value)
  if (sameJson(previousValue, value)) return null
  const changed = { ...custom, fields: { ...custom.fields, [name]: value } }
  return previousValue === undefined
    ? { custom: changed, was: 'added' }
    : { custom: changed, was: 'changed', previousValue }
}

function checkField(definitions: FieldDefinition[], typeKey: string, name: string, value: Json) {
  const definition = definitions.find(each => each.name === name)
  if (!definition) throw invalidOperation(`The type '${typeKey}' has no field definition with name '${name}'.`)
  if (!fits(definition.type, value))
    throw invalidField(
      name,
      value,
      definition.type.values?.map(each => each.key),
    )
}

const DATE = /^\d{4}-\d{2}-\d{2}$/
const TIME = /^\d{2}:\d{2}(:\d{2}(\.\d+)?)?$/

function fits(type: FieldType, value: Json): boolean {
  switch (type.name) {
    case 'Boolean':
      return typeof value === 'boolean'
    case 'Number':
      return typeof value === 'number'
    case 'String':
      return typeof value === 'string'
    case 'Enum':
    case 'LocalizedEnum':
      return typeof value === 'string' && (type.values ?? []).some(each => each.key === value)
    case 'Date':
      return typeof value === 'string' && DATE.test(value) && !Number.isNaN(Date.parse(value))
    case 'Time':
      return typeof value === 'string' && TIME.test(value)
    case 'DateTime':
      return typeof value === 'string' && value.includes('T') && !Number.isNaN(Date.parse(value))
    case 'LocalizedString':
      return isObject(value) && Object.values(value).every(each => typeof each === 'string')
    case 'Money':
      return isObject(value) && typeof value.currencyCode === 'string' && Number.isInteger(value.centAmount)
    case 'Reference':
      return isObject(value) && (type.referenceTypeId === undefined || value.typeId === type.referenceTypeId)
    case 'Set': {
      const element = type.elementType
      return Array.isArray(value) && (!element || value.every(each => fits(element, each)))
    }
    default:
      return false
  }
}
