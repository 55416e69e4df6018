/** States: the steps of a workflow that a project defines for itself, and which step may follow which. */
import type { Act } from '../model/entities.ts'
import { invalidField, invalidInput, invalidOperation, referenceExists } from '../model/errors.ts'
import {
  type Json,
  type JsonObject,
  list,
  objects,
  optional,
  optionalFlag,
  optionalObject,
  sameJson,
  text,
} from '../model/json.ts'
import { given, withValue } from '../model/rows.ts'
import type { Ref, State } from '../model/trade.ts'
import type { Project } from '../store/project.ts'
import type { World } from '../store/world.ts'
import { fresh, type SmallActions } from './change.ts'
import { freeKey } from './keys.ts'
import { resolve } from './references.ts'

// biome-ignore format: a word list reads better in lines
const TYPES = [
  'OrderState', 'RecurringOrderState', 'LineItemState', 'ProductState', 'ReviewState', 'PaymentState', 'QuoteRequestState', 'StagedQuoteState', 'QuoteState',
]
/** Which roles a state of a type may play. */
const ROLES: Record<string, string[]> = { ReviewState: ['ReviewIncludedInStatistics'], LineItemState: ['Return'] }

export function createState(world: World, project: Project, draft: JsonObject, act: Act): State {
  const type = stateType(text(draft, 'type'))
  const row: State = {
    ...fresh(world, act),
    key: freeKey(project.states, '', text(draft, 'key')),
    type,
    ...given('name', optionalObject(draft, 'name')),
    ...given('description', optionalObject(draft, 'description')),
    initial: optionalFlag(draft, 'initial') ?? true,
    builtIn: false,
    ...given('roles', optional(draft, 'roles') === undefined ? undefined : roles(draft, type)),
    ...given('transitions', transitions(project, draft, type)),
  }
  world.commit({ project, typeId: 'state', act, after: row })
  return row
}

export const stateActions: SmallActions<State> = {
  changeKey(row, action, project) {
    if (row.builtIn) throw invalidOperation(`The key of the built-in state '${row.key}' can not be changed.`)
    return different(row, 'key', freeKey(project.states, row.id, text(action, 'key')))
  },
  setName: (row, action) => withValue(row, 'name', optionalObject(action, 'name')),
  setDescription: (row, action) => withValue(row, 'description', optionalObject(action, 'description')),
  changeType: (row, action) => different(row, 'type', stateType(text(action, 'type'))),
  changeInitial: (row, action) => different(row, 'initial', optionalFlag(action, 'initial') ?? false),
  setTransitions: (row, action, project) => different(row, 'transitions', transitions(project, action, row.type)),
  setRoles: (row, action) => different(row, 'roles', roles(action, row.type)),
  addRoles(row, action) {
    const added = roles(action, row.type)
    if (added.every(each => row.roles?.includes(each))) throw invalidOperation('The roles are already present.')
    return { ...row, roles: [...new Set([...(row.roles ?? []), ...added])] }
  },
  removeRoles(row, action) {
    const gone = roles(action, row.type)
    return { ...row, roles: (row.roles ?? []).filter(each => !gone.includes(each)) }
  },
}

export function deleteState(world: World, project: Project, row: State, act: Act) {
  if (row.builtIn) throw invalidOperation(`The built-in state '${row.key}' can not be deleted.`)
  if (project.states.find('transitions.id', row.id).some(each => each.id !== row.id))
    throw referenceExists('state', 'state')
  world.commit({ project, typeId: 'state', act, before: row })
}

/** The state that every line item begins in. */
export function initialOf(project: Project): Ref<'state'> {
  const found = project.states.find('key', 'Initial').find(each => each.builtIn)
  if (!found) throw new Error('a project always has its initial state')
  return { typeId: 'state', id: found.id }
}

export function stateOf(project: Project, given: Json | undefined, type: string): State {
  const found = resolve(project.states, 'state', given)
  if (found.type !== type) throw invalidInput(`The state '${found.key}' is of type '${found.type}', not '${type}'.`)
  return found
}

/** Whether a workflow may go from one step to another; `force` asks nobody. */
export function checkTransition(project: Project, from: Ref<'state'> | undefined, to: State, force: boolean) {
  if (force) return
  const present = from && project.states.get(from.id)
  if (!present) {
    if (!to.initial) throw invalidOperation(`The state '${to.key}' is not an initial state.`)
    return
  }
  if (present.transitions && !present.transitions.some(each => each.id === to.id)) {
    throw invalidOperation(`There is no transition from state '${present.key}' to state '${to.key}'.`)
  }
}

/** The state that a draft starts in, if it names one: an initial one of its type. */
export function startingState(project: Project, draft: JsonObject, type: string): Ref<'state'> | undefined {
  const value = optional(draft, 'state')
  if (value === undefined) return undefined
  const state = stateOf(project, value, type)
  checkTransition(project, undefined, state, false)
  return { typeId: 'state', id: state.id }
}

/** Where `transitionState` leads from here; null when it is there already. */
export function transitioned(project: Project, action: JsonObject, from: Ref<'state'> | undefined, type: string) {
  const to = stateOf(project, action.state, type)
  const force = optionalFlag(action, 'force') ?? false
  if (to.id === from?.id) return null
  checkTransition(project, from, to, force)
  return { state: { typeId: 'state', id: to.id } satisfies Ref<'state'>, force }
}

function different<K extends keyof State>(row: State, field: K, value: State[K] | undefined): State {
  if (sameJson(row[field], value)) throw invalidOperation(`'${field}' has the given value already.`)
  return withValue(row, field, value)
}

function stateType(type: string): string {
  if (!TYPES.includes(type)) throw invalidField('type', type, TYPES)
  return type
}

function roles(body: JsonObject, type: string): string[] {
  return list(body, 'roles').map(each => {
    if (typeof each === 'string' && ROLES[type]?.includes(each)) return each
    throw invalidOperation(`The role '${String(each)}' is not applicable to states of type '${type}'.`)
  })
}

function transitions(project: Project, body: JsonObject, type: string): Ref<'state'>[] | undefined {
  if (optional(body, 'transitions') === undefined) return undefined
  return objects(body, 'transitions').map(each => ({ typeId: 'state', id: stateOf(project, each, type).id }))
}
