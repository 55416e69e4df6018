/**
 * The file behind `--state`: one JSON line for each thing that happened, written before the caller hears of it.
 * A line handed to the operating system survives the death of this process; a torn last line is dropped.
 */
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readSync, renameSync, writeSync } from 'node:fs'
import { join } from 'node:path'

export type Journal = {
  append(line: unknown): void
  /** Replaces the whole file by these lines; readers see the old file or the new one, never half. */
  rewrite(lines: Iterable<unknown>): void
  close(): void
}

const NAME = 'journal.jsonl'
const BLOCK = 1 << 20

export function journal(directory: string): Journal {
  mkdirSync(directory, { recursive: true })
  const path = join(directory, NAME)
  let file: number | null = null
  const opened = () => {
    file ??= openSync(path, 'a')
    return file
  }
  return {
    append(line) {
      writeAll(opened(), `${JSON.stringify(line)}\n`)
    },
    rewrite(lines) {
      const next = openSync(`${path}.next`, 'w')
      let block: string[] = []
      let length = 0
      for (const line of lines) {
        const text = JSON.stringify(line)
        block.push(text)
        length += text.length
        if (length < BLOCK) continue
        writeAll(next, `${block.join('\n')}\n`)
        block = []
        length = 0
      }
      if (block.length > 0) writeAll(next, `${block.join('\n')}\n`)
      fsyncSync(next)
      closeSync(next)
      if (file !== null) closeSync(file)
      file = null
      renameSync(`${path}.next`, path)
    },
    close() {
      if (file !== null) closeSync(file)
      file = null
    },
  }
}

export function* journalLines(directory: string): IterableIterator<unknown> {
  const path = join(directory, NAME)
  if (existsSync(path)) yield* jsonLines(path)
}

/** Reads in blocks: the file may be larger than the longest string. A last line without its end may be torn. */
export function* jsonLines(path: string, last: 'drop' | 'read' = 'drop'): IterableIterator<unknown> {
  const file = openSync(path, 'r')
  try {
    const block = Buffer.alloc(BLOCK)
    let rest: Buffer = Buffer.alloc(0)
    for (;;) {
      const read = readSync(file, block, 0, BLOCK, null)
      if (read === 0) {
        const text = rest.toString('utf8').trim()
        if (last === 'read' && text !== '') yield JSON.parse(text)
        return
      }
      let text = Buffer.concat([rest, block.subarray(0, read)])
      for (let end = text.indexOf(10); end >= 0; end = text.indexOf(10)) {
        const line = text.toString('utf8', 0, end)
        text = text.subarray(end + 1)
        if (line !== '') yield JSON.parse(line)
      }
      rest = text
    }
  } finally {
    closeSync(file)
  }
}

function writeAll(file: number, text: string) {
  const bytes = Buffer.from(text)
  let written = 0
  while (written < bytes.length) written += writeSync(file, bytes, written)
}
