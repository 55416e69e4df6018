/** What the lists for people share: their pages, and how a thing that is not there, or over, is told. */
import type { Listed } from '../../model/ports.ts'
import { showCursor } from '../cursor.ts'
import { HttpProblem, notFound } from '../problem.ts'

export type Page<State> = { readonly state: State; readonly cursor?: string; readonly limit: number }

export const name = { type: 'string', minLength: 1, maxLength: 100, pattern: '^[^\\u0000-\\u001f\\u007f]+$' } as const
/** Ids come from URLs: no control characters, and no longer than any id of either side. */
export const recordId = { ...name, maxLength: 300 } as const
export const byId = { type: 'object', properties: { id: name } } as const

export const pageOf = (states: readonly string[]) =>
  ({
    type: 'object',
    properties: {
      state: { enum: [...states, 'all'], default: 'open' },
      cursor: { type: 'string', maxLength: 500 },
      limit: { type: 'integer', minimum: 1, maximum: 500, default: 50 },
    },
  }) as const

export const shown = <T>(list: string, { items, next }: Listed<T>): Listed<T> => ({
  items,
  next: showCursor(list, next),
})

export const over = (what: string): HttpProblem =>
  new HttpProblem(409, 'not-open', `The ${what} is not open any more.`, 'Look at it again; somebody was faster.')

export function missing(what: string): never {
  throw notFound(`There is no such ${what}.`, `See GET /api/v1/${what}s?state=all.`)
}
