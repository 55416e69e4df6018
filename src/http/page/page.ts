/** `GET /` and `GET /trace`: the service for people, rendered here; it works without JavaScript. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { StoreDown } from '../../model/ports.ts'
import { storyOf } from '../api/resolve.ts'
import { statusOf } from '../api/status.ts'
import { requireApiToken } from '../guard.ts'
import { HttpProblem } from '../problem.ts'
import type { Served } from '../served.ts'
import { script, style } from './assets.ts'
import { html } from './html.ts'
import { frame } from './layout.ts'
import { statusPage } from './statusPage.ts'
import { tracePage } from './tracePage.ts'

const listed = 20
const storyLines = 500
const hide = { hide: true } as const

export function page(app: FastifyInstance, served: Served): void {
  const { store } = served.engine

  /** A browser asks its user for a name and a password: the password is an API token. */
  const onRequest = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    try {
      requireApiToken(request, served.access)
    } catch (error) {
      reply.header('www-authenticate', 'Basic realm="ctsf: any name, an API token as password", charset="UTF-8"')
      throw error
    }
  }
  const show = (reply: FastifyReply, text: string): FastifyReply =>
    reply.type('text/html; charset=utf-8').header('cache-control', 'no-store').send(text)

  app.register(async pages => {
    pages.setErrorHandler((error, _request, reply) => {
      const known = error instanceof HttpProblem || error instanceof StoreDown
      const [status, why] =
        error instanceof HttpProblem
          ? [error.status, `${error.message} ${error.fix}`]
          : [503, 'The database does not answer.']
      if (!known) throw error
      return show(
        reply.status(status),
        frame('ctsf', html`<h1>Not now</h1><p class="banner bad">${why}</p>`, { live: false }),
      )
    })
    // Already text: the JSON of the API must not be made of it.
    pages.setSerializerCompiler(() => data => String(data))
    pages.get('/', { schema: hide, onRequest }, async (_request, reply) => {
      const [status, conflicts, failures] = await Promise.all([
        statusOf(served),
        store.conflicts({ state: 'open', cursor: null, limit: listed }),
        store.failures({ state: 'open', cursor: null, limit: listed }),
      ])
      return show(reply, frame('ctsf: status', statusPage(status, conflicts.items, failures.items), { live: true }))
    })
    pages.get<{ Querystring: { of: string } }>(
      '/trace',
      {
        schema: {
          ...hide,
          querystring: {
            type: 'object',
            required: ['of'],
            properties: {
              of: { type: 'string', minLength: 1, maxLength: 300, pattern: '^[^\\u0000-\\u001f\\u007f]+$' },
            },
          },
        },
        onRequest,
      },
      async (request, reply) => {
        const of = request.query.of.trim()
        const story = await storyOf(served.engine, of, storyLines)
        return show(reply.status(story ? 200 : 404), frame(`ctsf: ${of}`, tracePage(of, story), { live: false }))
      },
    )
    pages.get('/page.css', { schema: hide }, async (_request, reply) => reply.type('text/css').send(style))
    pages.get('/page.js', { schema: hide }, async (_request, reply) => reply.type('text/javascript').send(script))
  })
}
