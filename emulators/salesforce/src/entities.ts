// The words of the emulated org: values, rows, fields and objects, kept apart from how they look on the wire.

export type Value = string | number | boolean

export type FieldType =
  | 'id'
  | 'string'
  | 'textarea'
  | 'boolean'
  | 'int'
  | 'double'
  | 'currency'
  | 'percent'
  | 'date'
  | 'datetime'
  | 'email'
  | 'phone'
  | 'url'
  | 'picklist'
  | 'multipicklist'
  | 'reference'
  | 'address'

/**
 * One record. Rows are never changed in place: a write puts a new row where the old one was, so a rollback is to put
 * the old one back, and a result that is being paged keeps what it saw. Datetimes are epoch milliseconds, dates are
 * `YYYY-MM-DD`; `values` holds what is not empty and no system fields.
 */
export type Row = {
  readonly id: string
  readonly createdAt: number
  readonly createdBy: string
  readonly modifiedAt: number
  readonly modifiedBy: string
  readonly deleted: boolean
  readonly mergedInto: string | null
  readonly values: Readonly<Record<string, Value>>
}

export type PicklistValue = { value: string; label: string; default?: boolean; validFor?: readonly string[] }

export type OnDelete = 'SetNull' | 'Cascade' | 'Restrict'

export type Field = {
  name: string
  label: string
  type: FieldType
  length: number
  precision: number
  scale: number
  /** Must have a value; a boolean or a defaulted field never lacks one. */
  required: boolean
  createable: boolean
  updateable: boolean
  unique: boolean
  externalId: boolean
  idLookup: boolean
  caseSensitive: boolean
  restricted: boolean
  picklist: PicklistValue[]
  controller: string | null
  referenceTo: string[]
  relationshipName: string | null
  childRelationshipName: string | null
  onDelete: OnDelete
  defaultValue: Value | null
  custom: boolean
  nameField: boolean
  calculated: boolean
  autoNumber: string | null
  compound: string | null
  read: (row: Row) => Value | null
}

export type RecordType = { id: string; name: string; developerName: string; active: boolean; person?: boolean }

export type Entity = {
  name: string
  label: string
  labelPlural: string
  keyPrefix: string
  custom: boolean
  writable: boolean
  mergeable: boolean
  fields: Field[]
  byName: Map<string, Field>
  byRelationship: Map<string, Field>
  recordTypes: RecordType[]
}

export type ChildRelationship = { child: Entity; field: Field }

export type Schema = {
  entities: Map<string, Entity>
  byPrefix: Map<string, Entity>
  children: Map<string, ChildRelationship[]>
}

/** What one refused row says, in the words of a Collections reply; a single-row reply calls the code `errorCode`. */
export type RowError = { statusCode: string; message: string; fields: string[] }

export function entityOf(schema: Schema, name: string): Entity | undefined {
  return schema.entities.get(name.toLowerCase())
}

export function fieldOf(entity: Entity, name: string): Field | undefined {
  return entity.byName.get(name.toLowerCase())
}
