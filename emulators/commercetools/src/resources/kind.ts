/** What can be done to the resources of one type, and how an ordinary kind is made from its few differences. */
import type { Act, Resource } from '../model/entities.ts'
import type { JsonObject } from '../model/json.ts'
import { type Project, type TypeId, tableOf } from '../store/project.ts'
import type { Table } from '../store/table.ts'
import type { World } from '../store/world.ts'
import { changeResource, type SmallActions } from './change.ts'
import { type Actions, updateRow } from './update.ts'
import type { Wire } from './wire.ts'

export type ResourceKind = {
  typeId: TypeId
  view: string[]
  manage: string[]
  table(project: Project): Table<Resource>
  create(world: World, project: Project, draft: JsonObject, act: Act): Resource
  update(world: World, project: Project, row: Resource, actions: JsonObject[], act: Act): Resource
  remove(world: World, project: Project, row: Resource, dataErasure: boolean, act: Act): void
  /** What must be known before a creation or an update, and takes time; refuses by throwing. */
  beforeCreate?(world: World, project: Project, draft: JsonObject, act: Act): Promise<Act>
  beforeUpdate?(world: World, project: Project, row: Resource, actions: JsonObject[]): Promise<void>
  /** Names other than id and key under which one row is found: `order-number=…`. */
  refs?: Record<string, (project: Project, value: string) => Resource | undefined>
  /** The answer to a sign-up wraps the customer. */
  created?(row: Wire): Wire
}

/** Each kind handles rows of its own table only; that is what makes these casts true. */
export function kind<T extends Resource>(
  typeId: TypeId,
  scope: string,
  create: (world: World, project: Project, draft: JsonObject, act: Act) => T,
  actions: SmallActions<T>,
  more: Partial<ResourceKind> = {},
): ResourceKind {
  return {
    typeId,
    view: [`view_${scope}`, `manage_${scope}`],
    manage: [`manage_${scope}`],
    table: project => tableOf(project, typeId),
    create,
    update: (world, project, row, given, act) => changeResource(world, project, typeId, row as T, given, actions, act),
    remove: (world, project, row, dataErasure, act) => world.commit({ project, typeId, act, before: row, dataErasure }),
    ...more,
  }
}

/** A kind whose actions tell of themselves. */
export function tellingKind<T extends Resource>(
  typeId: TypeId,
  scope: string,
  create: (world: World, project: Project, draft: JsonObject, act: Act) => T,
  actions: Actions<T>,
  more: Partial<ResourceKind> = {},
): ResourceKind {
  return kind<T>(
    typeId,
    scope,
    create,
    {},
    {
      update: (world, project, row, given, act) => updateRow(typeId, row as T, given, actions, { world, project, act }),
      ...more,
    },
  )
}
