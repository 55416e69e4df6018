/**
 * A company is set up: two people sign up, the company and its divisions follow, associates get their roles and change
 * them, stores are assigned, an office moves, a unit closes. One act a step; what earlier steps made is found by key.
 */
import { createCustomer } from '../customers/create.ts'
import type { BusinessUnit } from '../model/b2b.ts'
import type { Act, Customer, Store } from '../model/entities.ts'
import { isObject, type JsonObject } from '../model/json.ts'
import { type Random, random } from '../model/random.ts'
import { createRole } from '../resources/associateRoles.ts'
import type { Project } from '../store/project.ts'
import type { World } from '../store/world.ts'
import { createUnit } from '../units/create.ts'
import { unitOf } from '../units/tree.ts'
import { updateUnit } from '../units/update.ts'
import type { Scene } from './scene.ts'
import { fitting } from './stage.ts'
import { person } from './vary.ts'

const ROLES = [
  {
    key: 'admin',
    name: 'Administrator',
    buyerAssignable: false,
    permissions: ['AddChildUnits', 'UpdateAssociates', 'UpdateBusinessUnitDetails', 'UpdateParentUnit'],
  },
  {
    key: 'buyer',
    name: 'Buyer',
    permissions: [
      'CreateMyCarts',
      'ViewMyCarts',
      'UpdateMyCarts',
      'CreateMyOrdersFromMyCarts',
      'ViewMyOrders',
      'CreateMyQuoteRequestsFromMyCarts',
    ],
  },
  {
    key: 'approver',
    name: 'Approver',
    permissions: ['ViewOthersOrders', 'UpdateApprovalFlows', 'CreateOrdersFromOthersCarts'],
  },
]
const DIVISIONS = [
  'Procurement',
  'Facilities',
  'Retail',
  'Engineering',
  'Région Ouest',
  'Vertrieb Süd',
  'Logística',
  '大阪支店',
]

export function setRoles(world: World, project: Project, act: Act) {
  for (const draft of ROLES) {
    if (project.associateRoles.find('key', draft.key).length === 0) createRole(world, project, draft, act)
  }
}

type Plot = Scene & { key: string; admin: string; buyer: string; chosen: Random }

const STEPS: ((plot: Plot) => void)[] = [
  plot => signUp(plot, plot.admin),
  plot => signUp(plot, plot.buyer),
  ({ world, project, cast, key, admin, chosen, act, turn }) => {
    const named = cast.drafts.filter(each => typeof each.companyName === 'string')
    const base = chosen.pick(named)
    const [address] = Array.isArray(base.addresses) ? base.addresses : []
    const draft: JsonObject = {
      key,
      unitType: 'Company',
      name: `${String(base.companyName)} ${turn}`,
      contactEmail: `office@${key}.example`,
      stores: storesOf(project)
        .slice(0, 2)
        .map(each => ({ typeId: 'store', key: each.key })),
      associates: [associate(project, admin, [{ key: 'admin', inheritance: 'Enabled' }])],
      ...(isObject(address) ? { addresses: [bare(address)], defaultBillingAddress: 0, defaultShippingAddress: 0 } : {}),
    }
    createUnit(world, project, draft, act)
  },
  plot => division(plot, 'a', plot.key),
  plot => division(plot, 'b', plot.chosen.chance(0.5) ? `${plot.key}-a` : plot.key),
  plot =>
    change(plot, 'a', { action: 'addAssociate', associate: associate(plot.project, plot.buyer, [{ key: 'buyer' }]) }),
  plot =>
    change(plot, 'a', {
      action: 'changeAssociate',
      associate: associate(plot.project, plot.buyer, [{ key: 'buyer' }, { key: 'approver', inheritance: 'Enabled' }]),
    }),
  plot => {
    const [store] = storesOf(plot.project)
    const stores = store ? [{ typeId: 'store', key: store.key }] : []
    change(plot, 'b', { action: 'setStoreMode', storeMode: 'Explicit', stores })
  },
  plot => {
    const b = unit(plot, 'b')
    const parent = b.parentUnit?.key === plot.key ? `${plot.key}-a` : plot.key
    change(plot, 'b', { action: 'changeParentUnit', parentUnit: { typeId: 'business-unit', key: parent } })
  },
  plot =>
    plot.chosen.chance(0.3)
      ? change(plot, 'b', { action: 'changeStatus', status: 'Inactive' })
      : change(plot, '', { action: 'setContactEmail', contactEmail: `sales@${plot.key}.example` }),
]

export const COMPANY_STEPS = STEPS.length

export function foundCompany(scene: Scene) {
  const place = scene.n % COMPANY_STEPS
  const first = scene.turn - place
  const key = `company-${first}`
  const chosen = random(scene.state.seed, first, place)
  STEPS[place]?.({ ...scene, key, admin: `${key}-admin`, buyer: `${key}-buyer`, chosen })
}

/** A number far above that of other arrivals, so that emails and keys do not meet. */
function signUp({ world, project, cast, dice, act, turn }: Plot, key: string) {
  const draft = person(cast.drafts, (turn + 20_000_000) * cast.drafts.length + dice.int(cast.drafts.length), dice)
  // An associate acts in all stores of the company.
  const { stores: _, ...global } = draft
  createCustomer(world, project, fitting(project, { ...global, key }), act)
}

function division(plot: Plot, name: string, parent: string) {
  const { world, project, key, chosen, act } = plot
  const draft = {
    key: `${key}-${name}`,
    unitType: 'Division',
    name: chosen.pick(DIVISIONS),
    parentUnit: { typeId: 'business-unit', key: parent },
  }
  createUnit(world, project, draft, act)
}

function unit({ project, key }: Plot, name: string): BusinessUnit {
  const found = unitOf(project, name === '' ? key : `${key}-${name}`)
  if (!found) throw new Error('the business unit is gone')
  return found
}

function change(plot: Plot, name: string, action: JsonObject) {
  updateUnit(plot.world, plot.project, unit(plot, name), [action], plot.act)
}

function associate(project: Project, key: string, roles: { key: string; inheritance?: string }[]): JsonObject {
  const found: Customer | undefined = project.customers.find('key', key)[0]
  if (!found) throw new Error('the customer is gone')
  return {
    customer: { typeId: 'customer', id: found.id },
    associateRoleAssignments: roles.map(({ key: role, inheritance }) => ({
      associateRole: { typeId: 'associate-role', key: role },
      ...(inheritance ? { inheritance } : {}),
    })),
  }
}

const storesOf = (project: Project): Store[] => [...project.stores.byId.from()]

/** The address of an office has no person in it. */
function bare(address: JsonObject): JsonObject {
  const { firstName: _f, lastName: _l, title: _t, salutation: _s, key: _k, custom: _c, ...rest } = address
  return rest
}
