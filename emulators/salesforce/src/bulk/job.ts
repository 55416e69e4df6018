// A Bulk API 2.0 job as the org keeps it: what was asked, how far it is, and how it looks on the wire.

import { refuse } from '../rules/refusal.ts'

export const DELIMITERS = {
  BACKQUOTE: '`',
  CARET: '^',
  COMMA: ',',
  PIPE: '|',
  SEMICOLON: ';',
  TAB: '\t',
} as const
export const LINE_ENDINGS = { LF: '\n', CRLF: '\r\n' } as const
export const INGESTS = ['insert', 'update', 'upsert', 'delete', 'hardDelete'] as const

export type Delimiter = keyof typeof DELIMITERS
export type LineEnding = keyof typeof LINE_ENDINGS
export type Ingest = (typeof INGESTS)[number]
export type JobState = 'Open' | 'UploadComplete' | 'InProgress' | 'JobComplete' | 'Failed' | 'Aborted'

/** Times are epoch milliseconds on the org's clock. A job is replaced by a new value at each step, never changed. */
export type Job = {
  readonly id: string
  readonly kind: 'ingest' | 'query'
  readonly object: string
  readonly operation: Ingest | 'query' | 'queryAll'
  readonly query: string | null
  readonly externalIdFieldName: string | null
  readonly lineEnding: LineEnding
  readonly columnDelimiter: Delimiter
  readonly apiVersion: string
  readonly userId: string
  /** The client's name, from Sforce-Call-Options. */
  readonly client: string | null
  readonly createdAt: number
  readonly modifiedAt: number
  readonly state: JobState
  readonly uploaded: boolean
  readonly closedAt: number | null
  readonly startedAt: number | null
  readonly processed: number
  readonly failed: number
  readonly errorMessage: string | null
  /** Byte where the batch of 10,000 rows that is being worked on begins, and how many rows came before it. */
  readonly batchAt: number
  readonly batchRow: number
}

/** What became of one row of the file, in its order: the record and whether it is new, or the error's text. */
export type RowOutcome = { id: string; created: boolean } | { id: string; error: string }

export const isEnded = (job: Job): boolean =>
  job.state === 'JobComplete' || job.state === 'Failed' || job.state === 'Aborted'

/** Created-and-changed form; `full` adds the figures that only a read shows. */
export function jobInfo(job: Job, full: boolean): object {
  const time = (at: number): string => new Date(at).toISOString().replace('Z', '+0000')
  const { kind } = job
  const base = `services/data/${job.apiVersion}/jobs/ingest/${job.id}/batches`
  const spent = job.startedAt === null ? 0 : Math.max(0, job.modifiedAt - job.startedAt)
  return {
    id: job.id,
    operation: job.operation,
    object: job.object,
    createdById: job.userId,
    createdDate: time(job.createdAt),
    systemModstamp: time(job.modifiedAt),
    state: job.state,
    ...(job.externalIdFieldName === null ? {} : { externalIdFieldName: job.externalIdFieldName }),
    concurrencyMode: 'Parallel',
    contentType: 'CSV',
    apiVersion: Number(job.apiVersion.slice(1)),
    ...(kind === 'ingest' && job.state === 'Open' ? { contentUrl: base } : {}),
    ...(full ? { jobType: kind === 'ingest' ? 'V2Ingest' : 'V2Query' } : {}),
    lineEnding: job.lineEnding,
    columnDelimiter: job.columnDelimiter,
    ...(full ? { numberRecordsProcessed: job.processed, retries: 0, totalProcessingTime: spent } : {}),
    ...(full && kind === 'ingest'
      ? { numberRecordsFailed: job.failed, apiActiveProcessingTime: spent, apexProcessingTime: 0 }
      : {}),
    ...(full && kind === 'query' ? { isPkChunkingSupported: true } : {}),
    ...(job.errorMessage === null ? {} : { errorMessage: job.errorMessage }),
  }
}

export const badState = (message: string): Error => refuse('INVALIDJOBSTATE', message)
export const badJob = (message: string): Error => refuse('INVALIDJOB', message)
