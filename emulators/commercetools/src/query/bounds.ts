/**
 * Reads out of a predicate where a scan may start and must end, so that a page of an ordered scan costs the same
 * however many rows lie before it: `(at > "T" or (at = "T" and id > "I")) and at <= "E"` starts just after (T, I).
 */
import type { Predicate } from './parser.ts'

/** A place in the order of (time, id); nothing lies below it that could match. */
export type Bound = { time: string; id: string }

const AFTER_ALL = '\uffff'

const below = (a: Bound, b: Bound) => a.time < b.time || (a.time === b.time && a.id < b.id)

export function lowerBound(tree: Predicate, timeField: string): Bound | null {
  switch (tree.is) {
    case 'compare':
      if (tree.field !== timeField || typeof tree.value !== 'string') return null
      if (tree.by === '>') return { time: tree.value, id: AFTER_ALL }
      return tree.by === '>=' || tree.by === '=' ? { time: tree.value, id: '' } : null
    case 'and': {
      let best: Bound | null = null
      for (const each of tree.of) {
        const bound = lowerBound(each, timeField)
        if (bound && (!best || below(best, bound))) best = bound
      }
      const exact = tree.of.find(each => each.is === 'compare' && each.field === timeField && each.by === '=')
      const id = lowerText(tree, 'id')
      if (best && id && exact?.is === 'compare' && exact.value === best.time && best.id < id)
        return { time: best.time, id }
      return best
    }
    case 'or': {
      let least: Bound | null = null
      for (const each of tree.of) {
        const bound = lowerBound(each, timeField)
        if (!bound) return null
        if (!least || below(bound, least)) least = bound
      }
      return least
    }
    default:
      return null
  }
}

/** The time after which nothing can match. */
export function upperTime(tree: Predicate, timeField: string): string | null {
  if (tree.is === 'compare' && tree.field === timeField && typeof tree.value === 'string') {
    return tree.by === '<' || tree.by === '<=' || tree.by === '=' ? tree.value : null
  }
  if (tree.is === 'and') {
    const bounds = tree.of.map(each => upperTime(each, timeField)).filter(each => each !== null)
    return bounds.length === 0 ? null : bounds.reduce((a, b) => (a < b ? a : b))
  }
  if (tree.is === 'or') {
    const bounds = tree.of.map(each => upperTime(each, timeField))
    return bounds.includes(null) ? null : bounds.reduce((a, b) => ((a ?? '') > (b ?? '') ? a : b))
  }
  return null
}

/** The text below which no value of the field can match. */
export function lowerText(tree: Predicate, field: string): string | null {
  if (tree.is === 'compare' && tree.field === field && typeof tree.value === 'string') {
    return tree.by === '>' || tree.by === '>=' || tree.by === '=' ? tree.value : null
  }
  if (tree.is === 'and') {
    const bounds = tree.of.map(each => lowerText(each, field)).filter(each => each !== null)
    return bounds.length === 0 ? null : bounds.reduce((a, b) => (a > b ? a : b))
  }
  return null
}

/** The few values that an indexed field must have, and which index it is; the shortest list wins. */
export function exactValues(
  tree: Predicate,
  isIndex: (name: string) => boolean,
  prefix = '',
): { index: string; values: string[] } | null {
  if (tree.is === 'compare' && tree.by === '=' && typeof tree.value === 'string') return named(tree.field, [tree.value])
  if (tree.is === 'in' && !tree.not) return named(tree.field, tree.values.map(String))
  if (tree.is === 'nested' && prefix === '') return exactValues(tree.of, isIndex, `${tree.field}.`)
  if (tree.is !== 'and') return null
  let best: { index: string; values: string[] } | null = null
  for (const each of tree.of) {
    const found = exactValues(each, isIndex, prefix)
    if (found && (!best || found.values.length < best.values.length)) best = found
  }
  return best

  function named(field: string, values: string[]) {
    if (prefix === '' && field === 'email' && isIndex('lowercaseEmail')) {
      return { index: 'lowercaseEmail', values: values.map(each => each.toLowerCase()) }
    }
    const index = prefix === 'customerGroup.' && field === 'id' ? 'customerGroup' : prefix + field
    return index === 'id' || isIndex(index) ? { index, values } : null
  }
}
