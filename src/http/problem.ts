/** How the API says no: a stable code, one sentence, and what to do about it. */
import type { FastifyInstance } from 'fastify'
import { RemoteFailure } from '../model/outcome.ts'
import { StoreDown } from '../model/ports.ts'

/** An answer that is not the one asked for. `code` is stable, for programs; `fix` is for the person. */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem'
  readonly status: number
  readonly code: string
  readonly fix: string
  constructor(status: number, code: string, message: string, fix: string) {
    super(message)
    this.status = status
    this.code = code
    this.fix = fix
  }
}

export const notFound = (what: string, fix: string): HttpProblem => new HttpProblem(404, 'not-found', what, fix)

type Answer = { readonly status: number; readonly code: string; readonly message: string; readonly fix: string }

const remoteStatus: Readonly<Record<string, number>> = { throttled: 503, unavailable: 503, uncertain: 503 }

const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : ''
const statusOf = (error: unknown): number =>
  typeof error === 'object' && error !== null && 'statusCode' in error ? Number(error.statusCode) : 500

/** Every error that can reach the edge, in the words of the edge. Nothing unexpected shows its insides. */
export function answerTo(error: unknown): Answer {
  if (error instanceof HttpProblem) return { ...error, message: error.message, status: error.status }
  if (error instanceof StoreDown)
    return {
      status: 503,
      code: 'store-down',
      message: 'The database does not answer.',
      fix: 'Send again later; nothing was acknowledged.',
    }
  if (error instanceof RemoteFailure)
    return {
      status: remoteStatus[error.failure.is] ?? 502,
      code: error.failure.code,
      message: error.failure.message,
      fix: error.failure.is === 'denied' ? 'Run ctsf check.' : 'Try again later.',
    }
  const code = codeOf(error)
  const message = error instanceof Error ? error.message : ''
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE')
    return { status: 413, code: 'too-large', message: 'The body is over 1 MB.', fix: 'Send less at once.' }
  if (code === 'FST_ERR_VALIDATION') return { status: 400, code: 'bad-request', message, fix: openApi }
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE')
    return {
      status: 415,
      code: 'bad-media-type',
      message: 'The API takes JSON.',
      fix: 'Send Content-Type: application/json.',
    }
  const status = statusOf(error)
  if (status >= 400 && status < 500) return { status, code: 'bad-request', message, fix: openApi }
  return {
    status: 500,
    code: 'internal',
    message: 'Something went wrong here, not with your request.',
    fix: 'Look in the log for the correlation id of this answer.',
  }
}

const openApi = 'See GET /api/openapi.json.'

/** Installs the answers to errors and to what is not there. */
export function problems(app: FastifyInstance): void {
  app.setErrorHandler((error, request, reply) => {
    const { status, code, message, fix } = answerTo(error)
    if (status >= 500) request.log.error({ err: error }, 'request failed')
    return reply.status(status).send({ error: { code, message, fix } })
  })
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0] ?? ''
    const others = (['GET', 'POST'] as const).filter(
      method => method !== request.method && app.findRoute({ method, url: path }) !== null,
    )
    if (others.length > 0)
      return reply
        .status(405)
        .header('allow', others.join(', '))
        .send({
          error: {
            code: 'bad-method',
            message: `This path does not take ${request.method}.`,
            fix: `Use ${others.join(' or ')}.`,
          },
        })
    return reply
      .status(404)
      .send({ error: { code: 'no-such-route', message: 'There is nothing at this path.', fix: openApi } })
  })
}
