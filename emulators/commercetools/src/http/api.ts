/** The routes of the commercetools HTTP API: token, project, messages, and the resources of the registry. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { expireCarts } from '../carts/expiry.ts'
import type { Act, ClientLogging, Resource } from '../model/entities.ts'
import { concurrentModification, malformedJson, malformedParameter, notFound } from '../model/errors.ts'
import { integer, isObject, type JsonObject, objects } from '../model/json.ts'
import { many, page, type Query } from '../query/page.ts'
import type { ResourceKind } from '../resources/kind.ts'
import { KINDS } from '../resources/registry.ts'
import { settingsOf, updateSettings } from '../resources/settings.ts'
import { expanded, type Wire, wire, wireMessage } from '../resources/wire.ts'
import type { Project } from '../store/project.ts'
import { forgetMessages, requestAct, type World } from '../store/world.ts'
import { checkScope, type Tokens } from './tokens.ts'

const MAX_ACTIONS = 500

export function api(app: FastifyInstance, world: World, tokens: Tokens) {
  const enter = entrance(world, tokens)
  app.post('/oauth/token', async request => {
    const form = new URLSearchParams(typeof request.body === 'string' ? request.body : '')
    return tokens.issue(request.headers.authorization, form)
  })

  app.get<{ Params: { projectKey: string } }>('/:projectKey', async request => {
    const { project } = enter(request, request.params.projectKey, ['view_project_settings', 'manage_project_settings'])
    return settingsOf(project)
  })

  app.post<{ Params: { projectKey: string } }>('/:projectKey', async request => {
    const { project } = enter(request, request.params.projectKey, ['manage_project_settings'])
    updateSettings(world, project, bodyOf(request))
    return settingsOf(project)
  })

  app.get<{ Params: { projectKey: string }; Querystring: Query }>('/:projectKey/messages', async request => {
    const { project } = enter(request, request.params.projectKey, ['view_messages'])
    forgetMessages(project, world.clock.ms())
    const found = page(project.messages, 'messages', request.query)
    return { ...found, results: found.results.map(each => shown(project, wireMessage(each), request.query)) }
  })

  type AtMessage = { Params: { projectKey: string; id: string }; Querystring: Query }
  app.get<AtMessage>('/:projectKey/messages/:id', async request => {
    const { project } = enter(request, request.params.projectKey, ['view_messages'])
    forgetMessages(project, world.clock.ms())
    const message = project.messages.get(request.params.id)
    if (!message) throw missing(request.params.id)
    return shown(project, wireMessage(message), request.query)
  })

  type At = { Params: { projectKey: string; resource: string; ref: string }; Querystring: Query }

  app.get<At>('/:projectKey/:resource', async request => {
    const kind = kindOf(request)
    const { project } = enter(request, request.params.projectKey, kind.view)
    const found = page(kind.table(project), request.params.resource, request.query)
    if (request.method === 'HEAD' && found.count === 0) throw notFound('Nothing matches the query.')
    return { ...found, results: found.results.map(row => shown(project, wire(row), request.query)) }
  })

  app.post<At>('/:projectKey/:resource', async (request, reply) => {
    const kind = kindOf(request)
    const { project, act } = enter(request, request.params.projectKey, kind.manage)
    const draft = bodyOf(request)
    const made = kind.create(world, project, draft, (await kind.beforeCreate?.(world, project, draft, act)) ?? act)
    const body = shown(project, wire(made), request.query)
    return reply.status(201).send(kind.created?.(body) ?? body)
  })

  app.get<At>('/:projectKey/:resource/:ref', async request => {
    const kind = kindOf(request)
    const { project } = enter(request, request.params.projectKey, kind.view)
    return shown(project, wire(find(kind, project, request.params.ref)), request.query)
  })

  app.post<At>('/:projectKey/:resource/:ref', async request => {
    const kind = kindOf(request)
    const { project, act } = enter(request, request.params.projectKey, kind.manage)
    const { version, actions } = updateOf(bodyOf(request))
    const row = find(kind, project, request.params.ref)
    checkVersion(row, version)
    if (!kind.beforeUpdate) return shown(project, wire(kind.update(world, project, row, actions, act)), request.query)
    await kind.beforeUpdate(world, project, row, actions)
    const still = find(kind, project, request.params.ref)
    checkVersion(still, version)
    return shown(project, wire(kind.update(world, project, still, actions, act)), request.query)
  })

  app.delete<At>('/:projectKey/:resource/:ref', async request => {
    const kind = kindOf(request)
    const { project, act } = enter(request, request.params.projectKey, kind.manage)
    const version = versionOf(request.query)
    const row = find(kind, project, request.params.ref)
    checkVersion(row, version)
    const body = shown(project, wire(row), request.query)
    kind.remove(world, project, row, many(request.query.dataErasure)[0] === 'true', act)
    return body
  })
}

/** Who asks, whether the project exists, and whether the token reaches that far: to all of it, or to one store. */
export const entrance =
  (world: World, tokens: Tokens) =>
  (
    request: FastifyRequest,
    projectKey: string,
    scopes: string[],
    storeKey?: string,
  ): { project: Project; act: Act } => {
    const grant = tokens.grant(request.headers.authorization)
    const project = world.project(projectKey)
    const isOfStore =
      storeKey !== undefined && scopes.some(each => grant.scopes.includes(`${each}:${projectKey}:${storeKey}`))
    if (!isOfStore) checkScope(grant, projectKey, scopes)
    expireCarts(world, project)
    const external = request.headers['x-external-user-id']
    const by: ClientLogging = { clientId: grant.clientId, isPlatformClient: false }
    if (typeof external === 'string' && external !== '') {
      if (external.length > 128)
        throw malformedParameter('X-External-User-ID', 'must not be longer than 128 characters.')
      by.externalUserId = external
    }
    return { project, act: requestAct(by) }
  }

export function kindOf(request: { params: { resource: string } }): ResourceKind {
  const { resource } = request.params
  const kind = Object.hasOwn(KINDS, resource) ? KINDS[resource] : undefined
  if (!kind) throw notFound(`The emulator does not know the resource '${resource}'.`)
  return kind
}

/** By id, by `key=…`, or by another name that the kind is known by, such as `order-number=…`. */
export function find(kind: ResourceKind, project: Project, ref: string): Resource {
  const [, name = '', value = ''] = /^([a-z-]+)=(.*)$/s.exec(ref) ?? []
  if (name === '') return kind.table(project).get(ref) ?? absent(ref, 'ID')
  if (name === 'key') return kind.table(project).find('key', value)[0] ?? absent(value, 'key')
  return kind.refs?.[name]?.(project, value) ?? absent(value, name)
}

function absent(value: string, name: string): never {
  throw notFound(`The Resource with ${name} '${value}' was not found.`)
}

export function updateOf(body: JsonObject): { version: number; actions: JsonObject[] } {
  const version = integer(body, 'version')
  const actions = objects(body, 'actions')
  if (actions.length > MAX_ACTIONS) throw malformedJson(`actions: at most ${MAX_ACTIONS} update actions are allowed`)
  return { version, actions }
}

export function versionOf(query: Query): number {
  const version = Number(many(query.version)[0] ?? Number.NaN)
  if (!Number.isInteger(version)) throw malformedParameter('version', 'The query parameter is required.')
  return version
}

export const missing = (value: string, key = false) =>
  notFound(`The Resource with ${key ? 'key' : 'ID'} '${value}' was not found.`)

export function checkVersion(row: Resource, version: number) {
  if (row.version !== version) throw concurrentModification(row.id, version, row.version)
}

export function shown(project: Project, row: Wire, query: Query): Wire {
  const paths = many(query.expand)
  return paths.length > 0 ? expanded(project, row, paths) : row
}

export function bodyOf(request: FastifyRequest): JsonObject {
  if (!isObject(request.body)) throw malformedJson('Expected a JSON object')
  return request.body
}
