/** Cuts the text of a query predicate into tokens. */

export type Token =
  | { is: 'name'; text: string; quoted: boolean; at: number }
  | { is: 'string'; text: string; at: number }
  | { is: 'number'; value: number; at: number }
  | { is: 'variable'; text: string; at: number }
  | { is: 'sign'; text: string; at: number }
  | { is: 'end'; at: number }

export class PredicateError extends Error {}

const NAME = /[A-Za-z_][A-Za-z0-9_.-]*/y
const NUMBER = /-?\d+(\.\d+)?([eE][+-]?\d+)?/y
const SIGN = /<>|<=|>=|!=|[=<>(),]/y

export function tokens(source: string): Token[] {
  const found: Token[] = []
  let at = 0
  const match = (pattern: RegExp) => {
    pattern.lastIndex = at
    return pattern.exec(source)?.[0]
  }
  while (at < source.length) {
    const letter = source[at] as string
    if (/\s/.test(letter)) {
      at += 1
      continue
    }
    const start = at
    if (letter === '"' || letter === '`') {
      const { text, end } = quoted(source, at, letter)
      at = end
      found.push(letter === '"' ? { is: 'string', text, at: start } : { is: 'name', text, quoted: true, at: start })
      continue
    }
    if (letter === ':') {
      at += 1
      const name = match(NAME)
      if (!name) throw wrong(source, start, letter, 'the name of a variable')
      at += name.length
      found.push({ is: 'variable', text: name, at: start })
      continue
    }
    const name = match(NAME)
    if (name) {
      at += name.length
      found.push({ is: 'name', text: name, quoted: false, at: start })
      continue
    }
    const number = match(NUMBER)
    if (number) {
      at += number.length
      found.push({ is: 'number', value: Number(number), at: start })
      continue
    }
    const sign = match(SIGN)
    if (!sign) throw wrong(source, start, letter, 'an identifier, a value or an operator')
    at += sign.length
    found.push({ is: 'sign', text: sign, at: start })
  }
  found.push({ is: 'end', at: source.length })
  return found
}

function quoted(source: string, from: number, quote: string): { text: string; end: number } {
  let text = ''
  for (let at = from + 1; at < source.length; at += 1) {
    const letter = source[at] as string
    if (letter === quote) return { text, end: at + 1 }
    if (letter !== '\\') {
      text += letter
      continue
    }
    at += 1
    const escaped = source[at] ?? ''
    if (escaped === 'u') {
      text += String.fromCharCode(Number.parseInt(source.slice(at + 1, at + 5), 16))
      at += 4
    } else text += ({ n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' } as Record<string, string>)[escaped] ?? escaped
  }
  throw wrong(source, source.length, 'end of input', `'${quote}'`)
}

export function wrong(source: string, at: number, got: string, expected: string): PredicateError {
  const before = source.slice(0, at).split('\n')
  const place = `(line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1})`
  const shown = got === 'end of input' ? 'Unexpected end of input' : `Invalid input '${got}'`
  return new PredicateError(`Syntax error while parsing 'where'. ${shown}, expected ${expected} ${place}:\n${source}`)
}
