// The CSV of a job, read batch by batch so that a file of 150 MB is never all in memory as rows, and refused in the
// words of Bulk API 2.0.

import { CsvError, parse } from 'csv-parse/sync'
import { stringify } from 'csv-stringify/sync'
import { DELIMITERS, type Delimiter, LINE_ENDINGS, type LineEnding } from './job.ts'

const FIELD_MOST = 32_000
const RECORD_MOST = 400_000
const COLUMNS_MOST = 5000

export type Dialect = { columnDelimiter: Delimiter; lineEnding: LineEnding }

/** Thrown for a file that no row of can be read; ends the job as Failed with this message. */
export class CsvProblem extends Error {}

/** Up to `most` records from byte `at` on, and the byte where the next one begins. */
export function readCsv(
  file: Buffer,
  { columnDelimiter, lineEnding }: Dialect,
  at: number,
  most: number,
): { records: string[][]; next: number } {
  const rest = file.subarray(at)
  if (rest.length === 0) return { records: [], next: at }
  const bytes: number[] = []
  try {
    const records = parse(rest, {
      delimiter: DELIMITERS[columnDelimiter],
      record_delimiter: LINE_ENDINGS[lineEnding],
      relax_column_count: true,
      skip_empty_lines: true,
      to: most,
      on_record: (record: string[], context) => {
        bytes.push(context.bytes)
        return record
      },
    }) as string[][]
    for (const record of records) checkSize(record)
    // A parser that was told to stop counts to the end of the record that it stopped after.
    return { records, next: records.length < most ? file.length : at + (bytes.at(-1) ?? rest.length) }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    throw new CsvProblem(`InvalidBatch : Failed to parse CSV. ${wordsOf(error.code)}`)
  }
}

function wordsOf(code: string): string {
  if (code === 'CSV_QUOTE_NOT_CLOSED') return 'EOF reached before closing an opened quote'
  return 'Found unescaped quote. A value with quote should be within a quote'
}

function checkSize(record: readonly string[]): void {
  let total = 0
  for (const cell of record) {
    total += cell.length
    if (cell.length > FIELD_MOST) {
      throw new CsvProblem(`InvalidBatch : Field size exceeds the maximum of ${FIELD_MOST} characters`)
    }
  }
  if (record.length > COLUMNS_MOST) {
    throw new CsvProblem(`InvalidBatch : Number of fields exceeds the maximum of ${COLUMNS_MOST}`)
  }
  if (total > RECORD_MOST) {
    throw new CsvProblem(`InvalidBatch : Record size exceeds the maximum of ${RECORD_MOST} characters`)
  }
}

/**
 * Whether all line breaks are those that the job declared. Breaks inside quotes count too: practitioners report that
 * they trip the same check.
 */
export function checkLineEnding(file: Buffer, declared: LineEnding): void {
  for (let at = file.indexOf(10); at >= 0; at = file.indexOf(10, at + 1)) {
    if ((file[at - 1] === 13) === (declared === 'CRLF')) continue
    throw new CsvProblem(
      `ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is ${declared}`,
    )
  }
}

/** All cells in quotes, as the org writes results. */
export function writeCsv(records: readonly (readonly string[])[], { columnDelimiter, lineEnding }: Dialect): string {
  return stringify(records as string[][], {
    delimiter: DELIMITERS[columnDelimiter],
    record_delimiter: LINE_ENDINGS[lineEnding],
    quoted: true,
    quoted_empty: true,
  })
}

/** Where each record of a written file begins, the end of the file last. */
export function recordStarts(file: Buffer): number[] {
  const starts = [0]
  let quoted = false
  for (let at = 0; at < file.length; at++) {
    const byte = file[at]
    if (byte === 34) quoted = !quoted
    else if (byte === 10 && !quoted) starts.push(at + 1)
  }
  return starts
}
