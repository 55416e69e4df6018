/** `ctsf check`: everything wrong with the way to both systems, and with the mappings against the org, before anything runs. */
import type { Config } from '../config.ts'
import { fieldsOf } from '../core/certain.ts'
import { relatedOf } from '../core/relatedOf.ts'
import { clock } from '../lib/clock.ts'
import { log } from '../lib/log.ts'
import type { FieldRule, Mapping, MappingPart, Schema } from '../model/mapping.ts'
import type { CallContext, CrmSystem, Problem } from '../model/ports.ts'
import type { ResourceRef } from '../model/resource.ts'
import { missing } from '../systems/salesforce/index.ts'
import { sqs } from '../systems/sqs/index.ts'
import { checkCurrency } from './checkCurrency.ts'
import { checkPeople } from './checkPeople.ts'
import { systemsOf, unwritable } from './connect.ts'

/** By what they permit to write: an object of theirs, or a mapping. */
const permissionSets: Readonly<Record<string, string>> = {
  CT_Order__c: 'CT_Sync_Custom_Orders',
  CT_Cart__c: 'CT_Sync_Carts',
  Order: 'CT_Sync_Orders',
  Opportunity: 'CT_Sync_Quotes',
  Task: 'CT_Sync_Activity',
}

/** The permission sets that the user needs for all that is switched on, in words. */
function setsOf({ people, mappings }: Pick<Config, 'people' | 'mappings'>): string {
  const objects = mappings.flatMap(({ parts }) => parts.map(({ object }) => object))
  const sets = [
    'CT_Sync_Integration',
    ...(people === 'person-account' ? ['CT_Sync_Person_Accounts'] : []),
    ...new Set(objects.flatMap(object => permissionSets[object] ?? [])),
    ...(mappings.some(({ companions = [] }) => companions.some(one => one.seen)) ? ['CT_Sync_Roll_Ups'] : []),
    ...(mappings.some(mapping => mapping.onClaimed === 'share') ? ['CT_Sync_Sharing'] : []),
  ]
  const last = sets.at(-1)
  const before = sets.slice(0, -1)
  return before.length === 0 ? `the permission set ${last}` : `the permission sets ${before.join(', ')} and ${last}`
}

/** Never rejects for what a remote says. */
export async function check(config: Config, options: { readonly signal: AbortSignal }): Promise<readonly Problem[]> {
  const { commerce, crm } = systemsOf(config, { clock: clock(), log: log('silent') })
  try {
    const [answered, ofQueue, ofCrm] = await Promise.all([
      commerce.check(options.signal),
      checkQueue(config, options.signal),
      crm.check(options.signal),
    ])
    const ofCommerce = [...unwritable(config, commerce), ...answered, ...ofQueue]
    // What cannot be reached cannot be described.
    if (ofCrm.length > 0) return [...ofCommerce, ...ofCrm]
    const wanted = wantedOf(config.mappings)
    const sets = setsOf(config)
    const context = { correlationId: 'check', signal: options.signal }
    const schema = await crm.schema(Object.keys(wanted), { refresh: true }, context)
    const people = checkPeople(config, schema)
    const fix = `Deploy the package to the org and assign ${sets} to the integration user.`
    return [
      ...ofCommerce,
      ...people.problems,
      ...checkCurrency(config.mappings, schema),
      ...missing(schema, wantedOf(people.mappings)).map(problem => ({ ...problem, fix })),
      ...people.mappings.flatMap(each => refused(each, schema, `Assign ${sets} to the integration user.`)),
      ...people.mappings.flatMap(each => unsearchable(each, schema)),
      ...(await unparkable(people.mappings, crm, context)),
    ]
  } finally {
    await Promise.all([commerce[Symbol.asyncDispose](), crm[Symbol.asyncDispose]()])
  }
}

async function checkQueue({ queue }: Config, signal: AbortSignal): Promise<readonly Problem[]> {
  if (queue === null) return []
  await using asked = sqs(queue)
  return await asked.check(signal)
}

/** Its parts, and the rows of those who share a record where that is the policy: elsewhere an org may do without. */
const partsOf = ({ parts, sharing, onClaimed }: Mapping): readonly MappingPart[] =>
  sharing === undefined || onClaimed !== 'share' ? parts : [...parts, sharing.part]

/** Fields by object. A field that another may stand in for is not missed, nor one whose record type is looked at by itself. */
function wantedOf(mappings: readonly Mapping[]): Record<string, readonly string[]> {
  const wanted: Record<string, readonly string[]> = {}
  for (const mapping of mappings)
    for (const { object, fields, links, defaults } of partsOf(mapping))
      wanted[object] = [
        ...new Set([
          ...(wanted[object] ?? []),
          mapping.keyField,
          ...fields.filter(rule => rule.orElse === undefined && rule.optional !== true).map(rule => rule.crm),
          ...links.map(link => link.crm),
          ...Object.keys(defaults).filter(field => typeof defaults[field] !== 'object'),
        ]),
      ]
  return wanted
}

/** What is there but may not be written, and keys that are no keys. */
function refused(mapping: Mapping, schema: Schema, grant: string): readonly Problem[] {
  const { keyField } = mapping
  return partsOf(mapping).flatMap(({ object, fields }) => {
    const known = schema.get(object)
    if (!known) return []
    const problems: Problem[] = []
    if (!known.createable || !known.updateable)
      problems.push({ place: object, problem: `This user may not create and edit ${object}.`, fix: grant })
    const key = known.fields.get(keyField)
    if (key && !(key.externalId && key.unique))
      problems.push({
        place: `${object}.${keyField}`,
        problem: 'The field is not a unique external ID, so duplicates could not be told.',
        fix: 'Make it External ID and Unique, as the package does.',
      })
    for (const rule of fields) {
      const field = known.fields.get(rule.crm)
      if (field && !mayWrite(rule, field))
        problems.push({ place: `${object}.${rule.crm}`, problem: 'This user may not write the field.', fix: grant })
    }
    return problems
  })
}

/** Keys by which records are found, and what is looked at beside them: not there, or (Shield encryption) not to be searched. */
function unsearchable({ name, keyField, parts }: Mapping, schema: Schema): readonly Problem[] {
  return parts.flatMap(({ object, match, fields: mapped }) => {
    const fields = schema.get(object)?.fields
    if (fields === undefined) return []
    // What the mapping writes is missed already.
    const told = new Set([keyField, ...mapped.map(one => one.crm)])
    const relationships = schema.get(object)?.relationships
    return match.flatMap((rule): readonly Problem[] => {
      const place = `mapping ${name}.${object}.match`
      const beside = rule.by === 'fallback' ? fieldsOf(rule) : []
      const unknown = [rule.crm, ...beside].filter(field => !fields.has(field) && !told.has(field))
      const closed = fields.get(rule.crm)?.filterable === false
      const related = rule.by === 'fallback' ? relatedOf(rule).map(one => one.relationship) : []
      return [
        ...related
          .filter(one => relationships?.has(one) === false)
          .map(one => ({
            place: `${place}.prefer`,
            problem: `${object} has no child relationship ${one} for this user.`,
            fix: 'Correct the name (the plural that SOQL uses, such as Cases), or grant read access to that object.',
          })),
        ...unknown.map(field => ({
          place,
          problem: `The field ${object}.${field} is not there for this user.`,
          fix: 'Correct the name, or grant the integration user read access.',
        })),
        ...(closed
          ? [
              {
                place,
                problem: `${object}.${rule.crm} cannot be searched, so nobody would be found by it.`,
                fix: 'Encrypt it deterministically, or match by another field.',
              },
            ]
          : []),
      ]
    })
  })
}

/** Records at which others are to stand, and that are not there. */
async function unparkable(
  mappings: readonly Mapping[],
  crm: Pick<CrmSystem, 'read'>,
  context: CallContext,
): Promise<readonly Problem[]> {
  const named = mappings.flatMap(({ name, parts }) =>
    parts.flatMap(({ links }) =>
      links.flatMap(({ parking }) =>
        Object.entries(parking?.at ?? {}).map(([of, id]) => ({ name, of, ref: refOf(parking?.object ?? '', id) })),
      ),
    ),
  )
  if (named.length === 0) return []
  const fields = Object.fromEntries(named.map(({ ref }) => [ref.type, []]))
  const read = await crm.read(
    named.map(({ ref }) => ref),
    fields,
    context,
  )
  return named.flatMap(({ name, of, ref }, at) =>
    read[at]?.state === 'present'
      ? []
      : [
          {
            place: `mapping ${name}.storeAccounts['${of}']`,
            problem: `There is no ${ref.type} ${ref.id} for this user.`,
            fix: 'Correct the id, or make the record and let the integration user see it.',
          },
        ],
  )
}

const refOf = (type: string, id: string): ResourceRef => ({ side: 'crm', type, id })

/** A seeded field is written at creation only; one that the CRM owns is never written. */
const mayWrite = (rule: FieldRule, field: { readonly createable: boolean; readonly updateable: boolean }): boolean =>
  rule.owner === 'crm' || (field.createable && (rule.owner === 'seed' || field.updateable))
