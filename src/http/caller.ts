/** What a request of the API goes on behalf of: its correlation id, and a signal that ends the work when the caller goes away. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { CallContext } from '../model/ports.ts'

export function callerOf(request: FastifyRequest, reply: FastifyReply): CallContext {
  const stop = new AbortController()
  // Not the request's end: with a body that is where the work begins.
  reply.raw.on('close', () => reply.raw.writableEnded || stop.abort(new Error('the caller went away')))
  return { correlationId: request.id, signal: stop.signal }
}
