// All Bulk API 2.0 jobs of an org, moved along by its clock: a job waits, works through its file, and ends.

import { usage } from '../org/usage.ts'
import { originOf } from '../pubsub/origin.ts'
import { Refusal } from '../rules/refusal.ts'
import type { Spoil, World } from '../rules/world.ts'
import { makeId } from '../store/ids.ts'
import type { Entry } from '../store/journal.ts'
import { CsvProblem } from './csv.ts'
import { type JobFiles, jobFiles } from './files.ts'
import { type Work, workOn } from './ingest.ts'
import { badState, isEnded, type Job, type RowOutcome } from './job.ts'
import { runQuery } from './query.ts'

const KEPT_MS = 7 * 24 * 60 * 60 * 1000
/** Rows worked on in one go, so that a clock put far ahead does not stop the server. */
const STRIDE = 20_000
const CHUNK = 200

export type NewJob = Pick<
  Job,
  | 'kind'
  | 'object'
  | 'operation'
  | 'query'
  | 'externalIdFieldName'
  | 'lineEnding'
  | 'columnDelimiter'
  | 'apiVersion'
  | 'userId'
  | 'client'
>

export type Jobs = {
  readonly files: JobFiles
  open(job: NewJob): Job
  get(id: string): Job | undefined
  list(): Job[]
  outcomes(id: string): readonly RowOutcome[]
  upload(job: Job, content: Buffer): void
  /** `spoil` is an injected fault that holds for the rows of this job. */
  close(job: Job, spoil?: Spoil): Job
  abort(job: Job): Job
  remove(job: Job): void
  /** Does what is due by the org's clock; cheap when nothing is. */
  advance(): void
  /** Of the last 24 hours. */
  used(): { batches: number; queries: number; records: number; queryBytes: number }
  /** Takes over a line of the journal at the start. */
  take(entry: Entry): void
  snapshot(): Generator<Entry>
  clear(): void
}

export function jobs(world: () => World, stateDir: string | undefined): Jobs {
  const files = jobFiles(stateDir)
  const known = new Map<string, Job>()
  const done = new Map<string, RowOutcome[]>()
  const working = new Map<string, Work>()
  const spoils = new Map<string, Spoil>()
  const allocations = { batches: usage(), queries: usage(), records: usage(), queryBytes: usage() }
  const { batches, queries, records, queryBytes } = allocations

  const put = (job: Job, facts: Entry = {}): Job => {
    known.set(job.id, job)
    world().store.commit({ ...facts, job }, originOf('bulkapi', job.apiVersion, job.client))
    return job
  }
  const move = (job: Job, change: Partial<Job>): Job => put({ ...job, ...change, modifiedAt: world().now() })
  const forget = (id: string): void => {
    known.delete(id)
    done.delete(id)
    working.delete(id)
    spoils.delete(id)
  }
  const use = (): Entry => ({
    bulkUse: {
      batches: batches.buckets(),
      queries: queries.buckets(),
      records: records.buckets(),
      queryBytes: queryBytes.buckets(),
    },
  })

  const start = (job: Job, at: number): void => {
    const begun: Job = { ...job, state: 'InProgress', startedAt: at, modifiedAt: world().now() }
    if (job.kind === 'query') {
      const { content, rows } = runQuery(world().seenBy(job.userId), job)
      files.write(job.id, content)
      queryBytes.add(content.length, at)
      put({ ...begun, processed: rows }, use())
      return
    }
    put(begun)
    if (!job.uploaded) throw new CsvProblem('InvalidBatch : Records not found')
  }

  /** Works off what is due of one job; returns how many rows that was. */
  const progress = (job: Job, most: number): number => {
    const { bulkRecordMs } = world().options
    const elapsed = world().now() - (job.startedAt ?? 0)
    const due = bulkRecordMs > 0 ? Math.floor(elapsed / bulkRecordMs) : Number.POSITIVE_INFINITY
    if (job.kind === 'query') {
      if (due >= job.processed) move(job, { state: 'JobComplete' })
      return 0
    }
    let work = working.get(job.id)
    if (!work) {
      work = workOn(world().seenBy(job.userId), job, files.read(job.id))
      working.set(job.id, work)
    }
    let current = job
    let count = 0
    while (count < most) {
      const chunk = work.next(CHUNK)
      if (chunk.rows === 0) {
        move(current, { state: 'JobComplete' })
        working.delete(job.id)
        return count
      }
      if (current.processed + chunk.rows > due) return count
      // A batch for which the day has no room waits until the window has moved on.
      if (chunk.batch && batches.used(world().now()) >= world().options.bulkBatches) return count
      if (chunk.batch) batches.add(1, world().now())
      const rows = chunk.run(spoils.get(job.id))
      const list = done.get(job.id) ?? []
      for (const row of rows) list.push(row)
      done.set(job.id, list)
      const failed = rows.filter(row => 'error' in row).length
      current = {
        ...current,
        processed: current.processed + rows.length,
        failed: current.failed + failed,
        modifiedAt: world().now(),
        ...work.place(),
      }
      count += rows.length
      records.add(rows.length, world().now())
      put(current, { outcomes: { job: job.id, rows }, ...use() })
    }
    return count
  }

  const step = (job: Job, most: number): number => {
    const { bulkQueueMs } = world().options
    try {
      if (job.state === 'UploadComplete') {
        const at = (job.closedAt ?? 0) + bulkQueueMs
        if (world().now() < at) return 0
        start(job, at)
      }
      const current = known.get(job.id)
      return current?.state === 'InProgress' ? progress(current, most) : 0
    } catch (error) {
      if (!(error instanceof CsvProblem || error instanceof Refusal)) throw error
      const errorMessage =
        error instanceof Refusal ? `${error.errors[0]?.statusCode} : ${error.message}` : error.message
      move(known.get(job.id) ?? job, { state: 'Failed', errorMessage })
      working.delete(job.id)
      return 0
    }
  }

  return {
    files,
    open(given) {
      const at = world().now()
      const id = makeId('750', world().store.count('Job'))
      const query = given.kind === 'query'
      if (query) queries.add(1, at)
      return put(
        {
          ...given,
          id,
          createdAt: at,
          modifiedAt: at,
          state: query ? 'UploadComplete' : 'Open',
          uploaded: false,
          closedAt: query ? at : null,
          startedAt: null,
          processed: 0,
          failed: 0,
          errorMessage: null,
          batchAt: 0,
          batchRow: 0,
        },
        use(),
      )
    },
    get: id => known.get(id),
    list: () => [...known.values()],
    outcomes: id => done.get(id) ?? [],
    upload(job, content) {
      if (job.state !== 'Open' || job.uploaded)
        throw badState(`Job data was already uploaded, or the job is ${job.state}`)
      files.write(job.id, content)
      move(job, { uploaded: true })
    },
    close(job, spoil) {
      if (job.state !== 'Open') throw badState(`Closing already ${job.state} Job not allowed`)
      if (spoil) spoils.set(job.id, spoil)
      return move(job, { state: 'UploadComplete', closedAt: world().now() })
    },
    abort(job) {
      if (isEnded(job)) throw badState(`Aborting already ${job.state} Job not allowed`)
      working.delete(job.id)
      return move(job, { state: 'Aborted' })
    },
    remove(job) {
      if (job.state === 'Open' || job.state === 'InProgress') {
        throw badState(`Deleting ${job.state} Job not allowed: abort it first`)
      }
      forget(job.id)
      world().store.commit({ jobGone: job.id })
      files.remove(job.id)
    },
    advance() {
      const now = world().now()
      let left = STRIDE
      for (const job of known.values()) {
        if (job.createdAt < now - KEPT_MS) {
          forget(job.id)
          world().store.commit({ jobGone: job.id })
          files.remove(job.id)
        } else if (job.state === 'UploadComplete' || job.state === 'InProgress') left -= step(job, left)
        if (left <= 0) return
      }
    },
    used() {
      const now = world().now()
      return {
        batches: batches.used(now),
        queries: queries.used(now),
        records: records.used(now),
        queryBytes: queryBytes.used(now),
      }
    },
    take(entry) {
      if (entry.job) known.set(entry.job.id, entry.job)
      if (entry.outcomes)
        done.set(entry.outcomes.job, [...(done.get(entry.outcomes.job) ?? []), ...entry.outcomes.rows])
      if (entry.jobGone) forget(entry.jobGone)
      if (entry.bulkUse) {
        const { bulkUse } = entry
        for (const [name, kept] of Object.entries(allocations)) {
          kept.clear()
          for (const [at, count] of bulkUse[name as keyof typeof allocations] ?? []) kept.add(count, at)
        }
      }
    },
    *snapshot() {
      yield use()
      for (const job of known.values()) {
        yield { job }
        const rows = done.get(job.id) ?? []
        for (let at = 0; at < rows.length; at += 1000)
          yield { outcomes: { job: job.id, rows: rows.slice(at, at + 1000) } }
      }
    },
    clear() {
      for (const id of [...known.keys()]) forget(id)
      files.clear()
      for (const kept of Object.values(allocations)) kept.clear()
    },
  }
}
