/** Types: which Custom Fields a resource may have; fields may be added later. */
import { checkKey } from '../customers/fields.ts'
import type { Act, FieldDefinition, FieldType, Type } from '../model/entities.ts'
import { duplicateField, invalidField, malformedJson, requiredField } from '../model/errors.ts'
import { type JsonObject, list, object, objects, optional, optionalFlag, optionalText, text } from '../model/json.ts'
import type { Project } from '../store/project.ts'
import type { World } from '../store/world.ts'
import { fresh, type SmallActions } from './change.ts'

const FIELD_NAME = /^[A-Za-z0-9_-]{2,36}$/

export function createType(world: World, project: Project, draft: JsonObject, act: Act): Type {
  const key = freeKey(project, '', text(draft, 'key'))
  const resourceTypeIds = list(draft, 'resourceTypeIds').map(String)
  if (resourceTypeIds.length === 0) throw requiredField('resourceTypeIds')
  const fieldDefinitions = objects(draft, 'fieldDefinitions').map(definition)
  const names = fieldDefinitions.map(each => each.name)
  const twice = names.find((name, place) => names.indexOf(name) !== place)
  if (twice !== undefined) throw duplicateField('fieldDefinitions.name', twice)
  const description = optional(draft, 'description')
  const row: Type = {
    ...fresh(world, act),
    key,
    name: object(draft.name, 'name'),
    ...(description === undefined ? {} : { description: object(description, 'description') }),
    resourceTypeIds,
    fieldDefinitions,
  }
  world.commit({ project, typeId: 'type', act, after: row })
  return row
}

export const typeActions: SmallActions<Type> = {
  addFieldDefinition(row, action) {
    const added = definition(object(action.fieldDefinition, 'fieldDefinition'))
    if (row.fieldDefinitions.some(each => each.name === added.name)) throw duplicateField('name', added.name)
    return { ...row, fieldDefinitions: [...row.fieldDefinitions, added] }
  },
  removeFieldDefinition(row, action) {
    const name = text(action, 'fieldName')
    const left = row.fieldDefinitions.filter(each => each.name !== name)
    if (left.length === row.fieldDefinitions.length) throw invalidField('fieldName', name)
    return { ...row, fieldDefinitions: left }
  },
  changeName: (row, action) => ({ ...row, name: object(action.name, 'name') }),
  changeKey(row, action, project) {
    const key = freeKey(project, row.id, text(action, 'key'))
    return key === row.key ? null : { ...row, key }
  },
  setDescription(row, action) {
    const description = optional(action, 'description')
    return { ...row, description: description === undefined ? undefined : object(description, 'description') }
  },
}

function freeKey(project: Project, id: string, key: string): string {
  checkKey(key)
  if (project.types.find('key', key).some(other => other.id !== id)) throw duplicateField('key', key)
  return key
}

function definition(draft: JsonObject): FieldDefinition {
  const name = text(draft, 'name')
  if (!FIELD_NAME.test(name)) throw invalidField('name', name)
  const hint = optionalText(draft, 'inputHint') ?? 'SingleLine'
  return {
    name,
    type: fieldType(object(draft.type, 'type')),
    label: object(draft.label, 'label'),
    required: optionalFlag(draft, 'required') ?? false,
    inputHint: hint === 'MultiLine' ? 'MultiLine' : 'SingleLine',
  }
}

const FIELD_TYPES = [
  'Boolean',
  'Number',
  'String',
  'Enum',
  'LocalizedEnum',
  'Date',
  'Time',
  'DateTime',
  'LocalizedString',
  'Money',
  'Reference',
  'Set',
]

function fieldType(draft: JsonObject): FieldType {
  const name = text(draft, 'name')
  if (!FIELD_TYPES.includes(name)) throw malformedJson(`type: Unknown field type '${name}'`)
  const element = optional(draft, 'elementType')
  const values = objects(draft, 'values').map(each => ({
    key: text(each, 'key'),
    label: each.label ?? text(each, 'key'),
  }))
  const referenceTypeId = optionalText(draft, 'referenceTypeId')
  return {
    name,
    ...(values.length > 0 ? { values } : {}),
    ...(element === undefined ? {} : { elementType: fieldType(object(element, 'elementType')) }),
    ...(referenceTypeId === undefined ? {} : { referenceTypeId }),
  }
}
