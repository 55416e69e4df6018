/** Runs work against the database: as one transaction or one statement, again after a lost race, with its errors told safely. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Transaction } from 'kysely'
import { isRace, translate } from './errors.ts'
import type { Db, Tables } from './tables.ts'

const tries = 12

/**
 * Repeats after a deadlock or a serialization failure. Waits in real time, some milliseconds with jitter: a clock moved
 * by hand would never wake it, and two that collided must not come back together.
 */
export async function retried<T>(run: () => Promise<T>, again: (error: unknown) => boolean = isRace): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run()
    } catch (error) {
      if (attempt >= tries || !again(error)) throw translate(error)
      await sleep(Math.random() * Math.min(2 ** attempt, 64))
    }
  }
}

/** Thrown by work that finds, after it has written, that it must not: everything is rolled back. See {@link undoable}. */
export class Undo extends Error {
  override readonly name = 'Undo'
}

export const transact = <T>(
  db: Db,
  work: (tx: Transaction<Tables>) => Promise<T>,
  again?: (error: unknown) => boolean,
): Promise<T> => retried(() => db.transaction().execute(work), again)

/** A transaction that may throw {@link Undo}: then it answers `undone`. */
export async function undoable<T, U>(
  db: Db,
  undone: U,
  work: (tx: Transaction<Tables>) => Promise<T>,
  again?: (error: unknown) => boolean,
): Promise<T | U> {
  try {
    return await transact(db, work, again)
  } catch (error) {
    if (error instanceof Undo) return undone
    throw error
  }
}
