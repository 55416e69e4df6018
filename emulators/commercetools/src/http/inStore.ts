/**
 * The same resources seen from inside one store: `/{projectKey}/in-store/key={storeKey}/customers` and so on. A resource
 * of another store is not found there, and a token may reach as far as one store (`manage_customers:{projectKey}:{storeKey}`).
 * Source: Customers, Quote Requests, Carts and Orders, "in Store" endpoints.
 */
import type { FastifyInstance } from 'fastify'
import type { Resource } from '../model/entities.ts'
import { notFound } from '../model/errors.ts'
import { isObject, type JsonObject, optional } from '../model/json.ts'
import { many, page, type Query } from '../query/page.ts'
import type { ResourceKind } from '../resources/kind.ts'
import { KINDS } from '../resources/registry.ts'
import { wire } from '../resources/wire.ts'
import type { Project } from '../store/project.ts'
import type { World } from '../store/world.ts'
import { bodyOf, checkVersion, entrance, find, missing, shown, updateOf, versionOf } from './api.ts'
import type { Tokens } from './tokens.ts'

/** Which field names the store, or the stores. */
const BOUND_BY: Record<string, 'stores' | 'store'> = {
  customers: 'stores',
  carts: 'store',
  orders: 'store',
  'quote-requests': 'store',
  'staged-quotes': 'store',
  quotes: 'store',
}

type Bound = { kind: ResourceKind; field: 'stores' | 'store'; storeKey: string }

export function inStore(app: FastifyInstance, world: World, tokens: Tokens) {
  const enter = entrance(world, tokens)
  type At = {
    Params: { projectKey: string; storeKey: string; resource: string; ref: string }
    Querystring: Query
  }
  const path = '/:projectKey/in-store/key=:storeKey/:resource'

  app.get<At>(path, async request => {
    const bound = boundOf(request.params)
    const { project } = enter(request, request.params.projectKey, bound.kind.view, bound.storeKey)
    checkStore(project, bound)
    const where = [...many(request.query.where), `${bound.field}(key = "${bound.storeKey}")`]
    const found = page(bound.kind.table(project), request.params.resource, { ...request.query, where })
    return { ...found, results: found.results.map(row => shown(project, wire(row), request.query)) }
  })

  app.post<At>(path, async (request, reply) => {
    const bound = boundOf(request.params)
    const { project, act } = enter(request, request.params.projectKey, bound.kind.manage, bound.storeKey)
    checkStore(project, bound)
    const made = bound.kind.create(world, project, placed(bodyOf(request), bound), act)
    const body = shown(project, wire(made), request.query)
    return reply.status(201).send(bound.kind.created?.(body) ?? body)
  })

  app.get<At>(`${path}/:ref`, async request => {
    const bound = boundOf(request.params)
    const { project } = enter(request, request.params.projectKey, bound.kind.view, bound.storeKey)
    return shown(project, wire(findIn(project, bound, request.params.ref)), request.query)
  })

  app.post<At>(`${path}/:ref`, async request => {
    const bound = boundOf(request.params)
    const { project, act } = enter(request, request.params.projectKey, bound.kind.manage, bound.storeKey)
    const { version, actions } = updateOf(bodyOf(request))
    const row = findIn(project, bound, request.params.ref)
    checkVersion(row, version)
    return shown(project, wire(bound.kind.update(world, project, row, actions, act)), request.query)
  })

  app.delete<At>(`${path}/:ref`, async request => {
    const bound = boundOf(request.params)
    const { project, act } = enter(request, request.params.projectKey, bound.kind.manage, bound.storeKey)
    const version = versionOf(request.query)
    const row = findIn(project, bound, request.params.ref)
    checkVersion(row, version)
    const body = shown(project, wire(row), request.query)
    bound.kind.remove(world, project, row, many(request.query.dataErasure)[0] === 'true', act)
    return body
  })
}

function boundOf({ storeKey, resource }: { storeKey: string; resource: string }): Bound {
  const kind = Object.hasOwn(KINDS, resource) ? KINDS[resource] : undefined
  const field = Object.hasOwn(BOUND_BY, resource) ? BOUND_BY[resource] : undefined
  if (!kind || !field) throw notFound(`The emulator does not know the resource '${resource}' in a store.`)
  return { kind, field, storeKey }
}

function checkStore(project: Project, { storeKey }: Bound) {
  if (project.stores.find('key', storeKey).length === 0) throw missing(storeKey, true)
}

function findIn(project: Project, bound: Bound, ref: string): Resource {
  checkStore(project, bound)
  const row = find(bound.kind, project, ref)
  const named = wire(row)[bound.field]
  const stores: unknown[] = Array.isArray(named) ? named : [named]
  if (stores.some(each => isObject(each) && each.key === bound.storeKey)) return row
  throw ref.startsWith('key=') ? missing(ref.slice(4), true) : missing(ref)
}

/** What is made in a store belongs to it, unless the draft says otherwise. */
function placed(draft: JsonObject, { field, storeKey, kind }: Bound): JsonObject {
  const store = { typeId: 'store', key: storeKey }
  if (field === 'stores') return optional(draft, 'stores') === undefined ? { ...draft, stores: [store] } : draft
  return kind.typeId === 'cart' ? { ...draft, store } : draft
}
