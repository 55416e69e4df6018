/** The door through which every mapping enters: what is wrong with it is said at once, before anything runs. */
import { type Mapping, ownerships } from '../model/mapping.ts'
import { evaluate } from './evaluate.ts'

/** One thing wrong with a mapping. `place` is a path into it: `customer-person.contact.LastName.owner`. */
export type MappingProblem = { readonly place: string; readonly problem: string; readonly fix: string }

function expressionProblem(place: string, expression: string | undefined): MappingProblem[] {
  if (expression === undefined) return []
  try {
    evaluate(expression)
    return []
  } catch (error) {
    return [
      { place, problem: (error as Error).message, fix: 'correct the expression; docs/3-merge.md shows the grammar' },
    ]
  }
}

/** Everything that is wrong with a mapping, in the order of its parts; empty when it is sound. */
export function problemsOf(mapping: Mapping): readonly MappingProblem[] {
  const problems: MappingProblem[] = expressionProblem(`${mapping.name}.when`, mapping.when)
  const roles: string[] = []
  for (const part of mapping.parts) {
    const place = `${mapping.name}.${part.role}`
    if (roles.includes(part.role))
      problems.push({ place, problem: 'two parts have this role', fix: 'give each part a role of its own' })
    const seen = new Set<string>()
    for (const rule of part.fields) {
      const at = `${place}.${rule.crm}`
      if (seen.has(rule.crm))
        problems.push({ place: at, problem: 'the field is mapped twice', fix: 'remove one of the rules' })
      seen.add(rule.crm)
      if (!ownerships.includes(rule.owner))
        problems.push({
          place: `${at}.owner`,
          problem: `'${rule.owner}' is no owner`,
          fix: `use one of ${ownerships.join(', ')}`,
        })
      if (rule.owner === 'strictest' && rule.stricter === undefined)
        problems.push({
          place: `${at}.stricter`,
          problem: 'the owner strictest needs to know which value is stricter',
          fix: 'give stricter: (a, b) => …',
        })
      problems.push(
        ...expressionProblem(`${at}.commerce`, rule.commerce),
        ...expressionProblem(`${at}.fallback`, rule.fallback),
      )
    }
    for (const link of part.links) {
      const self = link.of === 'self'
      if (self && link.mapping === mapping.name && !roles.includes(link.role))
        problems.push({
          place: `${place}.${link.crm}`,
          problem: `it points at '${link.role}', which is not written before it`,
          fix: 'put the parent part first',
        })
      if (link.of !== 'self') problems.push(...expressionProblem(`${place}.${link.crm}.of`, link.of.id))
    }
    roles.push(part.role)
  }
  return problems
}

/** Checks a mapping and gives it back. Throws a RangeError that lists all problems: for mappings written in code. */
export function define(mapping: Mapping): Mapping {
  const problems = problemsOf(mapping)
  if (problems.length > 0)
    throw new RangeError(problems.map(({ place, problem, fix }) => `${place}: ${problem}; ${fix}`).join('\n'))
  return mapping
}
