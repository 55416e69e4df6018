// Builds the org's schema: the standard objects, the state and country picklists, and what the package adds.

import {
  type Entity,
  entityOf,
  type Field,
  type PicklistValue,
  type RecordType,
  type Schema,
  type Value,
} from '../entities.ts'
import type { OrgOptions } from '../org/options.ts'
import { type Countries, countries } from './countries.ts'
import type { CustomField, CustomObject, Metadata } from './metadata.ts'
import { addPersonAccounts } from './person.ts'
import { STANDARD_OBJECTS } from './standard.ts'
import { CONSENT_OBJECTS, CURRENCY_TYPE } from './standard-consent.ts'
import { ORDER_OBJECTS } from './standard-orders.ts'
import { ACCOUNT_CONTACT_RELATION, SALES_OBJECTS } from './standard-sales.ts'
import { addField, makeEntity, makeField, standardEntity } from './table.ts'

export type BuiltSchema = { schema: Schema; countries: Countries | null; keyPrefixes: Record<string, string> }

/** `keyPrefixes` are those already given to custom objects: a prefix, once given, stays. */
export function buildSchema(org: OrgOptions, metadata: Metadata, keyPrefixes: Record<string, string>): BuiltSchema {
  const schema: Schema = { entities: new Map(), byPrefix: new Map(), children: new Map() }
  const known = org.stateCountryPicklists ? countries(org.states) : null
  const objects = [
    ...STANDARD_OBJECTS,
    ...SALES_OBJECTS,
    ...ORDER_OBJECTS,
    ...CONSENT_OBJECTS,
    ...(org.contactsToMultipleAccounts ? [ACCOUNT_CONTACT_RELATION] : []),
    ...(org.currencies.length > 0 ? [CURRENCY_TYPE] : []),
  ]
  for (const object of objects) {
    const entity = standardEntity(object)
    if (known)
      for (const compound of entity.fields.filter(field => field.type === 'address')) codes(entity, compound, known)
    add(schema, entity)
  }
  for (const { label } of org.orderStatuses) {
    entityOf(schema, 'Order')?.byName.get('status')?.picklist.push({ value: label, label })
  }
  const prefixes = { ...keyPrefixes }
  if (!org.withoutPackage) {
    for (const object of metadata.objects) {
      add(schema, customEntity(object, prefixOf(object.name, prefixes)))
      if (object.activities) entityOf(schema, 'Task')?.byName.get('whatid')?.referenceTo.push(object.name)
    }
    for (const field of metadata.fields) {
      // The fields of tasks and events are deployed on what both are.
      const entity = entityOf(schema, field.object === 'Activity' ? 'Task' : field.object)
      if (entity) addField(entity, customToField(field))
    }
  }
  if (org.personAccounts) addPersonAccounts(schema)
  if (org.currencies.length > 0) for (const entity of schema.entities.values()) currency(entity, org.currencies)
  recordTypes(schema, org, metadata)
  for (const entity of schema.entities.values()) {
    for (const field of entity.fields) {
      for (const parent of field.referenceTo) {
        const list = schema.children.get(parent) ?? []
        list.push({ child: entity, field })
        schema.children.set(parent, list)
      }
    }
  }
  return { schema, countries: known, keyPrefixes: prefixes }
}

function add(schema: Schema, entity: Entity): void {
  schema.entities.set(entity.name.toLowerCase(), entity)
  schema.byPrefix.set(entity.keyPrefix, entity)
}

/** The first currency is the org's own, which a record has unless told otherwise; a price keeps the one that it was made with. */
function currency(entity: Entity, codes: readonly string[]): void {
  if (!entity.writable) return
  const picklist = codes.map((value, at) => ({ value, label: value, default: at === 0 }))
  const name = entity.name === 'AccountContactRelation' ? 'AccountContactRelationshipCurrency' : 'CurrencyIsoCode'
  const updateable = entity.name !== 'PricebookEntry' && entity.name !== 'OrderItem'
  const more = { length: 3, restricted: true, picklist, defaultValue: codes[0] ?? null, updateable }
  addField(entity, makeField(name, 'Currency ISO Code', 'picklist', more))
}

function prefixOf(name: string, given: Record<string, string>): string {
  const prefix = given[name] ?? `a${Object.keys(given).length.toString(36).padStart(2, '0')}`
  given[name] = prefix
  return prefix
}

function codes(entity: Entity, compound: Field, known: Countries): void {
  const prefix = compound.name.slice(0, -'Address'.length)
  const label = compound.label.slice(0, -'Address'.length)
  const more = { length: 10, restricted: true, compound: compound.name }
  const list = [...known.labels].map(([value, name]) => ({ value, label: name }))
  const states = new Map<string, PicklistValue & { validFor: string[] }>()
  for (const [country, of] of known.states) {
    for (const [value, name] of of) {
      const entry = states.get(value) ?? { value, label: name, validFor: [] }
      entry.validFor.push(country)
      states.set(value, entry)
    }
  }
  const country = makeField(`${prefix}CountryCode`, `${label}Country Code`, 'picklist', { ...more, picklist: list })
  const controller = country.name
  const picklist = [...states.values()]
  addField(
    entity,
    makeField(`${prefix}StateCode`, `${label}State/Province Code`, 'picklist', { ...more, picklist, controller }),
  )
  addField(entity, country)
}

function customEntity(object: CustomObject, keyPrefix: string): Entity {
  const { name, label, labelPlural, autoNumber } = object
  const writable = autoNumber === null
  const owner = makeField('OwnerId', 'Owner ID', 'reference', {
    length: 18,
    referenceTo: ['User'],
    relationshipName: 'Owner',
  })
  const nameField = makeField('Name', object.nameLabel, 'string', {
    length: 80,
    nameField: true,
    createable: writable,
    updateable: writable,
    autoNumber,
  })
  return makeEntity({ name, label, labelPlural, keyPrefix, custom: true, writable: true, mergeable: false }, [
    owner,
    nameField,
  ])
}

function customToField(custom: CustomField): Field {
  const { object: _object, name, label, type, referenceTo, childRelationshipName, defaultValue, ...rest } = custom
  const readOnly = custom.calculated || custom.autoNumber !== null
  const numeric = type === 'double' || type === 'currency' || type === 'percent'
  return makeField(name, label, type, {
    ...rest,
    ...(numeric ? {} : { precision: 0, scale: 0 }),
    custom: true,
    createable: !readOnly,
    updateable: !readOnly,
    idLookup: custom.externalId,
    referenceTo: referenceTo ? [referenceTo] : [],
    relationshipName: referenceTo ? name.replace(/__c$/, '__r') : null,
    childRelationshipName: childRelationshipName ? `${childRelationshipName}__r` : null,
    defaultValue: defaultOf(custom, defaultValue),
  })
}

function defaultOf(custom: CustomField, text: string | null): Value | null {
  if (custom.type === 'boolean') return text === 'true'
  const preset = custom.picklist.find(entry => entry.default)?.value
  if (preset !== undefined) return preset
  if (text === null) return null
  const literal = /^(['"])(.*)\1$/.exec(text)?.[2]
  if (literal !== undefined) return literal
  return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : null
}

/** Their ids come with their rows, when the org is furnished. */
function recordTypes(schema: Schema, org: OrgOptions, metadata: Metadata): void {
  const named: (RecordType & { object: string })[] = []
  const own = org.recordTypes.map(({ object, developerName, name = developerName, person = false }) => ({
    object,
    developerName,
    name,
    active: true,
    person: person && org.personAccounts,
  }))
  for (const entry of [...(org.withoutPackage ? [] : metadata.recordTypes), ...own]) {
    named.push({ ...entry, id: '' })
  }
  for (const { object, ...type } of named) entityOf(schema, object)?.recordTypes.push(type)
}
