/** Names keep their spelling and lose what nobody sees. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { context, keepsTheLaws, value } from '../testing/laws.ts'
import { name } from './name.ts'

describe('name', () => {
  keepsTheLaws(name, { like: fc.string({ unit: 'grapheme' }) })

  test.each([
    [' Anna \t Maria\n', 'Anna Maria'],
    ['Mu\u0308ller', 'Müller'],
    ['山田　太郎', '山田 太郎'],
    ["d'Ocagne-McKenzie", "d'Ocagne-McKenzie"],
    ['van der BERG', 'van der BERG'],
  ])('%j is stored as %j', (raw, stored) => {
    expect(name.toCrm(raw, context())).toEqual(value(stored))
  })
})
