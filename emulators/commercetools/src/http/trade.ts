/** The routes of trade that are not like those of other resources: import, replicate, merge, container and key. */

import type { FastifyInstance, FastifyReply } from 'fastify'
import { replicateCart } from '../carts/create.ts'
import { mergeCart } from '../carts/merge.ts'
import { concurrentModification, notFound } from '../model/errors.ts'
import { importOrder } from '../orders/import.ts'
import { many, page, type Query } from '../query/page.ts'
import { orderFromQuote } from '../quotes/quotes.ts'
import { customObject, putCustomObject } from '../resources/customObjects.ts'
import { wire } from '../resources/wire.ts'
import type { World } from '../store/world.ts'
import { bodyOf, entrance, kindOf, shown } from './api.ts'
import type { Tokens } from './tokens.ts'

type At = {
  Params: { projectKey: string; customerId?: string; container?: string; key?: string }
  Querystring: Query
}

export function trade(app: FastifyInstance, world: World, tokens: Tokens) {
  const enter = entrance(world, tokens)
  const carts = kindOf({ params: { resource: 'carts' } })
  const orders = kindOf({ params: { resource: 'orders' } })
  const objects = kindOf({ params: { resource: 'custom-objects' } })
  const made = (reply: FastifyReply, body: unknown) => reply.status(201).send(body)

  app.post<At>('/:projectKey/orders/import', async (request, reply) => {
    const { project, act } = enter(request, request.params.projectKey, orders.manage)
    return made(reply, shown(project, wire(importOrder(world, project, bodyOf(request), act)), request.query))
  })

  app.post<At>('/:projectKey/orders/quotes', async (request, reply) => {
    const { project, act } = enter(request, request.params.projectKey, orders.manage)
    return made(reply, shown(project, wire(orderFromQuote(world, project, bodyOf(request), act)), request.query))
  })

  app.post<At>('/:projectKey/carts/replicate', async (request, reply) => {
    const { project, act } = enter(request, request.params.projectKey, carts.manage)
    return made(reply, shown(project, wire(replicateCart(world, project, bodyOf(request), act)), request.query))
  })

  app.post<At>('/:projectKey/carts/customer-id=:customerId/merge', async request => {
    const { projectKey, customerId = '' } = request.params
    const { project, act } = enter(request, projectKey, carts.manage)
    return shown(project, wire(mergeCart(world, project, customerId, bodyOf(request), act)), request.query)
  })

  /** The second POST to the same container and key is answered with 200: nothing was created. */
  app.post<At>('/:projectKey/custom-objects', async (request, reply) => {
    const { project, act } = enter(request, request.params.projectKey, objects.manage)
    const row = putCustomObject(world, project, bodyOf(request), act)
    return reply.status(row.version === 1 ? 201 : 200).send(shown(project, wire(row), request.query))
  })

  app.get<At>('/:projectKey/custom-objects/:container', async request => {
    const { project } = enter(request, request.params.projectKey, objects.view)
    const where = [...many(request.query.where), `container = ${JSON.stringify(request.params.container)}`]
    const found = page(project.customObjects, 'custom-objects', { ...request.query, where })
    return { ...found, results: found.results.map(row => shown(project, wire(row), request.query)) }
  })

  const named = (project: Parameters<typeof customObject>[0], { container = '', key = '' }: At['Params']) => {
    const row = customObject(project, container, key)
    if (!row) throw notFound(`The CustomObject with container '${container}' and key '${key}' was not found.`)
    return row
  }

  app.get<At>('/:projectKey/custom-objects/:container/:key', async request => {
    const { project } = enter(request, request.params.projectKey, objects.view)
    return shown(project, wire(named(project, request.params)), request.query)
  })

  /** A version may be given, and then holds. */
  app.delete<At>('/:projectKey/custom-objects/:container/:key', async request => {
    const { project, act } = enter(request, request.params.projectKey, objects.manage)
    const row = named(project, request.params)
    const version = many(request.query.version)[0]
    if (version !== undefined && Number(version) !== row.version) {
      throw concurrentModification(row.id, Number(version), row.version)
    }
    const dataErasure = many(request.query.dataErasure)[0] === 'true'
    objects.remove(world, project, row, dataErasure, act)
    return shown(project, wire(row), request.query)
  })
}
