/** Setting up a company or a division: a draft becomes a business unit, or is refused. */
import { addressBook } from '../customers/address.ts'
import { assignments, uniqueStores } from '../customers/create.ts'
import { checkEmail } from '../customers/fields.ts'
import type { BusinessUnit, InheritanceMode } from '../model/b2b.ts'
import type { Act, KeyReference } from '../model/entities.ts'
import { invalidField, invalidOperation, malformedJson } from '../model/errors.ts'
import { type JsonObject, objects, optional, optionalText, text } from '../model/json.ts'
import { given } from '../model/rows.ts'
import { fresh } from '../resources/change.ts'
import { customOf } from '../resources/custom.ts'
import { freeKey } from '../resources/keys.ts'
import { store, unit } from '../resources/references.ts'
import type { Project } from '../store/project.ts'
import type { World } from '../store/world.ts'
import { associates } from './associates.ts'
import { foresee } from './inheritance.ts'
import { checkPlace } from './tree.ts'

export function createUnit(world: World, project: Project, draft: JsonObject, act: Act): BusinessUnit {
  const unitType = typeOf(text(draft, 'unitType'))
  const key = freeKey(project.businessUnits, '', text(draft, 'key'))
  const isDivision = unitType === 'Division'
  const parent = isDivision || optional(draft, 'parentUnit') !== undefined ? unit(project, required(draft)) : undefined
  if (parent && !isDivision) throw invalidOperation('A company can not have a parent unit.')
  if (parent) checkPlace(project, key, parent)

  const storeMode = storeModeOf(optionalText(draft, 'storeMode') ?? (isDivision ? 'FromParent' : 'Explicit'))
  const associateMode = mode('associateMode', optionalText(draft, 'associateMode'), isDivision)
  const approvalRuleMode = mode('approvalRuleMode', optionalText(draft, 'approvalRuleMode'), isDivision)
  checkModes(unitType, { storeMode, associateMode, approvalRuleMode })
  const stores = storesOf(project, draft)
  if (storeMode === 'FromParent' && stores.length > 0) throw invalidOperation(STORES_FROM_PARENT)
  const groups = assignments(project, objects(draft, 'customerGroupAssignments'))

  const row: BusinessUnit = {
    ...fresh(world, act),
    key,
    status: statusOf(optionalText(draft, 'status') ?? 'Active'),
    ...(storeMode === 'Explicit' ? { stores } : { inheritedStores: [] }),
    storeMode,
    unitType,
    name: nameOf(draft),
    ...given('contactEmail', email(draft)),
    ...given('custom', customOf(project, draft.custom, 'business-unit')),
    ...given('customerGroupAssignments', groups.length > 0 ? groups : undefined),
    ...addressBook(project, draft, act),
    associateMode,
    associates: associates(project, draft),
    ...(associateMode === 'ExplicitAndFromParent' ? { inheritedAssociates: [] } : {}),
    ...given('parentUnit', parent && reference(parent.key)),
    topLevelUnit: parent ? parent.topLevelUnit : reference(key),
    approvalRuleMode,
  }
  const messages = [{ body: { type: 'BusinessUnitCreated' }, version: 1 }]
  world.commit({ project, typeId: 'business-unit', act, after: row, messages })
  foresee(world, project, key)
  return row
}

export const STORES_FROM_PARENT = "Stores can only be set when the store mode is 'Explicit'."

export const reference = (key: string): KeyReference<'business-unit'> => ({ typeId: 'business-unit', key })

function required(draft: JsonObject) {
  if (optional(draft, 'parentUnit') === undefined) throw malformedJson('parentUnit: Missing required value')
  return draft.parentUnit
}

export const storesOf = (project: Project, body: JsonObject) =>
  uniqueStores(objects(body, 'stores').map(each => store(project, each).key))

export function nameOf(body: JsonObject): string {
  const name = text(body, 'name')
  if (name.trim() === '') throw invalidField('name', name)
  return name
}

export function email(body: JsonObject): string | undefined {
  const contactEmail = optionalText(body, 'contactEmail')
  return contactEmail === undefined ? undefined : checkEmail(contactEmail, 'contactEmail')
}

/** A company has nothing above it to inherit from. */
export function checkModes(
  unitType: BusinessUnit['unitType'],
  modes: Pick<BusinessUnit, 'storeMode' | 'associateMode' | 'approvalRuleMode'>,
) {
  if (unitType === 'Division') return
  for (const [name, value] of Object.entries(modes)) {
    if (value !== 'Explicit') throw invalidOperation(`The ${name} of a company can only be 'Explicit'.`)
  }
}

function oneOf<T extends string>(field: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find(each => each === value)
  if (found === undefined) throw invalidField(field, value, [...allowed])
  return found
}

export const typeOf = (value: string) => oneOf('unitType', value, ['Company', 'Division'])
export const statusOf = (value: string) => oneOf('status', value, ['Active', 'Inactive'])
export const storeModeOf = (value: string) => oneOf('storeMode', value, ['Explicit', 'FromParent'])

export function mode(
  field: 'associateMode' | 'approvalRuleMode',
  value: string | undefined,
  isDivision: boolean,
): InheritanceMode {
  return oneOf(field, value ?? (isDivision ? 'ExplicitAndFromParent' : 'Explicit'), [
    'Explicit',
    'ExplicitAndFromParent',
  ])
}
