// The contents of jobs, uploaded or made: files beside the journal where there is one, else in memory.

import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export type JobFiles = {
  /** Durable before it returns; there whole or not at all. */
  write(id: string, content: Buffer): void
  read(id: string): Buffer
  remove(id: string): void
  clear(): void
}

export function jobFiles(stateDir: string | undefined): JobFiles {
  const held = new Map<string, Buffer>()
  const directory = stateDir === undefined ? undefined : join(stateDir, 'bulk')
  const pathOf = (id: string): string => join(directory ?? '', `${id}.csv`)
  return {
    write(id, content) {
      held.set(id, content)
      if (directory === undefined) return
      mkdirSync(directory, { recursive: true })
      writeFileSync(`${pathOf(id)}.new`, content, { flush: true })
      renameSync(`${pathOf(id)}.new`, pathOf(id))
    },
    read(id) {
      const known = held.get(id)
      if (known) return known
      if (directory === undefined) return Buffer.alloc(0)
      const content = readFileSync(pathOf(id))
      held.set(id, content)
      return content
    },
    remove(id) {
      held.delete(id)
      if (directory !== undefined) rmSync(pathOf(id), { force: true })
    },
    clear() {
      held.clear()
      if (directory !== undefined) rmSync(directory, { recursive: true, force: true })
    },
  }
}
