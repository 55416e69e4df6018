/** Cursors as callers see them: the store's own, marked with the list they belong to, so that a wrong one is told. */
import { createHash } from 'node:crypto'
import { HttpProblem } from './problem.ts'

const markOf = (list: string, inner: string): string =>
  createHash('sha256').update(`${list}\u0000${inner}`).digest('base64url').slice(0, 6)

export const showCursor = (list: string, inner: string | null): string | null =>
  inner === null ? null : `${inner}.${markOf(list, inner)}`

/** Null for none. Throws when it was not made for this list. */
export function takeCursor(list: string, cursor: string | undefined): string | null {
  if (cursor === undefined || cursor === '') return null
  const at = cursor.lastIndexOf('.')
  const inner = cursor.slice(0, at)
  if (at > 0 && cursor.slice(at + 1) === markOf(list, inner)) return inner
  throw new HttpProblem(400, 'bad-cursor', 'The cursor is none of this list.', 'Start without a cursor; follow `next`.')
}
