// The state directory: one append-only file of JSON lines, one line a commit, written before the reply goes out. A
// killed process loses nothing that was answered; a torn last line is cut off at the next start.

import { closeSync, existsSync, ftruncateSync, mkdirSync, openSync, readSync, renameSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { Job, RowOutcome } from '../bulk/job.ts'
import type { Row, Value } from '../entities.ts'
import { SetupError } from '../org/options.ts'
import type { BusEvent } from '../pubsub/event.ts'

type RowLine = [
  object: string,
  id: string,
  createdAt: number,
  createdBy: string,
  modifiedAt: number,
  modifiedBy: string,
  deleted: 0 | 1,
  mergedInto: string | null,
  values: Readonly<Record<string, Value>>,
]

export type Session = { token: string; userId: string; clientId: string; expiresAt: number }

/** What one line may say; each part is a fact to take over. */
export type Entry = {
  rows?: RowLine[]
  calls?: [at: number, calls: number][]
  counters?: Record<string, number>
  clock?: { offsetMs: number; frozenAt: number | null }
  session?: Session
  ended?: string
  prefixes?: Record<string, string>
  /** Rows that are gone for good. */
  erased?: [object: string, id: string][]
  job?: Job
  /** What became of the next rows of a job. */
  outcomes?: { job: string; rows: RowOutcome[] }
  jobGone?: string
  bulkUse?: Partial<Record<'batches' | 'queries' | 'records' | 'queryBytes', [at: number, count: number][]>>
  /** What change data capture made of the rows of this line, or what was published. */
  events?: BusEvent[]
  /** Positions that managed subscriptions keep, by their developer name. */
  committed?: [developerName: string, replayId: number][]
  /** How far the event bus was, when the events themselves are gone. */
  bus?: { last: number; forgotten: number; transactions: number }
  reset?: true
}

export type Journal = {
  append(entry: Entry): void
  /** Replaces the file by these lines, in one rename. */
  rewrite(entries: Iterable<Entry>): void
  readonly lines: number
  close(): void
}

export const rowLine = (object: string, row: Row): RowLine => [
  object,
  row.id,
  row.createdAt,
  row.createdBy,
  row.modifiedAt,
  row.modifiedBy,
  row.deleted ? 1 : 0,
  row.mergedInto,
  row.values,
]

export function rowFrom(line: RowLine): Row {
  const [, id, createdAt, createdBy, modifiedAt, modifiedBy, deleted, mergedInto, values] = line
  return { id, createdAt, createdBy, modifiedAt, modifiedBy, deleted: deleted === 1, mergedInto, values }
}

/** Without a directory nothing is kept: the memory form of the same thing. */
export function memoryJournal(): Journal {
  return { append() {}, rewrite() {}, lines: 0, close() {} }
}

const CHUNK = 16 * 1024 * 1024

/** Opens the directory's journal and hands each entry of it to `take`, oldest first. */
export function openJournal(directory: string, take: (entry: Entry) => void): Journal {
  const path = join(directory, 'salesforce.jsonl')
  let file: number
  try {
    mkdirSync(directory, { recursive: true })
    file = openSync(path, existsSync(path) ? 'r+' : 'w+')
  } catch (error) {
    throw new SetupError(
      `cannot use the state directory ${directory}: ${error instanceof Error ? error.message : error}`,
    )
  }
  let lines = 0
  let end = replay(file, path, entry => {
    lines++
    take(entry)
  })
  ftruncateSync(file, end)

  const write = (to: number, text: string, at: number): number => {
    const bytes = Buffer.from(text)
    for (let done = 0; done < bytes.length; ) done += writeSync(to, bytes, done, bytes.length - done, at + done)
    return at + bytes.length
  }
  return {
    append(entry) {
      end = write(file, `${JSON.stringify(entry)}\n`, end)
      lines++
    },
    rewrite(entries) {
      const fresh = openSync(`${path}.new`, 'w+')
      let at = 0
      lines = 0
      for (const entry of entries) {
        at = write(fresh, `${JSON.stringify(entry)}\n`, at)
        lines++
      }
      renameSync(`${path}.new`, path)
      closeSync(file)
      file = fresh
      end = at
    },
    get lines() {
      return lines
    },
    close: () => closeSync(file),
  }
}

/** Returns where the last whole line ends. Read in pieces: a million rows do not fit one string. */
function replay(file: number, path: string, take: (entry: Entry) => void): number {
  const chunk = Buffer.alloc(CHUNK)
  let rest = Buffer.alloc(0)
  let end = 0
  for (let at = 0; ; ) {
    const read = readSync(file, chunk, 0, CHUNK, at)
    if (read === 0) return end
    at += read
    let data = rest.length > 0 ? Buffer.concat([rest, chunk.subarray(0, read)]) : chunk.subarray(0, read)
    for (let newline = data.indexOf(10); newline >= 0; newline = data.indexOf(10)) {
      let entry: Entry
      try {
        entry = JSON.parse(data.toString('utf8', 0, newline))
      } catch {
        throw new SetupError(`${path} is damaged at byte ${end}: not a line that the emulator wrote`)
      }
      take(entry)
      end += newline + 1
      data = data.subarray(newline + 1)
    }
    rest = Buffer.from(data)
  }
}
