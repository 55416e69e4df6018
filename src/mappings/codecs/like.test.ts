/** What every likeness keeps: a form of a form is itself, what is written is left alone, and different ones stay apart. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Likeness } from '../../model/mapping.ts'
import { likeCompany } from './likeCompany.ts'
import { likeDuns } from './likeDuns.ts'
import { likeEmail } from './likeEmail.ts'
import { likeName } from './likeName.ts'
import { likePhone } from './likePhone.ts'
import { likeVatId } from './likeVatId.ts'

const tagless = likeEmail({ plus: 'ignore', dots: ['gmail.com', 'müller.de'] })
const anyForm = likeCompany({ legalForms: ['GmbH', 'GmbH & Co. KG', 'S.A.', 'Ltd.'] })

const label = fc.string({ unit: fc.constantFrom(...'abzüßéñøдж漢1-'), minLength: 1, maxLength: 10 })
const domains = fc.tuple(label, fc.constantFrom('de', 'com', 'рф')).map(([name, top]) => `${name}.${top}`)
const locals = fc.string({ unit: fc.constantFrom(...'abü.+-_%\'"'), minLength: 1, maxLength: 12 })
const emails = fc.oneof(
  fc.emailAddress(),
  fc.tuple(locals, domains).map(([local, domain]) => `${local}@${domain}`),
)
const companies = fc
  .array(fc.constantFrom('Acme', 'Müller', '&', 'Söhne', 'GmbH', 'Co.', 'KG', 'S.A.', 'S.', 'A.', '-', 'ltd'), {
    maxLength: 6,
  })
  .map(words => words.join(' '))
const phones = fc.oneof(
  fc.stringMatching(/^\+49170[0-9]{7}$/),
  fc.stringMatching(/^(\+1 ?|00|0)?[0-9 ()/-]{4,14}( ?x[0-9]{1,4})?$/),
)
const vatIds = fc.stringMatching(/^ ?([A-Za-z]{2}|GR|EL)?[ .-]?[0-9A-Z]{2,4}[ .-]?[0-9]{3,6}$/)
const duns = fc.stringMatching(/^[0-9]{2}-?[0-9]{3}-?[0-9]{4}$/)

const all: readonly [string, Likeness, fc.Arbitrary<string>][] = [
  ['email', likeEmail(), emails],
  ['email without tags and dots', tagless, emails],
  ['phone', likePhone, phones],
  ['VAT id', likeVatId, vatIds],
  ['D-U-N-S', likeDuns, duns],
  ['company', likeCompany(), companies],
  ['company without legal forms', anyForm, companies],
  ['name', likeName, companies],
]

describe.each(all)('%s', (_, { form, spellings }, own) => {
  const texts = fc.oneof({ weight: 4, arbitrary: own }, fc.string({ unit: 'binary', maxLength: 40 }))

  test('a form of a form is itself', () => {
    fc.assert(
      fc.property(texts, text => {
        const once = form(text)
        if (once !== null) expect(form(once)).toBe(once)
      }),
      { numRuns: 2_000 },
    )
  })

  test('is asked for as it is written, and in nothing but other ways of writing it', () => {
    fc.assert(
      fc.property(texts, text => {
        const ways = spellings(text)
        if (form(text) === null) return
        expect(ways[0]).toBe(text)
        expect(new Set(ways).size).toBe(ways.length)
        for (const way of ways) expect(form(way)).toBe(form(text))
      }),
      { numRuns: 2_000 },
    )
  })

  test('case and blanks around make no difference', () => {
    fc.assert(
      fc.property(own, text => {
        expect(form(`  ${text} `)).toBe(form(text))
        // A domain in ß is another one than that in ss, and has no capital.
        const kept = text.replaceAll('ß', 's')
        expect(form(kept.toUpperCase())).toBe(form(kept))
      }),
    )
  })
})

describe('different ones stay apart', () => {
  const apart = (like: Likeness, some: fc.Arbitrary<string>) =>
    fc.assert(fc.property(some, some, (a, b) => void expect(like.form(a) === like.form(b)).toBe(a === b)))
  test('emails in lower case', () => apart(likeEmail(), fc.stringMatching(/^[a-z0-9.+_-]{1,8}@[a-z]{1,4}\.(de|com)$/)))
  test('numbers in E.164', () => apart(likePhone, fc.stringMatching(/^\+49170[0-9]{7}$/)))
  test('VAT ids', () => apart(likeVatId, fc.stringMatching(/^(DE|AT|FR)[0-9]{9}$/)))
  test('D-U-N-S numbers', () => apart(likeDuns, fc.stringMatching(/^[0-9]{9}$/)))
  test('companies with their legal form', () => apart(likeCompany(), fc.stringMatching(/^[a-z]{1,6}(gmbh|ag|ltd)$/)))

  test.each([
    ['a@straße.de', 'a@strasse.de'],
    ['a@ü/x.de', 'a@ü.de'],
    ['a%40b@x.de', 'a@b@x.de'],
    ['a_b@x.de', 'axb@x.de'],
    ['an.na@gmail.com', 'anna@gmail.com'],
    ['anna+shop@x.de', 'anna@x.de'],
  ])('%s is not %s', (a, b) => expect(likeEmail().form(a)).not.toBe(likeEmail().form(b)))

  test('a domain whose dots are not named keeps them', () => {
    expect(tagless.form('an.na@web.de')).not.toBe(tagless.form('anna@web.de'))
  })

  test('an extension is another phone', () => {
    expect(likePhone.form('+49 89 1234567 x64')).not.toBe(likePhone.form('+49 89 1234567'))
  })
})

describe('one thing in two ways', () => {
  test.each<[Likeness, string, string]>([
    [likeEmail(), 'Anna@MÜLLER.de', 'anna@xn--mller-kva.de'],
    [likeEmail(), 'mu\u0308ller@example.com', 'MÜLLER@example.com'],
    [tagless, 'an.na+shop@GMAIL.com', 'anna@gmail.com'],
    [tagless, 'an.na@xn--mller-kva.de', 'anna@müller.de'],
    [tagless, '+49@x.de', '+49@X.de'],
    [likePhone, '+49 (0)170 / 123 45 67', '00491701234567'],
    [likeVatId, 'DE 123.456.789', 'de123456789'],
    [likeVatId, 'GR123456789', 'EL 123 456 789'],
    [likeDuns, '15-048-3782', '150483782'],
    [likeCompany(), 'ACME, Söhne & Co.', 'acme sohne co'],
    [anyForm, 'Acme GmbH & Co. KG', 'ACME'],
    [anyForm, 'Société Générale S. A.', 'societe generale'],
    [anyForm, 'GmbH', 'gmbh'],
  ])('%o: %s is %s', ({ form }, a, b) => expect(form(a)).toBe(form(b)))

  test('the other alphabet, the bare address and the named legal forms are asked for', () => {
    expect(likeEmail().spellings('a@müller.de')).toEqual(['a@müller.de', 'a@xn--mller-kva.de'])
    expect(likeEmail().spellings('a@xn--mller-kva.de')).toContain('a@müller.de')
    expect(tagless.spellings('an.na+shop@gmail.com')).toEqual(
      expect.arrayContaining(['an.na@gmail.com', 'anna@gmail.com']),
    )
    expect(anyForm.spellings('Acme GmbH')).toEqual(expect.arrayContaining(['Acme GmbH', 'Acme', 'Acme Ltd.']))
    expect(likeVatId.spellings('DE123456789')).toEqual(['DE123456789', 'DE 123456789', 'DE 123 456 789'])
    expect(likeEmail().spellings('anna@example.com')).toEqual(['anna@example.com'])
  })
})
