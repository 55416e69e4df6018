/** Email addresses as Salesforce stores them, and none that would make it refuse the row. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { field } from '../../../test/given.ts'
import { context, keepsTheLaws, value } from '../testing/laws.ts'
import { email } from './email.ts'

describe('email', () => {
  keepsTheLaws(email, {
    like: fc.oneof(
      fc.emailAddress(),
      fc.string({ unit: 'grapheme' }).map(text => `${text}@example.com`),
    ),
  })

  test.each([
    [' Anna.Schmidt@Example.COM ', 'anna.schmidt@example.com'],
    ['anna+shop@example.com', 'anna+shop@example.com'],
    ['mu\u0308ller@example.com', 'müller@example.com'],
  ])('%j is stored as %j', (raw, stored) => {
    expect(email.toCrm(raw, context())).toEqual(value(stored))
  })

  test.each(['anna', 'anna@', '@example.com', 'anna@localhost', 'anna schmidt@example.com', 'a@b@example.com', 7])(
    '%j is left out',
    raw => {
      expect(email.toCrm(raw, context())).toEqual({ is: 'bad', why: 'is not an email address' })
    },
  )

  test('one that does not fit the field is left out, not cut to another address', () => {
    const long = `${'a'.repeat(80)}@example.com`
    const coded = email.toCrm(long, context({}, field('Email', { type: 'email', length: 80 })))
    expect(coded).toEqual({ is: 'bad', why: 'is longer than 80 characters' })
  })
})
