// The three result files of an ingest job, made from the uploaded file and what became of each of its rows.

import { readCsv, writeCsv } from './csv.ts'
import type { Job, RowOutcome } from './job.ts'

type Outcomes = readonly RowOutcome[]

export const successful = (job: Job, file: Buffer, outcomes: Outcomes): string =>
  resultFile(job, file, ['sf__Id', 'sf__Created'], at => {
    const outcome = outcomes[at]
    return outcome && 'created' in outcome ? [outcome.id, String(outcome.created)] : null
  })

export const failed = (job: Job, file: Buffer, outcomes: Outcomes): string =>
  resultFile(job, file, ['sf__Id', 'sf__Error'], at => {
    const outcome = outcomes[at]
    return outcome && 'error' in outcome ? [outcome.id, outcome.error] : null
  })

export const unprocessed = (job: Job, file: Buffer, outcomes: Outcomes): string =>
  resultFile(job, file, [], at => (outcomes[at] ? null : []))

const PART = 10_000

/** The rows for which `lead` gives what stands before their own cells; null leaves a row out. */
function resultFile(job: Job, file: Buffer, names: string[], lead: (at: number) => string[] | null): string {
  const head = readCsv(file, job, 0, 1)
  let text = writeCsv([[...names, ...(head.records[0] ?? [])]], job)
  let { next } = head
  for (let row = 0; ; ) {
    const part = readCsv(file, job, next, PART)
    if (part.records.length === 0) return text
    const rows = part.records.flatMap(cells => {
      const before = lead(row++)
      return before === null ? [] : [[...before, ...cells]]
    })
    text += writeCsv(rows, job)
    next = part.next
  }
}
