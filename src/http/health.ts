/** Is the process alive, is it ready, and what do its figures say: for machines that watch machines. */
import type { FastifyInstance } from 'fastify'
import type { Served } from './served.ts'

const ready = {
  type: 'object',
  properties: { ready: { type: 'boolean' }, reasons: { type: 'array', items: { type: 'string' } } },
} as const

export function health(app: FastifyInstance, { unready, metrics }: Served): void {
  app.get(
    '/healthz',
    {
      schema: {
        summary: 'Is the process alive?',
        tags: ['health'],
        response: { 200: { description: 'Yes.', type: 'object', properties: { alive: { const: true } } } },
      },
    },
    async () => ({ alive: true }),
  )
  app.get(
    '/readyz',
    {
      schema: {
        summary: 'Can it do its work, and if not, why?',
        tags: ['health'],
        response: { 200: { description: 'Yes.', ...ready }, 503: { description: 'No.', ...ready } },
      },
    },
    async (_request, reply) => {
      const reasons = await unready()
      return reply.status(reasons.length === 0 ? 200 : 503).send({ ready: reasons.length === 0, reasons })
    },
  )
  app.get(
    '/metrics',
    {
      schema: {
        summary: 'Figures for Prometheus',
        tags: ['health'],
        produces: ['text/plain'],
        response: { 200: { description: 'ctsf_…', type: 'string' } },
      },
    },
    async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()),
  )
}
