/** An ordinary day, without end: people sign up, edit themselves, join groups, leave; staff rename a group. */
import { createCustomer } from '../customers/create.ts'
import { deleteCustomer, updateCustomer } from '../customers/update.ts'
import type { Act, Customer } from '../model/entities.ts'
import type { Random } from '../model/random.ts'
import { changeResource } from '../resources/change.ts'
import { groupActions } from '../resources/groups.ts'
import type { Project } from '../store/project.ts'
import type { World } from '../store/world.ts'
import { changeOneField } from './changes.ts'
import type { Cast } from './people.ts'
import { fitting } from './stage.ts'
import { person } from './vary.ts'

const FEW = 10

export function shop(world: World, project: Project, cast: Cast, dice: Random, act: Act, n: number) {
  const chance = dice.next()
  const someone = anyone(project, dice)
  if (!someone || chance < 0.3 || project.customers.size() < FEW) return signUp(world, project, cast, dice, act, n)
  if (chance < 0.88) return changeOneField(world, project, someone, cast, dice, act)
  if (chance < 0.97) return changeGroup(world, project, someone, dice, act)
  if (chance < 0.98) return renameGroup(world, project, dice, act)
  deleteCustomer(world, project, someone, dice.chance(0.3), act)
}

/** Somebody, found by a random place in the order of ids. */
export function anyone(project: Project, dice: Random): Customer | undefined {
  const place = dice.uuid()
  const found = project.customers.byId.from(row => row.id < place).next()
  return found.done ? project.customers.byId.from().next().value : found.value
}

function signUp(world: World, project: Project, cast: Cast, dice: Random, act: Act, n: number) {
  const place = dice.int(cast.drafts.length)
  // A number far above the arrivals' own, so that emails and keys do not meet.
  const draft = person(cast.drafts, (n + 10_000_000) * cast.drafts.length + place, dice)
  createCustomer(world, project, fitting(project, draft), act)
}

function changeGroup(world: World, project: Project, someone: Customer, dice: Random, act: Act) {
  const groups = [...project.groups.byId.from()]
  const leaves = someone.customerGroup !== undefined && dice.chance(0.2)
  const others = groups.filter(each => each.id !== someone.customerGroup?.id)
  const action = { action: 'setCustomerGroup' }
  if (leaves || others.length === 0) return updateCustomer(world, project, someone, [action], act)
  const customerGroup = { typeId: 'customer-group', id: dice.pick(others).id }
  return updateCustomer(world, project, someone, [{ ...action, customerGroup }], act)
}

function renameGroup(world: World, project: Project, dice: Random, act: Act) {
  const groups = [...project.groups.byId.from()]
  if (groups.length === 0) return
  const group = dice.pick(groups)
  const name = `${group.name.replace(/ \d+$/, '')} ${2 + dice.int(98)}`
  if (project.groups.find('name', name).length > 0) return
  changeResource(world, project, 'customer-group', group, [{ action: 'changeName', name }], groupActions, act)
}
