/** Discount codes: kept, and referred to by carts and orders. What they take off is not worked out. */
import type { DiscountCode } from '../model/conditions.ts'
import type { Act } from '../model/entities.ts'
import { ApiError, duplicateField, invalidOperation } from '../model/errors.ts'
import {
  flag,
  type JsonObject,
  list,
  optional,
  optionalFlag,
  optionalInteger,
  optionalObject,
  optionalText,
  text,
} from '../model/json.ts'
import { given, withValue } from '../model/rows.ts'
import type { Basket } from '../model/trade.ts'
import { fresh, type SmallActions } from '../resources/change.ts'
import { customFrom, customOf, withField } from '../resources/custom.ts'
import { freeKey } from '../resources/keys.ts'
import type { Project } from '../store/project.ts'
import type { World } from '../store/world.ts'

/** Of one cart. Source: API limits, Discount Codes. */
const MOST = 10

export function createDiscountCode(world: World, project: Project, draft: JsonObject, act: Act): DiscountCode {
  const code = text(draft, 'code')
  if (project.discountCodes.find('code', code).length > 0) throw duplicateField('code', code)
  const row: DiscountCode = {
    ...fresh(world, act),
    ...given('key', freeKey(project.discountCodes, '', optionalText(draft, 'key'))),
    ...given('name', optionalObject(draft, 'name')),
    ...given('description', optionalObject(draft, 'description')),
    code,
    cartDiscounts: list(draft, 'cartDiscounts'),
    isActive: optionalFlag(draft, 'isActive') ?? true,
    ...given('cartPredicate', optionalText(draft, 'cartPredicate')),
    ...given('maxApplications', optionalInteger(draft, 'maxApplications')),
    ...given('maxApplicationsPerCustomer', optionalInteger(draft, 'maxApplicationsPerCustomer')),
    references: [],
    groups: list(draft, 'groups').map(String),
    ...given('validFrom', optionalText(draft, 'validFrom')),
    ...given('validUntil', optionalText(draft, 'validUntil')),
    ...given('custom', customOf(project, draft.custom, 'discount-code')),
  }
  world.commit({ project, typeId: 'discount-code', act, after: row })
  return row
}

export const discountCodeActions: SmallActions<DiscountCode> = {
  setKey: (row, action, project) =>
    withValue(row, 'key', freeKey(project.discountCodes, row.id, optionalText(action, 'key'))),
  setName: (row, action) => withValue(row, 'name', optionalObject(action, 'name')),
  setDescription: (row, action) => withValue(row, 'description', optionalObject(action, 'description')),
  changeIsActive: (row, action) => ({ ...row, isActive: flag(action, 'isActive') }),
  changeCartDiscounts: (row, action) => ({ ...row, cartDiscounts: list(action, 'cartDiscounts') }),
  changeGroups: (row, action) => ({ ...row, groups: list(action, 'groups').map(String) }),
  setCartPredicate: (row, action) => withValue(row, 'cartPredicate', optionalText(action, 'cartPredicate')),
  setMaxApplications: (row, action) => withValue(row, 'maxApplications', optionalInteger(action, 'maxApplications')),
  setMaxApplicationsPerCustomer: (row, action) =>
    withValue(row, 'maxApplicationsPerCustomer', optionalInteger(action, 'maxApplicationsPerCustomer')),
  setValidFrom: (row, action) => withValue(row, 'validFrom', optionalText(action, 'validFrom')),
  setValidUntil: (row, action) => withValue(row, 'validUntil', optionalText(action, 'validUntil')),
  setValidFromAndUntil: (row, action) =>
    withValue(
      withValue(row, 'validFrom', optionalText(action, 'validFrom')),
      'validUntil',
      optionalText(action, 'validUntil'),
    ),
  setCustomType(row, action, project) {
    const type = optional(action, 'type')
    const custom = type && customFrom(project, type, optional(action, 'fields'), 'discount-code')
    return withValue(row, 'custom', custom || undefined)
  },
  setCustomField(row, action, project) {
    const change = withField(project, row.custom, text(action, 'name'), optional(action, 'value'))
    return change && { ...row, custom: change.custom }
  },
}

/** The cart with the code, and the reference that was added; null when it has the code already. */
export function withCode<T extends Basket>(project: Project, row: T, code: string, now: string) {
  const [found] = project.discountCodes.find('code', code)
  if (!found) throw notApplicable(code, 'DoesNotExist')
  const { id, validFrom, validUntil, isActive } = found
  const at = Date.parse(now)
  if ((validFrom && Date.parse(validFrom) > at) || (validUntil && Date.parse(validUntil) < at))
    throw notApplicable(code, 'TimeRangeNonApplicable', {
      ...given('validFrom', validFrom),
      ...given('validUntil', validUntil),
    })
  if (row.discountCodes.some(each => each.discountCode.id === id)) return null
  if (row.discountCodes.length >= MOST) throw invalidOperation(`A cart can have no more than ${MOST} discount codes.`)
  const discountCode = { typeId: 'discount-code' as const, id }
  const state = isActive ? 'MatchesCart' : 'NotActive'
  return { row: { ...row, discountCodes: [...row.discountCodes, { discountCode, state }] }, discountCode }
}

const notApplicable = (discountCode: string, reason: string, more: JsonObject = {}) =>
  new ApiError(400, [
    {
      code: 'DiscountCodeNonApplicable',
      message: `The discountCode '${discountCode}' cannot be applied to the cart.`,
      discountCode,
      reason,
      ...more,
    },
  ])
