/** The routes of order edits, `/{projectKey}/orders/edits`: like those of any resource, and one that applies an edit. */

import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { OrderEdit } from '../model/trade.ts'
import { applyEdit, createEdit, shownEdit, updateEdit } from '../orders/edits.ts'
import { page, type Query } from '../query/page.ts'
import { wire } from '../resources/wire.ts'
import type { World } from '../store/world.ts'
import { bodyOf, checkVersion, entrance, find, kindOf, shown, updateOf, versionOf } from './api.ts'
import type { Tokens } from './tokens.ts'

type At = { Params: { projectKey: string; ref: string }; Querystring: Query }

export function edits(app: FastifyInstance, world: World, tokens: Tokens) {
  const enter = entrance(world, tokens)
  const kind = kindOf({ params: { resource: 'orders/edits' } })
  const path = '/:projectKey/orders/edits'

  const reach = (request: FastifyRequest<At>, may: 'view' | 'manage') => {
    const { params, query } = request
    const context = { world, ...enter(request, params.projectKey, kind[may]) }
    return {
      context,
      // The kind of edits finds edits.
      edit: () => find(kind, context.project, params.ref) as OrderEdit,
      answer: (edit: OrderEdit) => shown(context.project, wire(shownEdit(edit, context)), query),
    }
  }

  app.get<At>(path, async request => {
    const { context, answer } = reach(request, 'view')
    const found = page(context.project.orderEdits, 'orders/edits', request.query)
    return { ...found, results: found.results.map(answer) }
  })

  app.post<At>(path, async (request, reply) => {
    const { context, answer } = reach(request, 'manage')
    return reply.status(201).send(answer(createEdit(world, context.project, bodyOf(request), context.act)))
  })

  app.get<At>(`${path}/:ref`, async request => {
    const { edit, answer } = reach(request, 'view')
    return answer(edit())
  })

  app.post<At>(`${path}/:ref`, async request => {
    const { context, edit, answer } = reach(request, 'manage')
    const { version, actions } = updateOf(bodyOf(request))
    const row = edit()
    checkVersion(row, version)
    return answer(updateEdit(row, actions, context))
  })

  app.post<At>(`${path}/:ref/apply`, async request => {
    const { context, edit, answer } = reach(request, 'manage')
    return answer(applyEdit(edit(), bodyOf(request), context))
  })

  app.delete<At>(`${path}/:ref`, async request => {
    const { context, edit, answer } = reach(request, 'manage')
    const version = versionOf(request.query)
    const row = edit()
    checkVersion(row, version)
    const body = answer(row)
    world.commit({ project: context.project, typeId: 'order-edit', act: context.act, before: row })
    return body
  })
}
