/** The door through which every mapping enters: what is wrong with it is said at once, before anything runs. */
import {
  type FallbackRule,
  type FieldRule,
  type LinkRule,
  type Mapping,
  type MappingPart,
  type MatchRule,
  ownerships,
} from '../model/mapping.ts'
import { evaluate } from './evaluate.ts'
import { relatedOf } from './relatedOf.ts'
import { pathsBack } from './sharedPaths.ts'

/** For mappings that make texts of their own. */
export { type Expression, evaluate as expression } from './evaluate.ts'

/** One thing wrong with a mapping. `place` is a path into it: `customer-person.contact.LastName.owner`. */
export type MappingProblem = { readonly place: string; readonly problem: string; readonly fix: string }

function expressionProblem(place: string, expression: string | undefined): MappingProblem[] {
  if (expression === undefined) return []
  try {
    evaluate(expression)
    return []
  } catch (error) {
    const problem = error instanceof Error ? error.message : 'is no expression'
    return [{ place, problem, fix: 'correct the expression; docs/3-merge.md shows the grammar' }]
  }
}

function fieldProblems(at: string, rule: FieldRule, part: MappingPart): MappingProblem[] {
  const problems: MappingProblem[] = []
  const say = (place: string, problem: string, fix: string): void => {
    problems.push({ place, problem, fix })
  }
  if (!ownerships.includes(rule.owner))
    say(`${at}.owner`, `'${rule.owner}' is no owner`, `use one of ${ownerships.join(', ')}`)
  if (rule.owner === 'strictest' && (rule.stricter ?? []).length === 0)
    say(
      `${at}.stricter`,
      'the owner strictest needs to know which value is stricter',
      'give stricter: [the most restrictive value, …, the least restrictive one]',
    )
  if (rule.owner !== 'strictest' && rule.stricter !== undefined)
    say(`${at}.stricter`, `it says nothing for the owner ${rule.owner}`, "use owner: 'strictest', or remove it")
  if (rule.owner === 'crm' && rule.fallback !== undefined)
    say(`${at}.fallback`, 'a field that the CRM owns is never written, not even at creation', 'remove the fallback')
  if (rule.owner === 'crm' && rule.required === true && part.defaults[rule.crm] === undefined)
    say(at, 'it is required at creation, but the CRM owns it', 'let commerce seed it, or give the part a default')
  return [
    ...problems,
    ...expressionProblem(`${at}.commerce`, rule.commerce),
    ...expressionProblem(`${at}.fallback`, rule.fallback),
    ...(rule.apart?.paths ?? []).flatMap(path => expressionProblem(`${at}.apart`, path)),
  ]
}

/** SOQL asks one child relationship once in a question. */
function twiceRelated(place: string, rule: FallbackRule): MappingProblem[] {
  const names = relatedOf(rule).map(one => one.relationship)
  const twice = names.find((name, at) => names.indexOf(name) !== at)
  if (twice === undefined) return []
  return [{ place, problem: `two tie-breaks look at ${twice}`, fix: 'keep one of them' }]
}

function matchProblems(at: string, rule: MatchRule): MappingProblem[] {
  if (rule.by === 'external-id') return rule.commerce === 'key' ? [] : expressionProblem(at, rule.commerce)
  return [
    ...expressionProblem(at, rule.commerce),
    ...expressionProblem(`${at}.when`, rule.when),
    ...twiceRelated(`${at}.prefer`, rule),
    ...(rule.within ?? []).flatMap(one =>
      'commerce' in one ? expressionProblem(`${at}.within.${one.crm}`, one.commerce) : [],
    ),
  ]
}

function linkProblems(at: string, link: LinkRule, mapping: Mapping, before: readonly string[]): MappingProblem[] {
  if (link.of !== 'self') return expressionProblem(`${at}.of`, link.of.id)
  if (link.mapping !== mapping.name || before.includes(link.role)) return []
  const problem = `it points at '${link.role}', which is not written before it`
  return [{ place: at, problem, fix: 'put the parent part first' }]
}

/** Two fields that Salesforce owns and that feed one place would each put their own value back over the other's, for ever. */
function rivals(mapping: Mapping): MappingProblem[] {
  const seen = new Map<string, string>()
  return mapping.parts.flatMap(part =>
    part.fields
      .filter(rule => rule.owner === 'crm')
      .flatMap(rule => {
        const paths = pathsBack(rule)
        const shared = paths.find(path => seen.has(path)) ?? ''
        const before = seen.get(shared)
        for (const path of paths) seen.set(path, `${part.object}.${rule.crm}`)
        const place = `${mapping.name}.${part.role}.${rule.crm}.owner`
        const problem = `${before} owns '${shared}' already: both would put their value back for ever`
        return before === undefined ? [] : [{ place, problem, fix: "let one of the two have the owner 'latest'" }]
      }),
  )
}

/** Everything that is wrong with a mapping, in the order of its parts; empty when it is sound. */
export function problemsOf(mapping: Mapping): readonly MappingProblem[] {
  const problems: MappingProblem[] = expressionProblem(`${mapping.name}.when`, mapping.when)
  if (mapping.parts.length === 0)
    problems.push({ place: mapping.name, problem: 'it has no part', fix: 'give it at least one' })
  if (mapping.deletion === 'deactivate' && mapping.parts.every(part => Object.keys(part.deactivate ?? {}).length === 0))
    problems.push({
      place: `${mapping.name}.deletion`,
      problem: "no part says what 'deactivate' writes",
      fix: 'give deactivate, or choose another policy',
    })
  problems.push(...rivals(mapping))
  const roles: string[] = []
  const { sharing } = mapping
  if (sharing !== undefined && !mapping.parts.some(part => part.role === sharing.of))
    problems.push({
      place: `${mapping.name}.sharing.of`,
      problem: `there is no part '${sharing.of}'`,
      fix: 'name the role that is shared',
    })
  for (const part of [...mapping.parts, ...(sharing === undefined ? [] : [sharing.part])]) {
    const place = `${mapping.name}.${part.role}`
    if (part.role.includes('/'))
      problems.push({
        place,
        problem: "its role contains a '/'",
        fix: 'name it without: an element of a list is told from it by that',
      })
    problems.push(
      ...expressionProblem(`${place}.each.of`, part.each?.of),
      ...expressionProblem(`${place}.each.id`, part.each?.id),
    )
    if (roles.includes(part.role))
      problems.push({ place, problem: 'two parts have this role', fix: 'give each part a role of its own' })
    const seen = new Set<string>()
    const mapOnce = (field: string): void => {
      const at = `${place}.${field}`
      if (field === mapping.keyField)
        problems.push({ place: at, problem: 'the key field is written by itself', fix: 'remove the rule' })
      if (seen.has(field))
        problems.push({ place: at, problem: 'the field is mapped twice', fix: 'remove one of the rules' })
      seen.add(field)
    }
    for (const rule of part.fields) {
      mapOnce(rule.crm)
      problems.push(...fieldProblems(`${place}.${rule.crm}`, rule, part))
    }
    for (const rule of part.match) problems.push(...matchProblems(`${place}.match.${rule.crm}`, rule))
    for (const link of part.links) {
      mapOnce(link.crm)
      problems.push(...linkProblems(`${place}.${link.crm}`, link, mapping, roles))
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
