/** What stands before the @. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { context, keepsTheLaws, value } from '../testing/laws.ts'
import { localPart } from './localPart.ts'

describe('localPart', () => {
  keepsTheLaws(localPart, { like: fc.oneof(fc.emailAddress(), fc.string()) })

  test('is the part before the @, in lower case', () => {
    expect(localPart.toCrm(' Anna.Schmidt@example.com', context())).toEqual(value('anna.schmidt'))
    expect(localPart.toCrm('anna', context())).toEqual(value('anna'))
    expect(localPart.toCrm('@example.com', context()).is).toBe('bad')
  })
})
