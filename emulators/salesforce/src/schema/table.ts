// Turns the one-line field notation of standard.ts into fields, adds the system fields that every object has, and
// gives each field its reader.

import type { Entity, Field, FieldType, Row, Value } from '../entities.ts'
import type { StandardObject } from './standard.ts'

export function makeField(name: string, label: string, type: FieldType, more: Partial<Field> = {}): Field {
  const field: Field = {
    name,
    label,
    type,
    length: 0,
    precision: 0,
    scale: 0,
    required: false,
    createable: true,
    updateable: true,
    unique: false,
    externalId: false,
    idLookup: false,
    caseSensitive: false,
    restricted: false,
    picklist: [],
    controller: null,
    referenceTo: [],
    relationshipName: null,
    childRelationshipName: null,
    onDelete: 'SetNull',
    defaultValue: type === 'boolean' ? false : null,
    custom: false,
    nameField: false,
    calculated: false,
    autoNumber: null,
    compound: null,
    read: row => row.values[name] ?? null,
    ...more,
  }
  if (type === 'boolean' && more.read === undefined) {
    const fallback = field.defaultValue ?? false
    field.read = row => row.values[name] ?? fallback
  }
  return field
}

const readOnly = { createable: false, updateable: false }
const user = (name: string, label: string, read: (row: Row) => Value | null): Field =>
  makeField(`${name}Id`, label, 'reference', {
    ...readOnly,
    length: 18,
    referenceTo: ['User'],
    relationshipName: name,
    read,
  })

type EntityHead = Omit<Entity, 'fields' | 'byName' | 'byRelationship' | 'recordTypes'>

function systemFields(head: EntityHead): Field[] {
  const fields = [
    user('CreatedBy', 'Created By ID', row => row.createdBy),
    makeField('CreatedDate', 'Created Date', 'datetime', { ...readOnly, read: row => row.createdAt }),
    user('LastModifiedBy', 'Last Modified By ID', row => row.modifiedBy),
    makeField('LastModifiedDate', 'Last Modified Date', 'datetime', { ...readOnly, read: row => row.modifiedAt }),
    makeField('SystemModstamp', 'System Modstamp', 'datetime', { ...readOnly, read: row => row.modifiedAt }),
  ]
  if (head.writable)
    fields.unshift(makeField('IsDeleted', 'Deleted', 'boolean', { ...readOnly, read: row => row.deleted }))
  if (head.mergeable) {
    const read = (row: Row): Value | null => row.mergedInto
    const more = { ...readOnly, length: 18, referenceTo: [head.name], relationshipName: 'MasterRecord', read }
    fields.push(makeField('MasterRecordId', 'Master Record ID', 'reference', more))
  }
  return fields
}

/** An object with its own fields between the Id and the other system fields. */
export function makeEntity(head: EntityHead, own: Field[]): Entity {
  const id = makeField('Id', 'Record ID', 'id', { ...readOnly, length: 18, idLookup: true, read: row => row.id })
  const entity: Entity = { ...head, fields: [], byName: new Map(), byRelationship: new Map(), recordTypes: [] }
  for (const field of [id, ...own, ...systemFields(head)]) addField(entity, field)
  return entity
}

export function addField(entity: Entity, field: Field): void {
  const before = entity.byName.get(field.name.toLowerCase())
  if (before) entity.fields.splice(entity.fields.indexOf(before), 1)
  entity.fields.push(field)
  entity.byName.set(field.name.toLowerCase(), field)
  if (field.relationshipName) entity.byRelationship.set(field.relationshipName.toLowerCase(), field)
}

export function standardEntity(object: StandardObject): Entity {
  const { fields, ...head } = object
  const lines = fields.split('\n').filter(line => line.includes('|'))
  return makeEntity({ ...head, custom: false }, lines.map(readLine))
}

function readLine(line: string): Field {
  const [name = '', label = '', kind = '', options = ''] = line.split('|').map(cell => cell.trim())
  const [type = '', size = ''] = kind.split(' ')
  const more: Partial<Field> = sizes(type as FieldType, size)
  const [words = '', values] = options.split('values=')
  for (const word of words.split(' ').filter(Boolean)) Object.assign(more, option(word, type))
  if (values) {
    more.picklist = values
      .split(';')
      .map(value => ({ value, label: value, ...(value === more.defaultValue ? { default: true } : {}) }))
  }
  if (type === 'reference') more.length = 18
  if (more.calculated && name === 'Name') more.read = fullName
  return makeField(name, label, type as FieldType, more)
}

const fullName = (row: Row): Value | null =>
  [row.values.FirstName, row.values.LastName].filter(Boolean).join(' ') || null

function option(word: string, type: string): Partial<Field> {
  const [key = '', value = ''] = word.split('=')
  switch (key) {
    case 'to':
      return { referenceTo: value.split(';') }
    case 'rel':
      return { relationshipName: value }
    case 'children':
      return { childRelationshipName: value }
    case 'in':
      return { compound: value }
    case 'default':
      return { defaultValue: type === 'boolean' ? value === 'true' : value.replaceAll('_', ' ') }
    case 'required':
      return { required: true }
    case 'readonly':
      return readOnly
    case 'createonly':
      return { updateable: false }
    case 'auto':
      return { autoNumber: value }
    case 'calculated':
      return { ...readOnly, calculated: true }
    case 'restricted':
      return { restricted: true }
    case 'unique':
      return { unique: true }
    case 'idlookup':
      return { idLookup: true }
    case 'name':
      return { nameField: true }
    case 'cascade':
      return { onDelete: 'Cascade' }
    default:
      throw new Error(`standard.ts: unknown option ${word}`)
  }
}

function sizes(type: FieldType, size: string): Partial<Field> {
  const [first = 0, second = 0] = size.split(',').map(Number)
  if (type === 'double' || type === 'currency' || type === 'percent') return { precision: first, scale: second }
  if (type === 'int') return { precision: first }
  return { length: first }
}
