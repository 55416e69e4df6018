// How a rule says no: one class that carries row errors and the HTTP status of the single-row form.

import type { RowError } from '../entities.ts'

/** Thrown by rules and routes; a Collections call turns it into a row, a single-row call into an HTTP error. */
export class Refusal extends Error {
  readonly errors: RowError[]
  readonly status: number
  /** What a single-row call says instead of the errors. */
  readonly detail: Record<string, unknown> | undefined

  constructor(errors: RowError[], status = 400, detail?: Record<string, unknown>) {
    super(errors[0]?.message ?? 'refused')
    this.errors = errors
    this.status = status
    this.detail = detail
  }
}

export function refuse(statusCode: string, message: string, fields: string[] = [], status = 400): Refusal {
  return new Refusal([{ statusCode, message, fields }], status)
}

export const notFound = (message = 'The requested resource does not exist'): Refusal =>
  refuse('NOT_FOUND', message, [], 404)

export const entityIsDeleted = (): Refusal => refuse('ENTITY_IS_DELETED', 'entity is deleted', [], 404)

export const malformedId = (id: string): Refusal => refuse('MALFORMED_ID', `malformed id ${id}`)
