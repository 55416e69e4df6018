/** One decision for many conflicts, with a preview: nothing is decided that was not counted first. */
import type { FastifyInstance } from 'fastify'
import { atMost, decideAll, previewAll } from '../../engine/decideAll.ts'
import type { Engine } from '../../engine/engine.ts'
import type { ConflictFilter } from '../../model/plan.ts'
import type { Side } from '../../model/resource.ts'
import { HttpProblem } from '../problem.ts'
import type { Served } from '../served.ts'
import { choiceOf, whoever } from './choice.ts'
import { name, recordId } from './listed.ts'
import { recordsNamed } from './resolve.ts'

type Filter = Omit<ConflictFilter, 'source'> & { readonly source?: string }
type Asked = {
  readonly filter: Filter
  readonly choice: { readonly do: 'share' | 'create' | 'ignore' | 'take' | 'wait'; readonly side?: Side }
  readonly by?: string
  readonly dryRun: boolean
  readonly expected?: number
}

const body = {
  type: 'object',
  required: ['filter', 'choice'],
  additionalProperties: false,
  properties: {
    filter: {
      type: 'object',
      minProperties: 1,
      additionalProperties: false,
      properties: {
        kind: name,
        mapping: name,
        role: name,
        field: name,
        openedBefore: { type: 'string', format: 'date-time' },
        source: recordId,
      },
    },
    choice: {
      type: 'object',
      required: ['do'],
      additionalProperties: false,
      properties: { do: { enum: ['share', 'create', 'ignore', 'take', 'wait'] }, side: { enum: ['commerce', 'crm'] } },
    },
    by: name,
    dryRun: { type: 'boolean', default: true },
    expected: { type: 'integer', minimum: 0 },
  },
} as const

function filterOf(engine: Engine, { source, openedBefore, ...rest }: Filter): ConflictFilter {
  const [record] = source === undefined ? [] : recordsNamed(engine, source)
  if (source !== undefined && record === undefined)
    throw new HttpProblem(400, 'bad-request', `'${source}' names no record.`, 'Write it like customer/<project>/<id>.')
  return {
    ...rest,
    ...(record === undefined ? {} : { source: record }),
    ...(openedBefore === undefined ? {} : { openedBefore: new Date(openedBefore).toISOString() }),
  }
}

export function resolveMany(app: FastifyInstance, { engine, drain, access }: Served): void {
  app.post<{ Body: Asked }>(
    '/conflicts/resolve',
    {
      schema: {
        summary: 'Makes one decision on all open conflicts that a filter means',
        description: `A preview unless \`dryRun\` is false: counts, and up to 20 examples. To decide, give the number that the preview counted as \`expected\`; if it is another one by now, nothing is decided (409 \`count-moved\`). One request decides ${atMost} at most and tells how many are \`left\`; interrupted, it may be sent again with the number that is open then.`,
        tags: ['review'],
        body,
      },
    },
    async request => {
      const { choice: asked, dryRun, expected } = request.body
      const choice = choiceOf(asked)
      const filter = filterOf(engine, request.body.filter)
      if (dryRun) return previewAll(engine, filter, choice, request.id)
      const by = whoever(request, access, request.body.by)
      if (expected === undefined)
        throw new HttpProblem(
          400,
          'no-preview',
          'A decision on many needs the number that a preview counted.',
          'Ask with dryRun first, then give meant.total as expected.',
        )
      const done = await decideAll(engine, filter, choice, expected, { by, correlationId: request.id })
      if (done.is === 'moved')
        throw new HttpProblem(
          409,
          'count-moved',
          `It is ${done.meant.total} conflicts now, not ${expected}: nothing was decided.`,
          'Look at the preview again.',
        )
      drain?.wake()
      return done
    },
  )
}
