/** Group commit, without a database: who shares a commit, and whom a failure concerns. */
import { expect, it } from 'vitest'
import { StoreDown } from '../model/ports.ts'
import type { ChangeEvent } from '../model/resource.ts'
import { intake } from './intake.ts'
import type { Mark } from './mark.ts'

function marks(...ids: readonly string[]): readonly Mark[] {
  return ids.map(id => {
    const event: ChangeEvent = {
      id,
      ref: { side: 'commerce', type: 'customer', id },
      kind: 'changed',
      version: null,
      at: '2026-01-01T00:00:00.000Z',
      correlationId: id,
      lane: 'live',
      erase: false,
    }
    return { event, force: false, notBefore: null }
  })
}

/** Notes each group; `fails` decides from the ids of a group. */
function written(fails: (ids: readonly string[]) => Error | null = () => null) {
  const groups: (readonly string[])[] = []
  const { mark, idle } = intake(async group => {
    const ids = group.map(({ event }) => event.id)
    groups.push(ids)
    await null
    const error = fails(ids)
    if (error !== null) throw error
    return new Set(ids.flatMap((id, at) => (id.startsWith('old') ? [at] : [])))
  })
  return { groups, mark, idle }
}

it('commits those together that arrive together, and those that arrive meanwhile next', async () => {
  const { groups, mark } = written()
  const first = Promise.all([mark(marks('a')), mark(marks('b', 'old c'))])
  await null
  const later = Promise.all([mark(marks('d')), mark(marks('old e', 'old f'))])
  expect(await first).toEqual([
    { marked: 1, dropped: 0 },
    { marked: 1, dropped: 1 },
  ])
  expect(await later).toEqual([
    { marked: 1, dropped: 0 },
    { marked: 0, dropped: 2 },
  ])
  expect(groups).toEqual([
    ['a', 'b', 'old c'],
    ['d', 'old e', 'old f'],
  ])
})

it('bounds a group, but never splits a caller', async () => {
  const { groups, mark } = written()
  const many = (n: number) => marks(...Array.from({ length: n }, (_, id) => `${id}`))
  await Promise.all([mark(many(1_500)), mark(many(1_500)), mark(many(400)), mark(many(5_000)), mark(many(1))])
  expect(groups.map(({ length }) => length)).toEqual([1_500, 1_900, 5_000, 1])
})

it('refuses only the caller whose events cannot be stored', async () => {
  const { groups, mark } = written(ids => (ids.includes('bad') ? new Error('no') : null))
  const results = await Promise.allSettled([mark(marks('a')), mark(marks('bad')), mark(marks('c'))])
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(groups).toHaveLength(4)
})

it('asks a database that is away once for all of them', async () => {
  const { groups, mark, idle } = written(() => new StoreDown('away'))
  const results = await Promise.allSettled([mark(marks('a')), mark(marks('b')), mark(marks('c'))])
  expect(results.every(({ status }) => status === 'rejected')).toBe(true)
  expect(groups).toHaveLength(1)
  await idle()
  await expect(mark(marks('d')), 'and again when asked again').rejects.toThrow(StoreDown)
})
