// Reads custom fields, objects and record types from an SFDX project, so that the emulated org holds exactly what an
// admin would deploy.

import { type Dirent, existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { FieldType, OnDelete, PicklistValue } from '../entities.ts'
import { SetupError } from '../org/options.ts'
import { type EventMetadata, NO_EVENTS, readEventFile } from './event-metadata.ts'
import type { PermissionSet, Right } from './permissions.ts'
import { element, list, readXml, text, type Xml, type XmlValue } from './xml.ts'

export type CustomField = {
  object: string
  name: string
  label: string
  type: FieldType
  length: number
  precision: number
  scale: number
  required: boolean
  unique: boolean
  externalId: boolean
  caseSensitive: boolean
  restricted: boolean
  picklist: PicklistValue[]
  referenceTo: string | null
  childRelationshipName: string | null
  onDelete: OnDelete
  defaultValue: string | null
  calculated: boolean
  autoNumber: string | null
}

export type CustomObject = {
  name: string
  label: string
  labelPlural: string
  nameLabel: string
  autoNumber: string | null
  /** Tasks may be about its records. */
  activities: boolean
}

export type CustomRecordType = { object: string; developerName: string; name: string; active: boolean }
export type Metadata = {
  objects: CustomObject[]
  fields: CustomField[]
  recordTypes: CustomRecordType[]
  permissionSets: PermissionSet[]
  events: EventMetadata
}

/** What a CustomField calls its type, as the type that clients see. */
export const FIELD_TYPES: Record<string, FieldType> = {
  Text: 'string',
  TextArea: 'textarea',
  LongTextArea: 'textarea',
  Html: 'textarea',
  Number: 'double',
  Currency: 'currency',
  Percent: 'percent',
  Checkbox: 'boolean',
  Date: 'date',
  DateTime: 'datetime',
  Email: 'email',
  Phone: 'phone',
  Url: 'url',
  Picklist: 'picklist',
  MultiselectPicklist: 'multipicklist',
  Lookup: 'reference',
  MasterDetail: 'reference',
  AutoNumber: 'string',
}

const FIXED_LENGTH: Partial<Record<FieldType, number>> = {
  email: 80,
  phone: 40,
  url: 255,
  picklist: 255,
  multipicklist: 4099,
  reference: 18,
}

/** All metadata of the package directories that sfdx-project.json names; nothing where there is no project. */
export function readMetadata(packageDir: string): Metadata {
  const found: Metadata = { objects: [], fields: [], recordTypes: [], permissionSets: [], events: NO_EVENTS() }
  const project = join(packageDir, 'sfdx-project.json')
  if (!existsSync(project)) return found
  const listed: unknown = JSON.parse(readFileSync(project, 'utf8'))
  for (const directory of packageDirectories(listed)) {
    for (const file of filesUnder(join(packageDir, directory))) readFile(file, found)
  }
  return found
}

function packageDirectories(project: unknown): string[] {
  if (typeof project !== 'object' || project === null || !('packageDirectories' in project)) return []
  const { packageDirectories: list } = project
  if (!Array.isArray(list)) return []
  return list.flatMap((entry: unknown) =>
    typeof entry === 'object' && entry !== null && 'path' in entry && typeof entry.path === 'string'
      ? [entry.path]
      : [],
  )
}

function filesUnder(directory: string): string[] {
  if (!existsSync(directory)) return []
  return readdirSync(directory, { withFileTypes: true, recursive: true })
    .filter((entry: Dirent) => entry.isFile() && entry.name.endsWith('-meta.xml'))
    .map(entry => join(entry.parentPath, entry.name))
    .sort()
}

function readFile(file: string, found: Metadata): void {
  const read = (root: string): Xml => readXml(file, root)
  const above = basename(dirname(dirname(file)))
  if (file.endsWith('.field-meta.xml')) found.fields.push(customField(above, read('CustomField'), file))
  else if (file.endsWith('.recordType-meta.xml')) {
    const xml = read('RecordType')
    const developerName = text(xml.fullName) ?? basename(file, '.recordType-meta.xml')
    const name = text(xml.label) ?? developerName
    found.recordTypes.push({ object: above, developerName, name, active: text(xml.active) !== 'false' })
  } else if (file.endsWith('.permissionset-meta.xml')) {
    found.permissionSets.push(permissionSet(basename(file, '.permissionset-meta.xml'), read('PermissionSet')))
  } else if (file.endsWith('__c.object-meta.xml')) {
    found.objects.push(customObject(basename(file, '.object-meta.xml'), read('CustomObject')))
  } else readEventFile(file, found.events)
}

/** Of a field only what it says last counts: the file has each once. */
function permissionSet(name: string, xml: Xml): PermissionSet {
  const isTrue = (value: XmlValue): boolean => text(value) === 'true'
  const set: PermissionSet = { name, objects: new Map(), fields: new Map(), abilities: new Set() }
  for (const entry of list(xml.objectPermissions).map(element)) {
    const allowed: [Right, XmlValue][] = [
      ['create', entry.allowCreate],
      ['read', entry.allowRead],
      ['edit', entry.allowEdit],
      ['delete', entry.allowDelete],
    ]
    const rights = allowed.filter(([, value]) => isTrue(value)).map(([right]) => right)
    set.objects.set((text(entry.object) ?? '').toLowerCase(), new Set(rights))
  }
  for (const entry of list(xml.fieldPermissions).map(element)) {
    const field = (text(entry.field) ?? '').toLowerCase()
    if (isTrue(entry.editable)) set.fields.set(field, 'edit')
    else if (isTrue(entry.readable)) set.fields.set(field, 'read')
  }
  for (const entry of list(xml.userPermissions).map(element)) {
    if (isTrue(entry.enabled)) set.abilities.add(text(entry.name) ?? '')
  }
  return set
}

function customObject(name: string, xml: Xml): CustomObject {
  const nameField = element(xml.nameField)
  return {
    name,
    label: text(xml.label) ?? name,
    labelPlural: text(xml.pluralLabel) ?? name,
    nameLabel: text(nameField.label) ?? 'Name',
    activities: text(xml.enableActivities) === 'true',
    autoNumber: text(nameField.type) === 'AutoNumber' ? (text(nameField.displayFormat) ?? '{0}') : null,
  }
}

function customField(object: string, xml: Xml, file: string): CustomField {
  const name = text(xml.fullName) ?? basename(file, '.field-meta.xml')
  const kind = text(xml.type) ?? ''
  const calculated = xml.formula !== undefined
  const type = FIELD_TYPES[kind]
  if (!type) throw new SetupError(`${file}: the emulator does not know the field type "${kind}"`)
  const masterDetail = kind === 'MasterDetail'
  const valueSet = element(xml.valueSet)
  const definition = element(valueSet.valueSetDefinition)
  const constraint = text(xml.deleteConstraint)
  return {
    object,
    name,
    label: text(xml.label) ?? name,
    type,
    length: Number(
      text(xml.length) ?? FIXED_LENGTH[type] ?? (kind === 'TextArea' ? 255 : kind === 'AutoNumber' ? 30 : 0),
    ),
    precision: Number(text(xml.precision) ?? 18),
    scale: Number(text(xml.scale) ?? 0),
    required: text(xml.required) === 'true' || masterDetail,
    unique: text(xml.unique) === 'true',
    externalId: text(xml.externalId) === 'true',
    caseSensitive: text(xml.caseSensitive) === 'true',
    restricted: text(valueSet.restricted) === 'true',
    picklist: list(definition.value).map(picklistValue),
    referenceTo: text(xml.referenceTo) ?? null,
    childRelationshipName: text(xml.relationshipName) ?? null,
    onDelete: masterDetail || constraint === 'Cascade' ? 'Cascade' : constraint === 'Restrict' ? 'Restrict' : 'SetNull',
    defaultValue: text(xml.defaultValue) ?? null,
    calculated,
    autoNumber: kind === 'AutoNumber' ? (text(xml.displayFormat) ?? '{0}') : null,
  }
}

function picklistValue(given: XmlValue): PicklistValue {
  const xml = element(given)
  const value = text(xml.fullName) ?? ''
  return { value, label: text(xml.label) ?? value, default: text(xml.default) === 'true' }
}
