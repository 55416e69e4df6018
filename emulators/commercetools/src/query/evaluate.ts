/** Says whether a row satisfies a predicate; a missing field equals nothing and differs from everything. */
import type { Predicate, Scalar } from './parser.ts'

type Row = Record<string, unknown>
export type Test = (row: unknown) => boolean

/** Compiles once per query, so that a scan of a million rows does not walk the tree's words each time. */
export function test(tree: Predicate): Test {
  switch (tree.is) {
    case 'and': {
      const tests = tree.of.map(test)
      return row => tests.every(each => each(row))
    }
    case 'or': {
      const tests = tree.of.map(test)
      return row => tests.some(each => each(row))
    }
    case 'not': {
      const inner = test(tree.of)
      return row => !inner(row)
    }
    case 'nested': {
      const inner = test(tree.of)
      return row => {
        const value = read(row, tree.field)
        if (Array.isArray(value)) return value.some(inner)
        return typeof value === 'object' && value !== null && inner(value)
      }
    }
    case 'compare': {
      const { field, by, value } = tree
      return row => {
        const found = read(row, field)
        if (Array.isArray(found))
          return by === '!=' ? !found.includes(value) : found.some(each => compare(each, by, value))
        return compare(found, by, value)
      }
    }
    case 'in': {
      const values = new Set<unknown>(tree.values)
      return row => {
        const found = read(row, tree.field)
        const is = Array.isArray(found) ? found.some(each => values.has(each)) : values.has(found)
        return is !== tree.not
      }
    }
    case 'contains':
      return row => {
        const found = read(row, tree.field)
        if (!Array.isArray(found)) return false
        return tree.all
          ? tree.values.every(each => found.includes(each))
          : tree.values.some(each => found.includes(each))
      }
    case 'defined':
      return row => {
        const found = read(row, tree.field)
        return (found !== undefined && found !== null) !== tree.not
      }
    case 'empty':
      return row => {
        const found = read(row, tree.field)
        return (found === undefined || found === null || (Array.isArray(found) && found.length === 0)) !== tree.not
      }
  }
}

function read(row: unknown, field: string): unknown {
  if (typeof row !== 'object' || row === null) return undefined
  if (field === 'lowercaseEmail') return lower((row as Row).email)
  return (row as Row)[field]
}

const lower = (value: unknown) => (typeof value === 'string' ? value.toLowerCase() : undefined)

function compare(found: unknown, by: '=' | '!=' | '<' | '>' | '<=' | '>=', value: Scalar): boolean {
  if (by === '=') return found === value
  if (by === '!=') return found !== value
  if (typeof found !== typeof value || (typeof found !== 'string' && typeof found !== 'number')) return false
  if (by === '<') return found < value
  if (by === '>') return found > value
  if (by === '<=') return found <= value
  return found >= value
}
