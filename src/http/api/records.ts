/** One record: what it is linked with, whether it waits, what would be written, and what happened to it. */
import type { FastifyInstance } from 'fastify'
import type { Engine } from '../../engine/engine.ts'
import { matchOnly } from '../../engine/matchOnly.ts'
import { preview } from '../../engine/preview.ts'
import type { Side } from '../../model/resource.ts'
import { callerOf } from '../caller.ts'
import { notFound } from '../problem.ts'
import type { Served } from '../served.ts'
import { recordId as id } from './listed.ts'
import { longId, storyOf } from './resolve.ts'

const limit = { type: 'integer', minimum: 1, maximum: 1000, default: 200 } as const

async function recordOf({ store }: Engine, side: Side, type: string, given: string) {
  const ref = { side, type, id: side === 'crm' ? longId(given) : given }
  const [links, dirty, settled, story] = await Promise.all([
    store.links([ref]),
    store.dirty(ref),
    store.settled(ref),
    store.trace({ ref }, 50),
  ])
  return {
    ref,
    links: links.map(({ base, ...link }) => ({ ...link, agreed: Object.keys(base).sort() })),
    dirty,
    settled,
    story,
  }
}

export function records(app: FastifyInstance, { engine }: Served): void {
  app.get<{ Params: { side: Side; type: string; '*': string } }>(
    '/records/:side/:type/*',
    {
      schema: {
        summary: 'One record: links, what waits, what was settled, its latest story',
        description: 'Commerce ids are `<project key>/<id>`, with the slash as it is or as %2F.',
        tags: ['records'],
        params: {
          type: 'object',
          properties: { side: { enum: ['commerce', 'crm'] }, type: id, '*': id },
        },
      },
    },
    async ({ params }) => {
      const record = await recordOf(engine, params.side, params.type, params['*'])
      if (record.links.length + record.story.length === 0 && record.dirty === null && record.settled === null)
        throw notFound('Nothing is known of this record.', 'Commerce ids begin with the project key: demo/<id>.')
      return record
    },
  )
  app.get<{ Querystring: { type: string; id: string } }>(
    '/plan',
    {
      schema: {
        summary: 'What would be written for one record now, field by field, and why; changes nothing',
        tags: ['records'],
        querystring: { type: 'object', required: ['type', 'id'], properties: { type: id, id } },
      },
    },
    async (request, reply) => {
      const planned = await preview(engine, request.query, callerOf(request, reply))
      if (planned.is === 'not-there') throw notFound(`${planned.why}.`, 'Check the type and the id.')
      return planned
    },
  )
  app.get<{ Querystring: { mapping: string; project?: string; position?: string } }>(
    '/plan/matches',
    {
      schema: {
        summary: 'Who of one page of records would be linked, made or asked about, and why; changes nothing',
        description:
          'A dry run of matching before the first load. Records come oldest change first; `next` is the position of the next page.',
        tags: ['records'],
        querystring: {
          type: 'object',
          required: ['mapping'],
          properties: {
            mapping: id,
            project: id,
            position: { type: 'string', pattern: '^[0-9T:.Z+-]{10,40}\\|[A-Za-z0-9-]{1,64}$' },
          },
        },
      },
    },
    async (request, reply) => {
      const { mapping, project, position = null } = request.query
      const [only, another] = engine.systems.commerce.projects
      const of = project ?? (another === undefined ? (only ?? '') : '')
      if (of === '')
        throw notFound('Several projects are served.', `Say which: ${engine.systems.commerce.projects.join(', ')}.`)
      const page = await matchOnly(engine, { mapping, project: of, position }, callerOf(request, reply))
      const known = engine.mappings.map(one => one.name).join(', ')
      if (page === null) throw notFound('There is no such mapping or project.', `There are: ${known}.`)
      return page
    },
  )
  app.get<{ Params: { '*': string }; Querystring: { limit: number } }>(
    '/trace/*',
    {
      schema: {
        summary: 'The story of a correlation id, a record (`customer/<id>`) or a Salesforce id, oldest first',
        tags: ['records'],
        params: { type: 'object', properties: { '*': id } },
        querystring: { type: 'object', properties: { limit } },
      },
    },
    async ({ params, query }) => {
      const story = await storyOf(engine, params['*'], query.limit)
      if (story === null)
        throw notFound(
          'Nothing is known under this name.',
          'Give a correlation id, customer/<id>, Contact/<id> or a Salesforce id.',
        )
      return story
    },
  )
}
