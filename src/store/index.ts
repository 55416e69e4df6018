/** The memory: one PostgreSQL dialect, in a directory of our own (PGlite) or on a server. */
import type { Store } from '../model/ports.ts'
import { open, type StoreOptions } from './open.ts'

export { StoreFault } from './errors.ts'
export { DataDirectoryInUse } from './lock.ts'
export type { StoreOptions }

/** Rejects with `StoreDown` when the server is away, and with `DataDirectoryInUse` when another process has the directory. */
export async function store(options: StoreOptions): Promise<Store> {
  return (await open(options)).store
}
