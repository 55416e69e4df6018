// Works through the file of an ingest job: batches of 10,000 rows whose parents are looked up first, written in chunks
// of 200 rows, each a transaction in which a row fails alone.

import { type Entity, entityOf, fieldOf, type Row, type RowError } from '../entities.ts'
import type { Body } from '../rules/body.ts'
import { Refusal, refuse } from '../rules/refusal.ts'
import { deleteRow, eraseRow } from '../rules/remove.ts'
import { checkedKey, keyOf, liveRow, repeated, repeatedKeys, upsertRow } from '../rules/upsert.ts'
import type { Actor, Spoil, World } from '../rules/world.ts'
import { createRow, updateRow } from '../rules/write.ts'
import { type Column, readColumns, rowBody } from './columns.ts'
import { CsvProblem, checkLineEnding, readCsv } from './csv.ts'
import type { Job, RowOutcome } from './job.ts'

/** Rows that are one batch inside the org, and one of its daily allocation. */
const BATCH = 10_000

export type Chunk = { rows: number; batch: boolean; run(spoil?: Spoil): RowOutcome[] }
export type Work = {
  /** The next rows; none when the file is done. Asking again before `run` gives the same rows. */
  next(most: number): Chunk
  place(): Pick<Job, 'batchAt' | 'batchRow'>
}

/** Throws a CsvProblem for a file that cannot be worked on at all. */
export function workOn(world: World, job: Job, file: Buffer): Work {
  const found = entityOf(world.schema, job.object)
  if (!found) throw new CsvProblem(`InvalidJob : Unable to find object: ${job.object}`)
  const entity: Entity = found
  checkLineEnding(file, job.lineEnding)
  const head = readCsv(file, job, 0, 1)
  const [header] = head.records
  if (!header) throw new CsvProblem('InvalidBatch : Records not found')
  const columns: Column[] = readColumns(world, entity, job, header)
  let batchAt = Math.max(job.batchAt, head.next)
  let batchRow = job.batchRow
  let nextAt = batchAt
  let bodies: (Body | RowError[])[] = []
  let at = 0
  const load = (): void => {
    const { records, next } = readCsv(file, job, nextAt, BATCH)
    batchRow += bodies.length
    batchAt = nextAt
    nextAt = next
    bodies = records.map(cells => rowBody(world, columns, cells))
    at = 0
  }
  load()
  if (bodies.length === 0 && job.processed === 0) throw new CsvProblem('InvalidBatch : Records not found')
  // After a restart the rows of this batch that were written before are left out.
  at = job.processed - batchRow
  return {
    next(most) {
      if (at >= bodies.length && bodies.length > 0) load()
      const rows = bodies.slice(at, at + most)
      return {
        rows: rows.length,
        batch: at === 0,
        run(spoil) {
          at += rows.length
          return write(world, job, entity, rows, spoil)
        },
      }
    },
    place: () => ({ batchAt, batchRow }),
  }
}

type Step = (body: Body) => { row: Row; created: boolean }

function write(
  world: World,
  job: Job,
  entity: Entity,
  rows: readonly (Body | RowError[])[],
  spoil: Spoil | undefined,
): RowOutcome[] {
  const actor: Actor = { userId: job.userId, ...(spoil ? { spoil } : {}) }
  const step = stepOf(world, job, entity, rows, actor)
  return rows.map((body): RowOutcome => {
    const mark = world.store.mark()
    try {
      if (Array.isArray(body)) throw new Refusal(body)
      const { row, created } = step(body)
      return { id: row.id, created }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      world.store.rollback(mark)
      return { id: idIn(body), error: error.errors.map(textOf).join(';') }
    }
  })
}

/** How a refusal reads in the failed results: `CODE:message:fields --`. */
const textOf = ({ statusCode, message, fields }: RowError): string =>
  `${statusCode}:${message}:${fields.length > 0 ? `${fields.join(',')} ` : ''}--`

const idIn = (body: Body | RowError[]): string => (!Array.isArray(body) && typeof body.Id === 'string' ? body.Id : '')

function stepOf(world: World, job: Job, entity: Entity, rows: readonly (Body | RowError[])[], actor: Actor): Step {
  const bodies = rows.map(row => (Array.isArray(row) ? {} : row))
  const twice = repeated(bodies.flatMap(body => (typeof body.Id === 'string' ? body.Id : [])))
  const existing = (body: Body): Row => {
    if (typeof body.Id !== 'string') throw refuse('MISSING_ARGUMENT', `Id not specified in an ${job.operation} call`)
    if (twice.has(body.Id)) throw refuse('DUPLICATE_VALUE', `Duplicate id specified: ${body.Id}`)
    return liveRow(world, entity, body.Id)
  }
  switch (job.operation) {
    case 'insert':
      return body => {
        if (body.Id !== undefined) {
          throw refuse('INVALID_FIELD_FOR_INSERT_UPDATE', 'cannot specify Id in an insert call', ['Id'])
        }
        return { row: createRow(world, actor, entity, body), created: true }
      }
    case 'update':
      return body => ({ row: updateRow(world, actor, entity, existing(body), body), created: false })
    case 'upsert': {
      const field = fieldOf(entity, job.externalIdFieldName ?? '')
      if (!field) throw new CsvProblem(`InvalidBatch : Field name not found : ${job.externalIdFieldName}`)
      const keys = bodies.map(body => keyOf(field, body))
      const same = repeatedKeys(field, keys)
      return body => {
        const key = checkedKey(field, keys[bodies.indexOf(body)], same)
        if (body.Id !== undefined && field.type !== 'id') {
          throw refuse('INVALID_FIELD', 'cannot specify both an external ID and a salesforce id, Id')
        }
        return upsertRow(world, actor, entity, field, key, body)
      }
    }
    case 'delete':
    case 'hardDelete':
      return body => {
        const row = existing(body)
        deleteRow(world, actor, entity, row)
        if (job.operation === 'hardDelete') eraseRow(world, entity, row.id)
        return { row, created: false }
      }
    default:
      throw new Error(`${job.operation} is no ingest`)
  }
}
