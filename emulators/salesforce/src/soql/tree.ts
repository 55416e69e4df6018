// SOQL text to a condition tree: the library's flat chain of conditions, with counted brackets, becomes and/or/not.

import {
  type Condition,
  type ConditionWithValueQuery,
  parseQuery,
  type Query,
  type WhereClause,
} from '@jetstreamapp/soql-parser-js'
import { refuse } from '../rules/refusal.ts'

export type Tree =
  | { is: 'and' | 'or'; parts: Tree[] }
  | { is: 'not'; part: Tree }
  | { is: 'test'; condition: ConditionWithValueQuery }

type Token = '(' | ')' | 'AND' | 'OR' | 'NOT' | { condition: ConditionWithValueQuery }

const LONGEST = 100_000

/** The parsed query; the library's errors become MALFORMED_QUERY. */
export function parse(soql: string): Query {
  if (soql.length > LONGEST)
    throw refuse('QUERY_TOO_COMPLICATED', `SOQL statement is longer than ${LONGEST} characters`)
  try {
    return parseQuery(soql)
  } catch (error) {
    throw refuse('MALFORMED_QUERY', explain(soql, error))
  }
}

function explain(soql: string, error: unknown): string {
  const token = tokenOf(error)
  if (token === undefined) return 'unexpected end of query'
  const { image, startLine, startColumn } = token
  const row = Number.isFinite(startLine) ? startLine : 1
  const column = Number.isFinite(startColumn) ? startColumn : soql.length + 1
  const what = image === '' ? '<EOF>' : image
  return `\n${soql}\n${' '.repeat(Math.max(0, column - 1))}^\nERROR at Row:${row}:Column:${column}\nunexpected token: '${what}'`
}

function tokenOf(error: unknown): { image: string; startLine: number; startColumn: number } | undefined {
  if (typeof error !== 'object' || error === null || !('token' in error)) return undefined
  const { token } = error
  if (typeof token !== 'object' || token === null) return undefined
  const { image, startLine, startColumn } = token as { image?: unknown; startLine?: unknown; startColumn?: unknown }
  return { image: String(image ?? ''), startLine: Number(startLine), startColumn: Number(startColumn) }
}

/** AND and OR beside each other need brackets; NOT binds what follows it. */
export function treeOf(where: WhereClause): Tree {
  const tokens = flatten(where)
  let at = 0
  const list = (): Tree => {
    const parts = [unary()]
    let operator: 'AND' | 'OR' | undefined
    for (;;) {
      const next = tokens[at]
      if (next !== 'AND' && next !== 'OR') break
      if (operator && operator !== next) throw refuse('MALFORMED_QUERY', `unexpected token: '${next}'`)
      operator = next
      at++
      parts.push(unary())
    }
    const [only] = parts
    if (only && parts.length === 1) return only
    return { is: operator === 'OR' ? 'or' : 'and', parts }
  }
  const unary = (): Tree => {
    const token = tokens[at++]
    if (token === 'NOT') return { is: 'not', part: unary() }
    if (token === '(') {
      const inner = list()
      if (tokens[at++] !== ')') throw refuse('MALFORMED_QUERY', "expecting a right parentheses, found 'EOF'")
      return inner
    }
    if (typeof token === 'object') return { is: 'test', condition: token.condition }
    throw refuse('MALFORMED_QUERY', `unexpected token: '${token ?? '<EOF>'}'`)
  }
  const tree = list()
  if (at < tokens.length) throw refuse('MALFORMED_QUERY', `unexpected token: '${String(tokens[at])}'`)
  return tree
}

function flatten(where: WhereClause): Token[] {
  const tokens: Token[] = []
  for (let clause: WhereClause | undefined = where; clause; ) {
    const left: ConditionWithValueQuery | null = clause.left
    const operator = 'operator' in clause ? clause.operator : undefined
    if (operator === 'NOT') {
      for (let i = 0; i < (left?.openParen ?? 0); i++) tokens.push('(')
      tokens.push('NOT')
    } else if (left) {
      for (let i = 0; i < (left.openParen ?? 0); i++) tokens.push('(')
      tokens.push({ condition: left })
      for (let i = 0; i < closing(left); i++) tokens.push(')')
      if (operator) tokens.push(operator)
    }
    clause = 'right' in clause ? clause.right : undefined
  }
  return tokens
}

const closing = (condition: Condition | ConditionWithValueQuery): number =>
  'closeParen' in condition ? (condition.closeParen ?? 0) : 0
