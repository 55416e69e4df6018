// What SOQL allows of a statement as a whole, whatever it asks for: how many children, parents and semi-joins.

import type { Query } from '@jetstreamapp/soql-parser-js'
import { refuse } from '../rules/refusal.ts'
import type { Tree } from './tree.ts'

/** "Understanding Relationship Query Limitations" of the SOQL reference. */
const CHILDREN_MOST = 20
const PARENTS_MOST = 55
/** "Comparison Operators" of the same reference: at most two in a WHERE, and none beside OR. */
const SEMI_JOINS_MOST = 2
/** FIELDS(ALL) and FIELDS(CUSTOM) need a limit of their own. */
const ALL_FIELDS_MOST = 200

export function checkBounds({ fields = [], limit }: Query): void {
  const children: string[] = []
  const parents = new Set<string>()
  for (const item of fields) {
    if (item.type === 'FieldSubquery') children.push(item.subquery.relationshipName.toLowerCase())
    else if (item.type === 'FieldRelationship') {
      for (let at = 1; at <= item.relationships.length; at++)
        parents.add(item.relationships.slice(0, at).join('.').toLowerCase())
    } else if (item.type === 'FieldFunctionExpression' && item.functionName.toUpperCase() === 'FIELDS') {
      const which = String(item.parameters[0] ?? '').toUpperCase()
      if (which !== 'STANDARD' && (limit === undefined || limit > ALL_FIELDS_MOST))
        throw refuse('MALFORMED_QUERY', `The SOQL FIELDS function must have a LIMIT of at most ${ALL_FIELDS_MOST}`)
    }
  }
  if (children.length > CHILDREN_MOST)
    throw refuse('MALFORMED_QUERY', `A query cannot have more than ${CHILDREN_MOST} parent-to-child relationships`)
  if (parents.size > PARENTS_MOST)
    throw refuse('MALFORMED_QUERY', `A query cannot have more than ${PARENTS_MOST} child-to-parent relationships`)
  const twice = children.find((name, at) => children.indexOf(name) !== at)
  if (twice !== undefined)
    throw refuse('MALFORMED_QUERY', `Cannot follow the same aggregate relationship twice: ${twice}`)
}

export function checkSemiJoins(tree: Tree): void {
  if (countSemiJoins(tree, false) <= SEMI_JOINS_MOST) return
  const message = `Maximum ${SEMI_JOINS_MOST} semi join sub-selects are allowed`
  throw refuse('EXCEEDED_MAX_SEMIJOIN_SUBSELECTS', message)
}

function countSemiJoins(tree: Tree, isBesideOr: boolean): number {
  if (tree.is === 'not') return countSemiJoins(tree.part, isBesideOr)
  if (tree.is !== 'test') {
    const either = isBesideOr || tree.is === 'or'
    return tree.parts.reduce((sum, part) => sum + countSemiJoins(part, either), 0)
  }
  if (!('valueQuery' in tree.condition)) return 0
  if (!isBesideOr) return 1
  throw refuse('MALFORMED_QUERY', "Semi join sub-selects are not allowed with the 'OR' operator")
}
