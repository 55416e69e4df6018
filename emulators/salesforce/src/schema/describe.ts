// The wire form of the schema: describeGlobal and describe, in the shape that API clients are typed against.

import type { Entity, Field, FieldType, PicklistValue, Schema } from '../entities.ts'
import { type Access, isPermissionable, type Right } from './permissions.ts'

const SOAP: Record<FieldType, string> = {
  id: 'tns:ID',
  string: 'xsd:string',
  textarea: 'xsd:string',
  boolean: 'xsd:boolean',
  int: 'xsd:int',
  double: 'xsd:double',
  currency: 'xsd:double',
  percent: 'xsd:double',
  date: 'xsd:date',
  datetime: 'xsd:dateTime',
  email: 'xsd:string',
  phone: 'xsd:string',
  url: 'xsd:string',
  picklist: 'xsd:string',
  multipicklist: 'xsd:string',
  reference: 'tns:ID',
  address: 'urn:address',
}

const MASTER = '012000000000000AAA'

/** `access`: of a user who may not do all. */
export function describeGlobal(schema: Schema, version: string, access?: Access): object {
  return {
    encoding: 'UTF-8',
    maxBatchSize: 200,
    sobjects: [...schema.entities.values()].map(entity => describeHead(entity, version, access)),
  }
}

export function describeHead(entity: Entity, version: string, access?: Access): object {
  const may = (right: Right): boolean => entity.writable && access?.may(entity, right) !== false
  const base = `/services/data/${version}/sobjects/${entity.name}`
  return {
    activateable: false,
    associateEntityType: null,
    associateParentEntity: null,
    createable: may('create'),
    custom: entity.custom,
    customSetting: false,
    deepCloneable: false,
    deletable: may('delete'),
    deprecatedAndHidden: false,
    feedEnabled: false,
    hasSubtypes: false,
    isInterface: false,
    isSubtype: false,
    keyPrefix: entity.keyPrefix,
    label: entity.label,
    labelPlural: entity.labelPlural,
    layoutable: true,
    mergeable: entity.mergeable,
    mruEnabled: true,
    name: entity.name,
    queryable: true,
    replicateable: true,
    retrieveable: true,
    searchable: true,
    triggerable: true,
    undeletable: may('delete'),
    updateable: may('edit'),
    urls: {
      rowTemplate: `${base}/{ID}`,
      describe: `${base}/describe`,
      sobject: base,
    },
  }
}

export function describe(schema: Schema, entity: Entity, version: string, access?: Access): object {
  return {
    ...describeHead(entity, version, access),
    actionOverrides: [],
    childRelationships: (schema.children.get(entity.name) ?? []).map(({ child, field }) => ({
      cascadeDelete: field.onDelete === 'Cascade',
      childSObject: child.name,
      deprecatedAndHidden: false,
      field: field.name,
      junctionIdListNames: [],
      junctionReferenceTo: [],
      relationshipName: field.childRelationshipName,
      restrictedDelete: field.onDelete === 'Restrict',
    })),
    compactLayoutable: true,
    defaultImplementation: null,
    extendedBy: null,
    extendsInterfaces: null,
    fields: entity.fields.map(field => describeField(entity, field, access)),
    implementedBy: null,
    implementsInterfaces: null,
    listviewable: null,
    lookupLayoutable: null,
    namedLayoutInfos: [],
    networkScopeFieldName: null,
    recordTypeInfos: [
      ...entity.recordTypes.map(type => recordType(type.id, type.name, type.developerName, type.active, false)),
      recordType(MASTER, 'Master', 'Master', true, true),
    ],
    searchLayoutable: true,
    sobjectDescribeOption: 'FULL',
    supportedScopes: [{ label: 'All', name: 'everything' }],
  }
}

function recordType(
  recordTypeId: string,
  name: string,
  developerName: string,
  active: boolean,
  master: boolean,
): object {
  return { active, available: active, defaultRecordTypeMapping: master, developerName, master, name, recordTypeId }
}

function describeField(entity: Entity, field: Field, access: Access | undefined): object {
  const textual = SOAP[field.type] === 'xsd:string' || field.type === 'id' || field.type === 'reference'
  const controlling = field.controller ? entity.byName.get(field.controller.toLowerCase()) : undefined
  const isOpen = entity.writable && access?.edits(entity, field) !== false
  const createable = field.createable && isOpen
  return {
    aggregatable: field.type !== 'textarea' && field.type !== 'address' && field.type !== 'boolean',
    aiPredictionField: false,
    autoNumber: field.autoNumber !== null,
    byteLength: textual ? field.length * 3 : 0,
    calculated: field.calculated && field.compound === null && field.custom,
    calculatedFormula: null,
    cascadeDelete: field.onDelete === 'Cascade',
    caseSensitive: field.caseSensitive,
    compoundFieldName: field.compound,
    controllerName: field.controller,
    createable,
    custom: field.custom,
    defaultValue: field.type === 'boolean' ? (field.defaultValue ?? false) : field.defaultValue,
    defaultValueFormula: null,
    defaultedOnCreate: isDefaulted(field),
    dependentPicklist: field.controller !== null,
    deprecatedAndHidden: false,
    digits: field.type === 'int' ? field.precision : 0,
    displayLocationInDecimal: false,
    encrypted: false,
    externalId: field.externalId,
    extraTypeInfo: field.type === 'textarea' && field.length > 255 ? 'plaintextarea' : null,
    filterable: isFilterable(field),
    filteredLookupInfo: null,
    formulaTreatNullNumberAsZero: false,
    groupable:
      isFilterable(field) && !['double', 'currency', 'percent', 'datetime', 'multipicklist'].includes(field.type),
    highScaleNumber: false,
    htmlFormatted: false,
    idLookup: field.idLookup,
    inlineHelpText: null,
    label: field.label,
    length: field.type === 'reference' || field.type === 'id' ? 18 : field.length,
    mask: null,
    maskType: null,
    name: field.name,
    nameField: field.nameField,
    namePointing: false,
    nillable: !field.required && field.type !== 'boolean' && field.type !== 'id' && !isDefaulted(field),
    permissionable: isPermissionable(entity, field),
    picklistValues: field.picklist.map(value => picklistValue(value, controlling)),
    polymorphicForeignKey: field.referenceTo.length > 1,
    precision: field.precision,
    queryByDistance: false,
    referenceTargetField: null,
    referenceTo: field.referenceTo,
    relationshipName: field.relationshipName,
    relationshipOrder: null,
    restrictedDelete: field.onDelete === 'Restrict',
    restrictedPicklist: field.restricted,
    scale: field.scale,
    searchPrefilterable: false,
    soapType: SOAP[field.type],
    sortable: isFilterable(field) && field.type !== 'multipicklist',
    type: field.type,
    unique: field.unique,
    updateable: field.updateable && isOpen,
    writeRequiresMasterRead: false,
  }
}

/** Booleans, owners, system fields and literal defaults have a value without being sent. */
export function isDefaulted(field: Field): boolean {
  if (field.type === 'boolean' || field.name === 'OwnerId' || field.autoNumber !== null || field.type === 'id')
    return true
  if (['CreatedDate', 'CreatedById', 'LastModifiedDate', 'LastModifiedById', 'SystemModstamp'].includes(field.name))
    return true
  return field.defaultValue !== null
}

export function isFilterable(field: Field): boolean {
  return field.type !== 'address' && !(field.type === 'textarea' && field.length > 255)
}

/** `validFor` is a base64 bit map over the controlling field's values, first bit highest. */
function picklistValue(entry: PicklistValue, controlling: Field | undefined): object {
  const { value, label } = entry
  let validFor: string | null = null
  if (controlling && entry.validFor) {
    const bits = Buffer.alloc(Math.ceil(controlling.picklist.length / 8))
    controlling.picklist.forEach((control, at) => {
      if (entry.validFor?.includes(control.value)) bits[at >> 3] = (bits[at >> 3] ?? 0) | (0x80 >> (at & 7))
    })
    validFor = bits.toString('base64')
  }
  return { active: true, defaultValue: entry.default ?? false, label, validFor, value }
}
