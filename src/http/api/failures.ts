/** Records that cannot succeed as they are: to be retried or discarded by a person. */
import type { FastifyInstance } from 'fastify'
import type { FailedRecord } from '../../model/outcome.ts'
import { takeCursor } from '../cursor.ts'
import type { Served } from '../served.ts'
import { byId, missing, over, type Page, pageOf, shown } from './listed.ts'

export function failures(app: FastifyInstance, { engine: { store }, drain }: Served): void {
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
