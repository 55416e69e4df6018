/** Update actions that may tell of themselves: applied one after the other, one version and its messages for each. */
import type { Act, MessageBody, Resource } from '../model/entities.ts'
import { invalidInput } from '../model/errors.ts'
import { type JsonObject, text } from '../model/json.ts'
import type { Project, TypeId } from '../store/project.ts'
import type { World } from '../store/world.ts'

export type Context = { world: World; project: Project; act: Act }

/** Null: the action changed nothing, so neither version nor message follows. */
export type Change<T> = { row: T; messages?: MessageBody[] } | null
export type Action<T> = (row: T, action: JsonObject, context: Context) => Change<T>
export type Actions<T> = Record<string, Action<T>>

type Numbered = { body: MessageBody; version: number }

/** Without keeping anything: what the row would be, and what would be told. */
export function applied<T extends Resource>(
  typeId: TypeId,
  before: T,
  actions: JsonObject[],
  known: Actions<T>,
  context: Context,
): { row: T; messages: Numbered[] } {
  let row = before
  const messages: Numbered[] = []
  for (const action of actions) {
    const name = text(action, 'action')
    const apply = Object.hasOwn(known, name) ? known[name] : undefined
    if (!apply) throw invalidInput(`Invalid update action: '${name}' is not supported for '${typeId}'.`)
    const change = apply(row, action, context)
    if (!change) continue
    const version = row.version + 1
    row = { ...change.row, version }
    for (const body of change.messages ?? []) messages.push({ body, version })
  }
  return { row, messages }
}

/** A request without effect changes nothing at all. */
export function updateRow<T extends Resource>(
  typeId: TypeId,
  before: T,
  actions: JsonObject[],
  known: Actions<T>,
  { world, project, act }: Context,
  { silent = false, mute = false } = {},
): T {
  const { row, messages } = applied(typeId, before, actions, known, { world, project, act })
  if (row.version === before.version) return before
  const after = { ...row, lastModifiedAt: world.clock.iso(), lastModifiedBy: act.by }
  world.commit({
    project,
    typeId,
    act: { ...act, actions: actions.map(each => String(each.action)) },
    before,
    after,
    messages: mute ? [] : messages,
    silent,
  })
  return after
}
