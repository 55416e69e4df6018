// What is sent of a large text that changed in few places: its differences as a unified diff, with a digest of the whole.
// Source: "Sending Data Differences for Fields of Updated Records" in the guide to change data capture, which names the
// four cases in which the whole is sent. Assumed: what "greater than 50% in length" is measured against (the old value),
// and that there are no lines of context, which the guide's example lacks.

import { createHash } from 'node:crypto'

const LEAST = 1000
/** Lines compared with lines; beyond it the whole is sent. */
const MOST_COMPARED = 4_000_000

type Hunk = { from: number; removed: string[]; to: number; added: string[] }

/** Null where the whole is sent. */
export function textDiff(before: string, after: string): string | null {
  if (after.length < LEAST || Math.abs(after.length - before.length) > before.length / 2) return null
  const newline = before.includes('\r\n') ? '\r\n' : '\n'
  const [old, fresh] = [before.split(newline), after.split(newline)]
  const hunks = hunksOf(old, fresh)
  if (!hunks) return null
  const changed = hunks.reduce((sum, { removed, added }) => sum + removed.length + added.length, 0)
  if (changed > (old.length + fresh.length) / 4) return null
  const lines = hunks.flatMap(({ from, removed, to, added }) => [
    `@@ -${range(from, removed.length)} +${range(to, added.length)} @@`,
    ...removed.map(line => `-${line}`),
    ...added.map(line => `+${line}`),
  ])
  const text = ['--- ', `+++ ${createHash('sha256').update(after).digest('hex')}`, ...lines].join('\n')
  return text.length > after.length ? null : text
}

/** Lines count from 1; a side without lines is named by the line before it. */
const range = (from: number, count: number): string => `${count === 0 ? from : from + 1},${count}`

function hunksOf(old: string[], fresh: string[]): Hunk[] | null {
  let head = 0
  while (head < old.length && head < fresh.length && old[head] === fresh[head]) head++
  let tail = 0
  const short = Math.min(old.length, fresh.length) - head
  while (tail < short && old[old.length - 1 - tail] === fresh[fresh.length - 1 - tail]) tail++
  const [a, b] = [old.slice(head, old.length - tail), fresh.slice(head, fresh.length - tail)]
  if (a.length * b.length > MOST_COMPARED) return null
  const kept = commonFrom(a, b)
  const hunks: Hunk[] = []
  let open: Hunk | null = null
  for (let i = 0, j = 0; i < a.length || j < b.length; ) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      open = null
      i++
      j++
      continue
    }
    if (!open) {
      open = { from: head + i, removed: [], to: head + j, added: [] }
      hunks.push(open)
    }
    if (j >= b.length || (i < a.length && kept(i + 1, j) >= kept(i, j + 1))) open.removed.push(a[i++] ?? '')
    else open.added.push(b[j++] ?? '')
  }
  return hunks
}

/** How many lines the rests of both from here on have in common, in order. */
function commonFrom(a: string[], b: string[]): (i: number, j: number) => number {
  const width = b.length + 1
  const table = new Uint32Array((a.length + 1) * width)
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const at = i * width + j
      table[at] =
        a[i] === b[j] ? (table[at + width + 1] ?? 0) + 1 : Math.max(table[at + width] ?? 0, table[at + 1] ?? 0)
    }
  }
  return (i, j) => table[i * width + j] ?? 0
}
