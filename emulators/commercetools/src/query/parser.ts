/** Turns the text of a query predicate into a tree, with its variables replaced by their values. */
import { PredicateError, type Token, tokens, wrong } from './lexer.ts'

export type Scalar = string | number | boolean
type Operator = '=' | '!=' | '<' | '>' | '<=' | '>='

export type Predicate =
  | { is: 'and' | 'or'; of: Predicate[] }
  | { is: 'not'; of: Predicate }
  | { is: 'compare'; field: string; by: Operator; value: Scalar }
  | { is: 'in'; field: string; values: Scalar[]; not: boolean }
  | { is: 'contains'; field: string; values: Scalar[]; all: boolean }
  | { is: 'defined' | 'empty'; field: string; not: boolean }
  | { is: 'nested'; field: string; of: Predicate }

export type Variables = Record<string, string[]>

const OPERATORS: Record<string, Operator> = {
  '=': '=',
  '!=': '!=',
  '<>': '!=',
  '<': '<',
  '>': '>',
  '<=': '<=',
  '>=': '>=',
}

/** Deeper than anybody writes, far from what a recursive reader can bear; the real API's own limit is not documented. */
const DEEPEST = 200

export function parse(source: string, variables: Variables): Predicate {
  const all = tokens(source)
  let at = 0
  let depth = 0
  const peek = (): Token => all[at] ?? { is: 'end', at: source.length }
  const next = (): Token => {
    const token = peek()
    at += 1
    return token
  }
  const isSign = (text: string) => {
    const token = peek()
    return token.is === 'sign' && token.text === text
  }
  const isWord = (word: string) => {
    const token = peek()
    return token.is === 'name' && !token.quoted && token.text.toLowerCase() === word
  }
  const word = (text: string) => {
    if (!isWord(text)) throw unexpected(`'${text}'`)
    next()
  }
  const sign = (text: string) => {
    if (!isSign(text)) throw unexpected(`'${text}'`)
    next()
  }
  const unexpected = (expected: string) => {
    const token = peek()
    return wrong(source, token.at, token.is === 'end' ? 'end of input' : (source[token.at] ?? ''), expected)
  }

  function either(): Predicate {
    depth += 1
    if (depth > DEEPEST) throw new PredicateError(`The predicate is nested more than ${DEEPEST} levels deep.`)
    const of = [both()]
    while (isWord('or')) {
      next()
      of.push(both())
    }
    depth -= 1
    return of.length === 1 ? (of[0] as Predicate) : { is: 'or', of }
  }

  function both(): Predicate {
    const of = [single()]
    while (isWord('and')) {
      next()
      of.push(single())
    }
    return of.length === 1 ? (of[0] as Predicate) : { is: 'and', of }
  }

  function single(): Predicate {
    if (isSign('(')) {
      next()
      const inner = either()
      sign(')')
      return inner
    }
    const token = peek()
    if (token.is !== 'name') throw unexpected("'(', 'not' or a field name")
    const following = all[at + 1]
    if (isWord('not') && following?.is === 'sign' && following.text === '(') {
      next()
      next()
      const of = either()
      sign(')')
      return { is: 'not', of }
    }
    next()
    return about(token.text)
  }

  function about(field: string): Predicate {
    if (isSign('(')) {
      next()
      const of = either()
      sign(')')
      return { is: 'nested', field, of }
    }
    const token = peek()
    const by = token.is === 'sign' ? OPERATORS[token.text] : undefined
    if (by) {
      next()
      return { is: 'compare', field, by, value: value() }
    }
    if (isWord('in')) {
      next()
      return { is: 'in', field, values: values(), not: false }
    }
    if (isWord('not')) {
      next()
      word('in')
      return { is: 'in', field, values: values(), not: true }
    }
    if (isWord('contains')) {
      next()
      const all = isWord('all')
      word(all ? 'all' : 'any')
      return { is: 'contains', field, values: values(), all }
    }
    if (isWord('is')) {
      next()
      const not = isWord('not')
      if (not) next()
      if (isWord('empty')) {
        next()
        return { is: 'empty', field, not }
      }
      word('defined')
      return { is: 'defined', field, not }
    }
    throw unexpected("'(', 'in', 'not', 'contains', 'is', or a comparison operator")
  }

  function value(): Scalar {
    const given = several()
    if (given.length !== 1) throw new PredicateError('A single value is expected, the variable holds several.')
    return given[0] as Scalar
  }

  /** One literal, or all values of a variable. */
  function several(): Scalar[] {
    const token = peek()
    if (token.is === 'string') {
      next()
      return [token.text]
    }
    if (token.is === 'number') {
      next()
      return [token.value]
    }
    if (isWord('true') || isWord('false')) {
      const truth = isWord('true')
      next()
      return [truth]
    }
    if (token.is === 'variable') {
      next()
      const given = variables[token.text]
      if (!given) throw new PredicateError(`Missing value for input variable '${token.text}'.`)
      return given
    }
    throw unexpected('StringLiteral, NumberLiteral, boolean or inputParam')
  }

  function values(): Scalar[] {
    if (peek().is === 'variable') return several()
    sign('(')
    const all = several().slice()
    while (isSign(',')) {
      next()
      all.push(...several())
    }
    if (!isSign(')')) throw unexpected("comma or ')'")
    next()
    return all
  }

  const tree = either()
  if (peek().is !== 'end') throw unexpected("'and', 'or' or end of input")
  return tree
}
