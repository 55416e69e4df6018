/** Tax categories: the rates that a project's own carts are taxed with, by country and state. */

import { checkCountry } from '../customers/fields.ts'
import type { Act } from '../model/entities.ts'
import { invalidField, invalidInput } from '../model/errors.ts'
import {
  type Json,
  type JsonObject,
  object,
  objects,
  optional,
  optionalFlag,
  optionalText,
  text,
} from '../model/json.ts'
import { given, withValue } from '../model/rows.ts'
import type { TaxCategory, TaxRate } from '../model/trade.ts'
import { fresh } from '../resources/change.ts'
import { freeKey } from '../resources/keys.ts'
import type { Actions } from '../resources/update.ts'
import type { Project } from '../store/project.ts'
import type { World } from '../store/world.ts'

export function createTaxCategory(world: World, project: Project, draft: JsonObject, act: Act): TaxCategory {
  const row: TaxCategory = {
    ...fresh(world, act),
    name: text(draft, 'name'),
    ...given('key', freeKey(project.taxCategories, '', optionalText(draft, 'key'))),
    ...given('description', optionalText(draft, 'description')),
    rates: objects(draft, 'rates').map(each => ({ ...taxRate(each), id: shortId(act.newId()) })),
  }
  world.commit({ project, typeId: 'tax-category', act, after: row })
  return row
}

/** The kept rates come with new ids: a rate that is replaced is another rate. */
export const taxCategoryActions: Actions<TaxCategory> = {
  changeName: (row, action) => ({ row: { ...row, name: text(action, 'name') } }),
  setKey: (row, action, { project }) => ({
    row: withValue(row, 'key', freeKey(project.taxCategories, row.id, optionalText(action, 'key'))),
  }),
  setDescription: (row, action) => ({ row: withValue(row, 'description', optionalText(action, 'description')) }),
  addTaxRate: (row, action, { act }) => ({ row: { ...row, rates: [...row.rates, rateIn(action, act)] } }),
  replaceTaxRate(row, action, { act }) {
    const old = rateOf(row, action)
    const rate = rateIn(action, act)
    return { row: { ...row, rates: row.rates.map(each => (each === old ? rate : each)) } }
  },
  removeTaxRate(row, action) {
    const old = rateOf(row, action)
    return { row: { ...row, rates: row.rates.filter(each => each !== old) } }
  },
}

const rateIn = (action: JsonObject, act: Act): TaxRate => ({
  ...taxRate(object(action.taxRate, 'taxRate')),
  id: shortId(act.newId()),
})

function rateOf(row: TaxCategory, action: JsonObject): TaxRate {
  const id = optionalText(action, 'taxRateId')
  const key = optionalText(action, 'taxRateKey')
  const found = row.rates.find(each => (id === undefined ? key !== undefined && each.key === key : each.id === id))
  if (!found) throw invalidInput(`The tax category does not contain the tax rate '${id ?? key}'.`)
  return found
}

/** Tax rates have short ids, unlike resources. */
const shortId = (id: string) => id.replaceAll('-', '').slice(0, 8)

/** A rate as a draft gives it, for a category or from outside for one item. */
export function taxRate(draft: JsonObject): TaxRate {
  const subRates = objects(draft, 'subRates').map(each => ({ name: text(each, 'name'), amount: share(each.amount) }))
  const parts = subRates.reduce((all, each) => all + each.amount, 0)
  const amount = optional(draft, 'amount') === undefined ? parts : share(draft.amount)
  if (subRates.length > 0 && Math.abs(parts - amount) > 1e-9) throw invalidField('amount', amount)
  if (subRates.length === 0 && optional(draft, 'amount') === undefined) throw invalidField('amount', null)
  return {
    ...given('id', optionalText(draft, 'id')),
    ...given('key', optionalText(draft, 'key')),
    name: text(draft, 'name'),
    amount,
    includedInPrice: optionalFlag(draft, 'includedInPrice') ?? false,
    country: checkCountry(text(draft, 'country')),
    ...given('state', optionalText(draft, 'state')),
    subRates,
  }
}

function share(value: Json | undefined): number {
  if (typeof value !== 'number' || !(value >= 0 && value <= 1)) throw invalidField('amount', value ?? null)
  return value
}
