/** What the small things of this room promise. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { aborted } from './aborted.ts'
import { clock } from './clock.ts'
import { correlationIdOf } from './correlation.ts'
import { digester } from './digester.ts'
import { log } from './log.ts'
import { nearMiss } from './nearMiss.ts'
import { readSecret, sameSecret } from './secret.ts'

describe('digester', () => {
  const one = digester('k'.repeat(32))
  it('tells values, types and fields apart, and repeats itself', () => {
    expect(one.digest('Phone', '1')).toBe(one.digest('Phone', '1'))
    const others = [
      one.digest('Phone', 1),
      one.digest('Phone', true),
      one.digest('Fax', '1'),
      one.digest('Phone', null),
    ]
    expect(new Set([one.digest('Phone', '1'), ...others]).size).toBe(5)
    expect(one.digest('Phone', '1')).toMatch(/^[\w-]{4}\.[\w-]{16}$/)
  })
  it('answers under an older key while it is kept', () => {
    const both = digester('n'.repeat(32), ['k'.repeat(32)])
    expect(both.keyId).not.toBe(one.keyId)
    expect(both.under(one.keyId, 'Phone', '1')).toBe(one.digest('Phone', '1'))
    expect(digester('n'.repeat(32)).under(one.keyId, 'Phone', '1')).toBeNull()
  })
})

describe('aborted', () => {
  it('resolves when the signal fires, and at once when it has fired before anybody listened', async () => {
    const stop = new AbortController()
    let isOver = false
    const over = aborted(stop.signal).then(() => (isOver = true))
    await Promise.resolve()
    expect(isOver).toBe(false)
    stop.abort()
    await over
    await aborted(stop.signal)
  })
})

describe('correlationIdOf', () => {
  it('takes a sound id, else the trace id, else makes one', () => {
    expect(correlationIdOf({ 'x-correlation-id': 'shop/abc-1' })).toBe('shop/abc-1')
    const trace = '0af7651916cd43dd8448eb211c80319c'
    expect(correlationIdOf({ 'x-correlation-id': 'a\nb', traceparent: `00-${trace}-b7ad6b7169203331-01` })).toBe(trace)
    expect(correlationIdOf({ 'x-correlation-id': "'; drop" })).toMatch(/^[0-9a-f-]{36}$/)
  })
})

describe('readSecret', () => {
  it('reads the variable or the file, and names the place when it cannot', () => {
    const folder = mkdtempSync(join(tmpdir(), 'secret-'))
    try {
      writeFileSync(join(folder, 'key'), 'hush\n')
      expect(readSecret({ KEY_FILE: join(folder, 'key') }, 'KEY')).toMatchObject({ is: 'value', value: 'hush' })
      expect(readSecret({ KEY: 'x' }, 'KEY')).toMatchObject({ is: 'value', value: 'x' })
      expect(readSecret({ KEY: '' }, 'KEY')).toEqual({ is: 'absent' })
      expect(readSecret({ KEY_FILE: join(folder, 'none') }, 'KEY')).toMatchObject({
        is: 'unreadable',
        place: 'KEY_FILE',
      })
      expect(readSecret({ KEY: 'a', KEY_FILE: 'b' }, 'KEY')).toMatchObject({ is: 'unreadable' })
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
  it('compares', () => {
    expect(sameSecret('a', 'a')).toBe(true)
    expect(sameSecret('a', 'ab')).toBe(false)
  })
})

describe('log', () => {
  it('writes one JSON line and cuts secrets', () => {
    const lines: string[] = []
    const logger = log('info', line => lines.push(line))
    logger.child({ pass: 1 }).info({ token: 'hush', http: { authorization: 'Bearer hush' } }, 'sent')
    logger.debug({}, 'too fine')
    expect(lines).toHaveLength(1)
    expect(lines[0]).not.toContain('hush')
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'info', pass: 1, msg: 'sent' })
  })
})

describe('nearMiss', () => {
  it('suggests what is near and nothing else', () => {
    const known = ['owner', 'commerce', 'codec']
    expect(nearMiss('onwer', known)).toBe('owner')
    expect(nearMiss('comerce', known)).toBe('commerce')
    expect(nearMiss('salesforce', known)).toBeNull()
  })
})

describe('clock', () => {
  it('stops sleeping when told', async () => {
    const stop = new AbortController()
    const asleep = clock().sleep(60_000, stop.signal)
    stop.abort(new Error('enough'))
    await expect(asleep).rejects.toThrow('enough')
  })
})
