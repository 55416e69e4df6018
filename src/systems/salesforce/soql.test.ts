import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cut, fieldList, literal, quoted } from './soql.ts'

/** Reads a quoted SOQL string as the reference describes it; throws when it ends early or late. */
function unquoted(text: string): string {
  const named: Record<string, string> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f', '"': '"', "'": "'", '\\': '\\' }
  const escapes = /\\(?:u([0-9A-F]{4})|(.))/gs
  const inner = /^'((?:[^'\\]|\\.)*)'$/s.exec(text)?.[1]
  if (inner === undefined) throw new RangeError(`not one quoted string: ${text}`)
  return inner.replace(escapes, (_, hex: string | undefined, char: string) => {
    const plain = hex === undefined ? named[char] : String.fromCharCode(Number.parseInt(hex, 16))
    if (plain === undefined) throw new RangeError(`no such escape: ${char}`)
    return plain
  })
}

const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom("'", '\\', '"', '\n', '\r', '\u0000', ' ', ')', '%', '_', 'é', '😀', 'n', 'u') }),
)

test('a quoted value reads back as itself and ends nowhere early', () => {
  fc.assert(
    fc.property(hostile, value => {
      expect(unquoted(quoted(value))).toBe(value)
    }),
  )
  expect(quoted("O'Neil\\\n")).toBe(String.raw`'O\'Neil\\\n'`)
})

test('parts are short enough, and hold every literal once, in order', () => {
  const values = fc.array(hostile, { maxLength: 400, size: 'max' })
  fc.assert(
    fc.property(values, fc.integer({ min: 0, max: 14_000 }), (all, prefix) => {
      const head = 'SELECT Id FROM Contact WHERE CT_Id__c IN'
      const literals = all.flatMap(value => literal(value, 'string') ?? [])
      const parts = cut(head, literals, prefix)
      for (const part of parts) expect(part.length + prefix).toBeLessThan(15_000)
      const texts = parts.map(part => decodeURIComponent(part))
      for (const text of texts) expect(text.startsWith(`${head} ('`) && text.endsWith("')")).toBe(true)
      const room = 15_000 - prefix - encodeURIComponent(`${head} (`).length - 1
      const fitting = literals.filter(text => encodeURIComponent(text).length <= room)
      expect(texts.map(text => text.slice(head.length + 2, -1)).join(',')).toBe(fitting.join(','))
    }),
  )
})

test('what no record can hold is not asked', () => {
  expect(literal('', 'string')).toBeNull()
  expect(literal('\ud83d', 'string')).toBeNull()
  expect(literal('12.5', 'double')).toBe('12.5')
  expect(literal("1) OR (Name != ''", 'double')).toBeNull()
  expect(literal('003000000000001AAA', 'id')).toBe("'003000000000001AAA'")
  expect(literal('003', 'reference')).toBeNull()
})

test('a field is listed once, whatever its case', () => {
  expect(fieldList(['Id', 'Name', 'id', 'NAME', 'Email'])).toBe('Id,Name,Email')
})
