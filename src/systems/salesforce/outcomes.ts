/** What became of each row of one request. */
import { z } from 'zod'
import type { ObjectSchema } from '../../model/mapping.ts'
import type { Failure, Outcome } from '../../model/outcome.ts'
import type { WriteRow } from '../../model/plan.ts'
import { type Answer, callFailure, errorsIn, failing, meaning, namesIn, type RemoteError } from './failure.ts'
import type { Unit } from './units.ts'

/** Finds the describe of an object, when it is known. */
export type Known = (object: string) => ObjectSchema | undefined

const resultForm = z.object({
  id: z.string().nullish(),
  success: z.boolean(),
  created: z.boolean().optional(),
  errors: z.array(z.unknown()).catch([]),
})
const resultsForm = z.array(resultForm)
type Result = z.infer<typeof resultForm>

const lost = failing('uncertain', 'UNREADABLE', 'The answer of Salesforce does not speak of this record.')

/** One outcome a row of the unit, in its order. `answer` is null when the response did not contain one. */
export function outcomes(unit: Unit, answer: Answer | null, known: Known): readonly Outcome[] {
  const { rows, shape } = unit
  const all = (failure: Failure): readonly Outcome[] => rows.map(() => ({ ok: false, failure }))
  if (answer === null) return all(lost)
  if (shape === 'guarded' || shape === 'single') return rows.map(({ row }) => single(row, answer, known))
  if (answer.status !== 200) return all(unitFailure(unit, answer))
  const results = resultsForm.safeParse(answer.json)
  if (!results.success) return all(callFailure({ ...answer, json: undefined }, 'write'))
  return rows.map(({ row }, at) => {
    const result = results.data[at]
    return result === undefined ? { ok: false, failure: lost } : outcome(row, result, known)
  })
}

/** A whole collection was refused: names of fields that its rows carry may be repeated. */
function unitFailure({ rows }: Unit, answer: Answer): Failure {
  const names = new Set(rows.flatMap(({ row }) => namesOf(row)))
  return callFailure(answer, 'write', name => names.has(name))
}

function outcome(row: WriteRow, result: Result, known: Known): Outcome {
  const id = result.id ?? row.id
  const errors = errorsIn(result.errors)
  if (result.success) {
    if (id === null) return { ok: false, failure: lost }
    return { ok: true, ref: { side: 'crm', type: row.object, id }, created: result.created === true, version: null }
  }
  if (row.do === 'delete' && row.id !== null && errors.some(error => isGone(error)))
    return { ok: true, ref: { side: 'crm', type: row.object, id: row.id }, created: false, version: null }
  return { ok: false, failure: rowFailure(row, errors, known(row.object)) }
}

const isGone = ({ code, fields }: RemoteError): boolean =>
  ['ENTITY_IS_DELETED', 'NOT_FOUND', 'INVALID_CROSS_REFERENCE_KEY'].includes(code) && fields.length === 0

/** A row that was sent by itself. An update is answered with nothing, an upsert with its id. */
function single(row: WriteRow, answer: Answer, known: Known): Outcome {
  const { status, json } = answer
  if (status >= 200 && status < 300) {
    const result = resultForm.safeParse(json)
    const id = row.id ?? result.data?.id ?? null
    if (id === null) return { ok: false, failure: lost }
    const created = result.data?.created === true
    return { ok: true, ref: { side: 'crm', type: row.object, id }, created, version: null }
  }
  if (status === 412)
    return { ok: false, failure: failing('stale', 'PRECONDITION_FAILED', said('PRECONDITION_FAILED')) }
  const errors = errorsIn(json)
  const isOfRow = (status === 400 || status === 404) && errors.length > 0
  return { ok: false, failure: isOfRow ? rowFailure(row, errors, known(row.object)) : callFailure(answer, 'write') }
}

const said = (code: string): string => `${meaning(code).sentence}.`

const namesOf = ({ fields, links, key }: WriteRow): string[] => [
  ...Object.keys(fields),
  ...links.map(link => link.field),
  ...(key === null ? [] : [key.field]),
]

/** The failure of one row, from its first error and the field names of all. */
export function rowFailure(row: WriteRow, errors: readonly RemoteError[], schema: ObjectSchema | undefined): Failure {
  const [first] = errors
  if (first === undefined) return failing('invalid', 'UNKNOWN', 'Salesforce refused the record without a reason.')
  const own = new Set(namesOf(row))
  const { is, sentence } = special(row, first) ?? meaning(first.code)
  const fields = isOrphan(first)
    ? row.links.filter(link => link.by === 'key').map(link => link.field)
    : namesIn(errors, name => own.has(name) || schema?.fields.has(name) === true)
  const labels = fields.map(name => {
    const label = schema?.fields.get(name)?.label
    return label === undefined || label === name ? name : `${label} (${name})`
  })
  return failing(is, first.code, `${sentence}${labels.length > 0 ? `: ${labels.join(', ')}` : ''}.`, {
    fields,
    ...(first.duplicate && { duplicate: first.duplicate }),
  })
}

const isOrphan = ({ code, message }: RemoteError): boolean =>
  code === 'INVALID_FIELD' && message.startsWith('Foreign key external ID')

/** Codes whose meaning depends on what they are said of. */
function special(row: WriteRow, error: RemoteError): ReturnType<typeof meaning> | null {
  const { code, message, fields } = error
  switch (code) {
    case 'DUPLICATE_VALUE': {
      // Two upserts of one new key within a second: the second one loses, and finds the record next time.
      const field = /duplicate value found: (\w+|<unknown>) duplicates/.exec(message)?.[1]
      const isOurs = field === '<unknown>' || (row.key !== null && field === row.key.field)
      return isOurs || /^Duplicate (?:external )?id specified/.test(message) ? meaning('LOST_RACE') : null
    }
    case 'INVALID_FIELD_FOR_INSERT_UPDATE':
      // What can be set only at creation was refused: the record that was to be made is there already.
      if (row.do === 'create' && fields.length > 0 && fields.every(name => row.links.some(one => one.field === name)))
        return meaning('LOST_RACE')
      // Salesforce says so of a person's fields on a business account and of a business's on a person.
      return row.object === 'Account' && message.includes('bad field names on insert/update call')
        ? meaning('WRONG_KIND_OF_ACCOUNT')
        : null
    case 'INVALID_FIELD':
      return isOrphan(error) ? meaning('PARENT_NOT_FOUND') : null
    case 'INVALID_CROSS_REFERENCE_KEY':
      // A new record that refers to no other can only have named an owner who is not there.
      if (row.do === 'create' && row.links.length === 0 && fields.length === 0 && 'OwnerId' in row.fields)
        return meaning('OWNER_NOT_FOUND')
      // With a field it is a value that this user may not use (a record type), without it a record that is gone.
      return fields.length > 0 || /isn't valid for the user/.test(message) ? meaning('FIELD_INTEGRITY_EXCEPTION') : null
    default:
      return null
  }
}
