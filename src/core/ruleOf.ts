/** Finds the rule of a field by the name it has in the org: the rule's own, or its alternative. */
import type { FieldRule, MappingPart } from '../model/mapping.ts'

/** Throws a RangeError for a field that no rule names: a draft's fields always come from rules. */
export function ruleOf(part: MappingPart, field: string): FieldRule {
  const rule = part.fields.find(one => one.crm === field) ?? part.fields.find(one => one.orElse === field)
  if (rule === undefined) throw new RangeError(`no rule for the field ${field} in the part ${part.role}`)
  return rule
}
