/** The lock on a data directory: PGlite has none, and two processes on one directory lose each other's writes silently. */
import { createHash, randomUUID } from 'node:crypto'
import { unlink } from 'node:fs/promises'
import { connect, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { codeOf } from './errors.ts'

/** Another process has the directory open. The message names it and the ways out. */
export class DataDirectoryInUse extends Error {
  override readonly name = 'DataDirectoryInUse'
  readonly pid: number | null
  constructor(directory: string, pid: number | null) {
    const holder = pid === null ? 'another process' : `process ${pid}`
    super(
      `the data directory ${directory} is in use by ${holder}. Stop it, or give this one a directory of its own ` +
        '(DATA_DIR), or let both use a PostgreSQL server (DATABASE_URL).',
    )
    this.pid = pid
  }
}

export type DirectoryLock = { release(): Promise<void> }

/** A socket's path may have 107 bytes on Linux, 103 elsewhere. */
const longestPath = 100
const answerMs = 2_000

const digest = (directory: string): string => createHash('sha256').update(directory).digest('hex').slice(0, 32)

/** In the directory, so that containers that share it see it. Else under a short name in the temporary directory. */
const insidePath = (directory: string): string => join(directory, 'lock.sock')
const outsidePath = (directory: string): string => join(tmpdir(), `ctsf-${digest(directory)}.sock`)

/** What file systems say that have no sockets: network mounts, folders shared with a virtual machine. */
const noSockets = ['ENOTSUP', 'EOPNOTSUPP', 'EPERM', 'EACCES', 'EINVAL']

/** Listens there and tells who asks the process id. Null when somebody else has the name. */
function listen(path: string, says: string): Promise<Server | null> {
  return new Promise((resolve, reject) => {
    const server = createServer(socket => {
      socket.on('error', () => undefined)
      socket.end(says)
    })
    server.once('error', error => (codeOf(error) === 'EADDRINUSE' ? resolve(null) : reject(error)))
    server.listen(path, () => resolve(server.unref()))
  })
}

/** What the holder says; null when nobody listens: its process has ended. */
function ask(path: string): Promise<string | null> {
  return new Promise(resolve => {
    let heard = ''
    const socket = connect(path)
    socket.setTimeout(answerMs, () => socket.destroy())
    socket.setEncoding('utf8').on('data', (part: string) => {
      heard += part
    })
    // A holder too busy to answer has still accepted: only a refused connection means that it is gone.
    let accepted = false
    socket.once('connect', () => {
      accepted = true
    })
    socket.on('error', () => undefined)
    socket.once('close', () => resolve(accepted ? heard : null))
  })
}

const pidIn = (said: string): number | null => {
  const pid = Number.parseInt(said, 10)
  return Number.isInteger(pid) ? pid : null
}

const closed = (server: Server): Promise<void> => new Promise(resolve => server.close(() => resolve()))

/** The file stays after `kill -9`: it is removed when nobody answers, and looked at again, since two may remove at once. */
async function lockFile(directory: string, path: string, says: string): Promise<Server> {
  for (let attempt = 0; attempt < 5; attempt++) {
    const server = await listen(path, says)
    if (server !== null) {
      const heard = await ask(path)
      if (heard === says) return server
      await closed(server)
      throw new DataDirectoryInUse(directory, heard === null ? null : pidIn(heard))
    }
    const heard = await ask(path)
    if (heard !== null) throw new DataDirectoryInUse(directory, pidIn(heard))
    await unlink(path).catch(() => undefined)
  }
  throw new DataDirectoryInUse(directory, null)
}

/**
 * Takes the directory (a real path) or throws {@link DataDirectoryInUse}. Free at once when the holder's process ends,
 * however it ends. On Linux an abstract socket comes first: the kernel removes it with its process, so that of several
 * that find a stale file exactly one goes on; the file is what processes in other containers see.
 */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  const says = `${process.pid} ${randomUUID()}`
  const held: Server[] = []
  const release = async () => {
    for (const server of held.splice(0).reverse()) await closed(server)
  }
  try {
    if (process.platform === 'linux') {
      const name = `\0ctsf-${digest(directory)}`
      const server = await listen(name, says)
      if (server === null) throw new DataDirectoryInUse(directory, pidIn((await ask(name)) ?? ''))
      held.push(server)
    }
    const inside = insidePath(directory)
    const outside = outsidePath(directory)
    if (Buffer.byteLength(inside) > longestPath) held.push(await lockFile(directory, outside, says))
    else
      held.push(
        await lockFile(directory, inside, says).catch((error: unknown) => {
          if (!noSockets.includes(codeOf(error))) throw error
          return lockFile(directory, outside, says)
        }),
      )
    return { release }
  } catch (error) {
    await release()
    throw error
  }
}
