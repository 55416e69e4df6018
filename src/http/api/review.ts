/** What waits for a person: conflicts to decide, failures to retry or discard. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { decide } from '../../engine/decide.ts'
import type { FailedRecord } from '../../model/outcome.ts'
import type { Choice, Conflict } from '../../model/plan.ts'
import type { Listed } from '../../model/ports.ts'
import type { Side } from '../../model/resource.ts'
import { showCursor, takeCursor } from '../cursor.ts'
import { requireApiToken } from '../guard.ts'
import { HttpProblem, notFound } from '../problem.ts'
import type { Served } from '../served.ts'
import { longId } from './resolve.ts'

type Page<State> = { readonly state: State; readonly cursor?: string; readonly limit: number }

const name = { type: 'string', minLength: 1, maxLength: 100, pattern: '^[^\\u0000-\\u001f\\u007f]+$' } as const
const byId = { type: 'object', properties: { id: name } } as const

const pageOf = (states: readonly string[]) =>
  ({
    type: 'object',
    properties: {
      state: { enum: [...states, 'all'], default: 'open' },
      cursor: { type: 'string', maxLength: 500 },
      limit: { type: 'integer', minimum: 1, maximum: 500, default: 50 },
    },
  }) as const

const shown = <T>(list: string, { items, next }: Listed<T>): Listed<T> => ({ items, next: showCursor(list, next) })

const over = (what: string): HttpProblem =>
  new HttpProblem(409, 'not-open', `The ${what} is not open any more.`, 'Look at it again; somebody was faster.')

/** What a decision looks like from outside: `crm` is named without its side. */
type Asked = {
  readonly do: Choice['do']
  readonly crm?: { readonly type: string; readonly id: string }
  readonly side?: Side
  readonly by?: string
}

function choiceOf(asked: Asked): Choice {
  if (asked.do === 'link' && asked.crm)
    return { do: 'link', crm: { side: 'crm', type: asked.crm.type, id: longId(asked.crm.id) } }
  if (asked.do === 'take' && asked.side) return { do: 'take', side: asked.side }
  if (asked.do === 'create' || asked.do === 'ignore') return { do: asked.do }
  throw new HttpProblem(
    400,
    'bad-request',
    `The choice '${asked.do}' lacks what it is about.`,
    'link needs crm: { type, id }; take needs side: commerce or crm.',
  )
}

export function review(app: FastifyInstance, { engine, drain, access }: Served): void {
  const { store } = engine
  app.get<{ Querystring: Page<Conflict['state'] | 'all'> }>(
    '/conflicts',
    {
      schema: {
        summary: 'Conflicts, newest first',
        tags: ['review'],
        querystring: pageOf(['open', 'decided', 'closed']),
      },
    },
    async ({ query: { state, cursor, limit } }) =>
      shown('conflicts', await store.conflicts({ state, cursor: takeCursor('conflicts', cursor), limit })),
  )
  app.get<{ Params: { id: string } }>(
    '/conflicts/:id',
    { schema: { summary: 'One conflict', tags: ['review'], params: byId } },
    async ({ params }) => (await store.conflict(params.id)) ?? missing('conflict'),
  )
  app.post<{ Params: { id: string }; Body: Asked }>(
    '/conflicts/:id/decision',
    {
      schema: {
        summary: 'Decides a conflict; the next pass carries it out',
        tags: ['review'],
        params: byId,
        body: {
          type: 'object',
          required: ['do'],
          additionalProperties: false,
          properties: {
            do: { enum: ['link', 'create', 'ignore', 'take'] },
            crm: {
              type: 'object',
              required: ['type', 'id'],
              additionalProperties: false,
              properties: { type: name, id: { type: 'string', pattern: '^[a-zA-Z0-9]{15}([a-zA-Z0-9]{3})?$' } },
            },
            side: { enum: ['commerce', 'crm'] },
            by: name,
          },
        },
      },
    },
    async request => {
      const { id } = request.params
      if ((await store.conflict(id)) === null) throw missing('conflict')
      const decided = await decide(engine, id, choiceOf(request.body), whoever(request), request.id)
      if (decided === null) throw over('conflict')
      drain?.wake()
      return decided
    },
  )
  /** Where no token names the caller, the caller may. */
  const whoever = (request: FastifyRequest<{ Body: Asked }>): string => {
    const holder = requireApiToken(request, access)
    return holder === 'local' ? (request.body.by ?? holder) : holder
  }

  app.get<{ Querystring: Page<FailedRecord['state'] | 'all'> }>(
    '/failures',
    {
      schema: {
        summary: 'Records that cannot succeed as they are, newest first',
        tags: ['review'],
        querystring: pageOf(['open', 'retried', 'discarded', 'resolved']),
      },
    },
    async ({ query: { state, cursor, limit } }) =>
      shown('failures', await store.failures({ state, cursor: takeCursor('failures', cursor), limit })),
  )
  app.get<{ Params: { id: string } }>(
    '/failures/:id',
    { schema: { summary: 'One failure', tags: ['review'], params: byId } },
    async ({ params }) => (await store.failure(params.id)) ?? missing('failure'),
  )
  for (const [how, summary] of [
    ['retry', 'Tries the record again'],
    ['discard', 'Closes the failure; the record stays as it is'],
  ] as const)
    app.post<{ Params: { id: string } }>(
      `/failures/:id/${how}`,
      { schema: { summary, tags: ['review'], params: byId } },
      async request => {
        if ((await store.failure(request.params.id)) === null) throw missing('failure')
        const closed = await store.closeFailure(request.params.id, how, request.id)
        if (closed === null) throw over('failure')
        drain?.wake()
        return closed
      },
    )
}

function missing(what: string): never {
  throw notFound(`There is no such ${what}.`, `See GET /api/v1/${what}s?state=all.`)
}
