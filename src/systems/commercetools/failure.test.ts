/** Which failure an answer is, and that it repeats nothing of the records it speaks of. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Asked, refused, unreached } from './failure.ts'

const now = '2026-11-23T12:00:00.000Z'
const answer = (status: number, body: unknown = {}, retryAfter: string | null = null) => ({
  status,
  retryAfter,
  text: typeof body === 'string' ? body : JSON.stringify(body),
})
const failure = (status: number, body: unknown = {}, asked: Asked = 'read') =>
  refused(answer(status, body), asked, now).failure

describe('an answer', () => {
  it.each([
    ['7', '2026-11-23T12:00:07.000Z'],
    ['Mon, 23 Nov 2026 12:01:00 GMT', '2026-11-23T12:01:00.000Z'],
    ['Mon, 23 Nov 2026 11:00:00 GMT', now],
    ['soon', null],
    [null, null],
  ])('with Retry-After %s may be asked for again at %s', (retryAfter, retryAt) => {
    expect(refused(answer(429, {}, retryAfter), 'read', now).failure).toMatchObject({ is: 'throttled', retryAt })
  })

  it('of a server in trouble is uncertain for a write', () => {
    expect(failure(502, '<html>', 'write')).toMatchObject({ is: 'uncertain', code: 'HTTP_502' })
    expect(failure(503, {}, 'write')).toMatchObject({ is: 'uncertain' })
    expect(failure(502, '<html>')).toMatchObject({ is: 'unavailable' })
  })

  it('about credentials names what to set', () => {
    expect(failure(401, { error: 'invalid_client' }, 'token')).toMatchObject({
      is: 'denied',
      code: 'invalid_client',
      message: expect.stringContaining('CTP_CLIENT_SECRET'),
    })
    const scope = failure(400, { error: 'invalid_scope' }, 'token')
    expect(scope).toMatchObject({ is: 'denied', message: expect.stringContaining('CTP_SCOPES') })
    expect(failure(302)).toMatchObject({ is: 'denied', message: expect.stringContaining('CTP_API_URL') })
  })

  it('about a record gives its code and fields, not its values', () => {
    const body = {
      statusCode: 400,
      message: "The email 'ada@example.com' is taken.",
      errors: [
        { code: 'DuplicateField', field: 'email', duplicateValue: 'ada@example.com', message: 'ada@example.com' },
      ],
    }
    expect(failure(400, body, 'write')).toMatchObject({ is: 'invalid', code: 'DuplicateField', fields: ['email'] })
    expect(JSON.stringify(failure(400, body, 'write'))).not.toContain('ada')
    expect(failure(409, { errors: [{ code: 'ConcurrentModification' }] }, 'write')).toMatchObject({ is: 'stale' })
  })

  it('of any status and any body is some failure', () => {
    const asked = fc.constantFrom<Asked>('token', 'read', 'write')
    fc.assert(
      fc.property(fc.integer({ min: 300, max: 599 }), fc.oneof(fc.string(), fc.json()), asked, (status, body, what) => {
        expect(failure(status, body, what).code).toMatch(/^[A-Za-z_-]{1,64}$|^HTTP_\d+$/)
      }),
    )
  })
})

describe('a call that did not get through', () => {
  const error = (code: string) => new TypeError('fetch failed', { cause: Object.assign(new Error('x'), { code }) })

  it('is harmless before it was sent', () => {
    expect(unreached(error('ECONNREFUSED'), 'write').failure).toMatchObject({ is: 'unavailable', code: 'ECONNREFUSED' })
    expect(unreached(error('ECONNRESET'), 'write').failure).toMatchObject({ is: 'uncertain' })
    expect(unreached(error('ECONNRESET'), 'read').failure).toMatchObject({ is: 'unavailable' })
  })

  it('names the variable to look at where the host is unknown', () => {
    expect(unreached(error('ENOTFOUND'), 'token').failure.message).toContain('CTP_AUTH_URL')
    expect(unreached(error('ENOTFOUND'), 'read').failure.message).toContain('CTP_API_URL')
    expect(unreached('odd', 'read').failure).toMatchObject({ is: 'unavailable', code: 'NETWORK' })
  })
})
