// A column of a query, `Name` or `Account.Owner.Name`: found in the schema once, then read from any row.

import { type Entity, entityOf, type Field, type Row, type Value } from '../entities.ts'
import { refuse } from '../rules/refusal.ts'
import type { World } from '../rules/world.ts'

export type Path = {
  /** The lookups to follow, outermost first. */
  links: { link: Field; target: Entity }[]
  field: Field
  read: (row: Row) => Value | null
}

const DEEPEST = 5

/** Finds `text` from `entity` on; `alias` is the query's name for the object itself. */
export function pathOf(world: World, entity: Entity, text: string, alias?: string): Path {
  const steps = text.split('.')
  const first = steps[0]?.toLowerCase()
  if (steps.length > 1 && (first === alias?.toLowerCase() || first === entity.name.toLowerCase())) steps.shift()
  const name = steps.pop() ?? ''
  const links: Path['links'] = []
  let here = entity
  for (const step of steps) {
    const link = here.byRelationship.get(step.toLowerCase())
    const target = link && entityOf(world.schema, link.referenceTo[0] ?? '')
    if (!link || !target) {
      throw refuse(
        'INVALID_FIELD',
        `Didn't understand relationship '${step}' in field path. If you are attempting to use a custom relationship, be sure to append the '__r' after the custom relationship name. Please reference your WSDL or the describe call for the appropriate names.`,
      )
    }
    links.push({ link, target })
    here = target
  }
  if (links.length > DEEPEST) throw refuse('MALFORMED_QUERY', 'A relationship path cannot have more than 5 levels')
  const field = here.byName.get(name.toLowerCase())
  if (!field) throw noSuchColumn(name, here)
  return { links, field, read: reader(world, links, field) }
}

function reader(world: World, links: Path['links'], field: Field): (row: Row) => Value | null {
  if (links.length === 0) return field.read
  return row => {
    let here: Row | undefined = row
    for (const { link, target } of links) here = here && parentRow(world, here, link, target)
    return here ? field.read(here) : null
  }
}

export function parentRow(world: World, row: Row, link: Field, target: Entity): Row | undefined {
  const id = link.read(row)
  return typeof id === 'string' ? world.store.rows(target).get(id) : undefined
}

export function noSuchColumn(name: string, entity: Entity): Error {
  return refuse(
    'INVALID_FIELD',
    `No such column '${name}' on entity '${entity.name}'. If you are attempting to use a custom field, be sure to append ` +
      "the '__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate names.",
  )
}
