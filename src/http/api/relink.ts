/** Links from Salesforce, a page a request: the command asks for one after the other, and may begin again anywhere. */
import type { FastifyInstance } from 'fastify'
import { relink as relinkPage, stream } from '../../engine/relink.ts'
import { callerOf } from '../caller.ts'
import { HttpProblem } from '../problem.ts'
import type { Served } from '../served.ts'

type Asked = { readonly position?: string; readonly dryRun: boolean; readonly restart: boolean }

export function relink(app: FastifyInstance, { engine, drain }: Served): void {
  app.post<{ Body: Asked }>(
    '/relink',
    {
      schema: {
        summary: 'Links one page of Salesforce records that bear a key of ours',
        description:
          'Without `position` it continues where the last request that entered links ended (`resumed`), or at the start; `restart` begins anew. `next` is the position of the next page, null at the end. With `dryRun` nothing is entered, and it begins at the start. What is linked already stays as it is, so any page may be asked for twice.',
        tags: ['repair'],
        body: {
          type: 'object',
          additionalProperties: false,
          properties: {
            position: { type: 'string', pattern: '^[A-Za-z0-9_-]{1,80}\\|[A-Za-z0-9_-]{1,80}\\|[A-Za-z0-9]{0,18}$' },
            dryRun: { type: 'boolean', default: true },
            restart: { type: 'boolean', default: false },
          },
        },
      },
    },
    async (request, reply) => {
      const { position: given, dryRun, restart } = request.body
      const last = given === undefined && !dryRun && !restart ? await engine.store.checkpoint(stream) : null
      const left = last === null || last.position === '' ? null : last.position
      const context = callerOf(request, reply)
      const page = await relinkPage(engine, { position: given ?? left, dryRun }, context)
      // Where the configuration has changed since it was interrupted, the place does not exist any more.
      const found = page ?? (given === undefined ? await relinkPage(engine, { position: null, dryRun }, context) : null)
      if (found === null)
        throw new HttpProblem(400, 'bad-request', 'No mapping has such a position.', 'Begin without one.')
      if (found.differing > 0 && !dryRun) drain?.wake()
      return { ...found, resumed: page !== null && left !== null }
    },
  )
}
