/** What is unclear: listed, shown with both sides and what each decision would write, decided, and taken back. */
import type { FastifyInstance } from 'fastify'
import { decide } from '../../engine/decide.ts'
import { foresee } from '../../engine/foresee.ts'
import type { Conflict, PastDecision, Undone } from '../../model/plan.ts'
import { callerOf } from '../caller.ts'
import { takeCursor } from '../cursor.ts'
import { HttpProblem } from '../problem.ts'
import type { Served } from '../served.ts'
import { type AskedChoice, choiceOf, choiceProperties, whoever } from './choice.ts'
import { byId, missing, name, over, type Page, pageOf, shown } from './listed.ts'

/** Why a decision was not taken back, and what to do. */
const refusals: Readonly<Record<Exclude<Undone, 'undone'>, readonly [message: string, fix: string]>> = {
  'not-decided': ['There is no decision to take back.', 'Look at the conflict: it is open, or was closed without one.'],
  'at-work': ['A pass is working on this record and may be carrying it out.', 'Try again in a moment.'],
  uncertain: ['A write of this record was sent and not answered.', 'Try again once the record was looked at.'],
  'carried-out': [
    'It was carried out: what it led to is written.',
    'Correct the records themselves; GET /api/v1/trace tells what was written.',
  ],
  'asked-again': [
    'There is a newer question about the same record.',
    'Decide that one: its answer replaces this decision.',
  ],
}

/** A second decision is told what the first one was, so that nobody thinks theirs was taken. */
function decidedAlready(state: Conflict['state'], last: PastDecision | null): HttpProblem {
  if (state === 'closed' || last === null) return over('conflict')
  const what = last.choice.do === 'take' ? `take ${last.choice.side}` : last.choice.do
  return new HttpProblem(
    409,
    'decided-already',
    `${last.by} decided '${what}' at ${last.at}.`,
    'Take that back first: POST /api/v1/conflicts/{id}/undo.',
  )
}

export function conflicts(app: FastifyInstance, { engine, drain, access }: Served): void {
  const { store } = engine
  app.get<{ Querystring: Page<Conflict['state'] | 'all'> }>(
    '/conflicts',
    {
      schema: {
        summary: 'Conflicts, newest first; `waiting` counts the records that wait for this one',
        tags: ['review'],
        querystring: pageOf(['open', 'decided', 'awaits-merge', 'ignored', 'closed']),
      },
    },
    async ({ query: { state, cursor, limit } }) =>
      shown('conflicts', await store.conflicts({ state, cursor: takeCursor('conflicts', cursor), limit })),
  )
  app.get<{ Params: { id: string }; Querystring: { preview: boolean } }>(
    '/conflicts/:id',
    {
      schema: {
        summary: 'One conflict, with all decisions that were made about it',
        description:
          'With `preview=true` also what each decision would write now, field by field. That reads both systems: up to two Salesforce calls a choice.',
        tags: ['review'],
        params: byId,
        querystring: { type: 'object', properties: { preview: { type: 'boolean', default: false } } },
      },
    },
    async (request, reply) => {
      const { id } = request.params
      const [conflict, decisions] = await Promise.all([store.conflict(id), store.pastDecisions(id)])
      if (conflict === null) throw missing('conflict')
      if (!request.query.preview) return { ...conflict, decisions }
      const foreseen = await foresee(engine, conflict, callerOf(request, reply))
      return { ...conflict, decisions, foreseen }
    },
  )
  app.post<{ Params: { id: string }; Body: AskedChoice & { by?: string } }>(
    '/conflicts/:id/decision',
    {
      schema: {
        summary: 'Decides a conflict; the next pass carries it out',
        description: '`by` is needed where no token names the caller, and has no say where one does.',
        tags: ['review'],
        params: byId,
        body: {
          type: 'object',
          required: ['do'],
          additionalProperties: false,
          properties: { ...choiceProperties, by: name },
        },
      },
    },
    async request => {
      const by = whoever(request, access, request.body.by)
      const decided = await decide(engine, request.params.id, choiceOf(request.body), by, request.id)
      if (decided.is === 'not-there') throw missing('conflict')
      if (decided.is === 'over') throw decidedAlready(decided.state, decided.last)
      if (decided.is === 'misfit')
        throw new HttpProblem(
          409,
          'no-answer',
          `'${request.body.do}' does not answer this conflict: ${decided.why}.`,
          'GET /api/v1/conflicts/{id}?preview=true shows the choices that do.',
        )
      drain?.wake()
      return decided.decision
    },
  )
  app.post<{ Params: { id: string }; Body: { by?: string } | null }>(
    '/conflicts/:id/undo',
    {
      schema: {
        summary: 'Takes a decision back while nothing was written after it; the conflict is open again',
        description:
          '409 tells why not: `at-work` and `uncertain` pass by themselves, `carried-out` and `asked-again` do not.',
        tags: ['review'],
        params: byId,
        body: { type: ['object', 'null'], additionalProperties: false, properties: { by: name } },
      },
    },
    async request => {
      const { id } = request.params
      const by = whoever(request, access, request.body?.by)
      if ((await store.conflict(id)) === null) throw missing('conflict')
      const undone = await store.undo(id, by, request.id)
      if (undone !== 'undone') throw new HttpProblem(409, undone, ...refusals[undone])
      drain?.wake()
      return (await store.conflict(id)) ?? missing('conflict')
    },
  )
}
