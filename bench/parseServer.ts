/** A server that parses composite calls and answers them in full, and keeps nothing: what the emulated org is compared with. */
import fastify from 'fastify'

type Composite = {
  readonly compositeRequest: readonly {
    readonly referenceId: string
    readonly body: { readonly records: readonly Readonly<Record<string, unknown>>[] }
  }[]
}

const app = fastify({ bodyLimit: 50 * 1024 * 1024 })
let made = 0
app.post('/services/oauth2/token', { schema: {} }, async () => ({ access_token: 'none' }))
app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) =>
  done(null, body),
)
app.post<{ Body: Composite }>('/services/data/v67.0/composite', async ({ body }) => ({
  compositeResponse: body.compositeRequest.map(({ referenceId, body: { records } }) => ({
    body: records.map(() => ({
      id: `003gL${String(++made).padStart(10, '0')}QAA`,
      success: true,
      errors: [],
      created: true,
    })),
    httpHeaders: {},
    httpStatusCode: 200,
    referenceId,
  })),
}))
const url = await app.listen({ host: '127.0.0.1', port: 0 })
process.stdout.write(`${JSON.stringify({ ready: true, urls: { salesforce: url } })}\n`)
await new Promise(resolve => process.once('SIGINT', resolve))
await app.close()
