/** Shipping methods: what a delivery costs, by zone and currency. */
import type { ShippingMethod, ShippingRate, Zone } from '../model/conditions.ts'
import type { Act } from '../model/entities.ts'
import { invalidOperation } from '../model/errors.ts'
import {
  flag,
  type Json,
  type JsonObject,
  list,
  object,
  objects,
  optional,
  optionalFlag,
  optionalObject,
  optionalText,
  sameJson,
  text,
} from '../model/json.ts'
import { given, withValue } from '../model/rows.ts'
import type { Basket } from '../model/trade.ts'
import { fresh, type SmallActions } from '../resources/change.ts'
import { customFrom, customOf, withField } from '../resources/custom.ts'
import { freeKey } from '../resources/keys.ts'
import { resolve } from '../resources/references.ts'
import type { Project } from '../store/project.ts'
import type { World } from '../store/world.ts'
import { money } from '../trade/money.ts'

type ZoneRate = ShippingMethod['zoneRates'][number]

export function createShippingMethod(world: World, project: Project, draft: JsonObject, act: Act): ShippingMethod {
  const row: ShippingMethod = {
    ...fresh(world, act),
    ...given('key', freeKey(project.shippingMethods, '', optionalText(draft, 'key'))),
    name: text(draft, 'name'),
    ...given('localizedName', optionalObject(draft, 'localizedName')),
    ...given('description', optionalText(draft, 'description')),
    ...given('localizedDescription', optionalObject(draft, 'localizedDescription')),
    taxCategory: taxCategory(project, draft.taxCategory),
    zoneRates: objects(draft, 'zoneRates').map(each => ({
      zone: zone(project, each.zone),
      shippingRates: objects(each, 'shippingRates').map(shippingRate),
    })),
    active: optionalFlag(draft, 'active') ?? true,
    isDefault: flag(draft, 'isDefault'),
    ...given('predicate', optionalText(draft, 'predicate')),
    ...given('custom', customOf(project, draft.custom, 'shipping-method')),
  }
  world.commit({ project, typeId: 'shipping-method', act, after: row })
  return row
}

export const shippingMethodActions: SmallActions<ShippingMethod> = {
  changeName: (row, action) => ({ ...row, name: text(action, 'name') }),
  setKey: (row, action, project) =>
    withValue(row, 'key', freeKey(project.shippingMethods, row.id, optionalText(action, 'key'))),
  setDescription: (row, action) => withValue(row, 'description', optionalText(action, 'description')),
  setLocalizedName: (row, action) => withValue(row, 'localizedName', optionalObject(action, 'localizedName')),
  setLocalizedDescription: (row, action) =>
    withValue(row, 'localizedDescription', optionalObject(action, 'localizedDescription')),
  changeTaxCategory: (row, action, project) => ({ ...row, taxCategory: taxCategory(project, action.taxCategory) }),
  changeIsDefault: (row, action) => ({ ...row, isDefault: flag(action, 'isDefault') }),
  changeActive: (row, action) => ({ ...row, active: flag(action, 'active') }),
  setPredicate: (row, action) => withValue(row, 'predicate', optionalText(action, 'predicate')),
  addZone(row, action, project) {
    const added = zone(project, action.zone)
    if (row.zoneRates.some(each => each.zone.id === added.id)) return null
    return { ...row, zoneRates: [...row.zoneRates, { zone: added, shippingRates: [] }] }
  },
  removeZone(row, action, project) {
    const { id } = rateOf(row, action, project).zone
    return { ...row, zoneRates: row.zoneRates.filter(each => each.zone.id !== id) }
  },
  addShippingRate(row, action, project) {
    const rate = shippingRate(object(action.shippingRate, 'shippingRate'))
    return withRates(row, rateOf(row, action, project), rates => [...rates, rate])
  },
  removeShippingRate(row, action, project) {
    const rate = shippingRate(object(action.shippingRate, 'shippingRate'))
    return withRates(row, rateOf(row, action, project), rates => rates.filter(each => !sameJson(each, rate)))
  },
  setCustomType(row, action, project) {
    const type = optional(action, 'type')
    const custom = type && customFrom(project, type, optional(action, 'fields'), 'shipping-method')
    return withValue(row, 'custom', custom || undefined)
  },
  setCustomField(row, action, project) {
    const change = withField(project, row.custom, text(action, 'name'), optional(action, 'value'))
    return change && { ...row, custom: change.custom }
  },
}

/** The rate of a method for where a cart goes and what it is paid in. A zone that names the state comes before one that does not. */
export function rateFor(project: Project, method: ShippingMethod, row: Basket): ShippingRate {
  const { shippingAddress: to, totalPrice } = row
  if (!to) throw invalidOperation('A shipping method can not be set: the shipping address is not set.')
  const fitting = (named: boolean) => (each: Zone['locations'][number]) =>
    each.country === to.country &&
    (named ? each.state !== undefined && each.state === to.state : each.state === undefined)
  for (const named of [true, false])
    for (const { zone: of, shippingRates } of method.zoneRates) {
      if (!project.zones.get(of.id)?.locations.some(fitting(named))) continue
      const rate = shippingRates.find(each => each.price.currencyCode === totalPrice.currencyCode)
      if (rate) return rate
    }
  throw invalidOperation(
    `The shipping method '${method.name}' has no rate in ${totalPrice.currencyCode} for the shipping address.`,
  )
}

export function shippingRate(draft: JsonObject): ShippingRate {
  const freeAbove = optional(draft, 'freeAbove')
  return {
    price: money(draft.price, 'shippingRate.price'),
    ...given('freeAbove', freeAbove === undefined ? undefined : money(freeAbove, 'shippingRate.freeAbove')),
    tiers: list(draft, 'tiers'),
  }
}

const taxCategory = (project: Project, named: Json | undefined): ShippingMethod['taxCategory'] => ({
  typeId: 'tax-category',
  id: resolve(project.taxCategories, 'tax-category', named).id,
})

const zone = (project: Project, named: Json | undefined): ZoneRate['zone'] => ({
  typeId: 'zone',
  id: resolve(project.zones, 'zone', named).id,
})

function rateOf(row: ShippingMethod, action: JsonObject, project: Project): ZoneRate {
  const { id } = zone(project, action.zone)
  const found = row.zoneRates.find(each => each.zone.id === id)
  if (!found) throw invalidOperation(`The shipping method does not contain the zone '${id}'.`)
  return found
}

const withRates = (
  row: ShippingMethod,
  of: ZoneRate,
  change: (rates: ShippingRate[]) => ShippingRate[],
): ShippingMethod => ({
  ...row,
  zoneRates: row.zoneRates.map(each => (each === of ? { ...each, shippingRates: change(each.shippingRates) } : each)),
})
