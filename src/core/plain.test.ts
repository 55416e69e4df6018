/** How names are compared: the variations that are none, and the people who stay apart. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { plain } from './plain.ts'

const word = fc.string({ unit: 'grapheme', maxLength: 20 })
const latin = fc.stringMatching(/^[A-Za-zÀ-ÖØ-öø-ÿ' -]{1,20}$/)

describe('plain', () => {
  test('its own result is plain already', () => {
    fc.assert(fc.property(word, text => void expect(plain(plain(text))).toBe(plain(text))))
  })

  test('case, accents, punctuation and the way a letter is composed make no difference', () => {
    fc.assert(
      fc.property(latin, name => {
        const ways = [name.toLowerCase(), name.normalize('NFD'), name.replace(/[' -]/g, ''), ` ${name}. `]
        const bare = name.normalize('NFD').replace(/[\u0300-\u036f]/g, '')
        for (const way of [...ways, bare]) expect(plain(way)).toBe(plain(name))
      }),
    )
  })

  test('letters and digits make one', () => {
    const letters = fc.stringMatching(/^[a-z0-9]{1,12}$/)
    fc.assert(fc.property(letters, letters, (a, b) => void expect(plain(a) === plain(b)).toBe(a === b)))
  })

  test.each([
    ['Łukasz Ørsted', 'lukasz orsted'],
    ['GROß', 'gross'],
    ['Алёна', 'Алена'],
    ['Ἀθηνᾶ', 'ΑΘΗΝΑ'],
    ['İpek', 'ipek'],
  ])('%s is %s', (a, b) => expect(plain(a)).toBe(plain(b)))

  // Marks that are letters in their script: without them these would be one name each.
  test.each([
    ['राम', 'रमा'],
    ['かとう', 'がとう'],
    ['Бойко', 'Боико'],
    ['นา', 'นี'],
    ['Müller', 'Mueller'],
  ])('%s is not %s', (a, b) => expect(plain(a)).not.toBe(plain(b)))

  test('a mark behind punctuation belongs to the letter before it', () => {
    expect(plain("a'\u0300")).toBe('a')
  })

  test('what is no text is nothing', () => {
    expect(['', ' -', null, {}, []].map(plain)).toEqual(['', '', '', '', ''])
  })
})
