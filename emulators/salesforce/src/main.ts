// The emulator as a program: arguments in, one line when it listens, and a clean end.

import { readFileSync } from 'node:fs'
import { flushCompileCache } from 'node:module'
import { parseArgs } from 'node:util'
import { SetupError, salesforceEmulator } from './index.ts'

const USAGE = `usage: node main.ts [--port P] [--host H] [--state DIR] [--data FILE] [--org FILE] [--package DIR]
                    [--grpc-port P] [--grpc-key FILE --grpc-cert FILE] [--json] [--exit-with-parent] [--parent-pid PID]`

const PARENT_CHECK_MS = 1000

async function main(): Promise<void> {
  const given = readArguments()
  const emulator = await salesforceEmulator({
    port: port(given.port ?? '4010', '--port'),
    ...(given.host === undefined ? {} : { host: given.host }),
    ...(given.state === undefined ? {} : { stateDir: given.state }),
    ...(given.data === undefined ? {} : { dataFile: given.data }),
    ...(given.org === undefined ? {} : { org: given.org }),
    ...grpc(given['grpc-port'], given['grpc-key'], given['grpc-cert']),
    ...(given.package === undefined ? {} : { packageDir: given.package }),
  })
  let ending = false
  const end = (): void => {
    if (ending) return
    ending = true
    emulator.close().then(
      () => process.exit(0),
      error => fail(error, 1),
    )
  }
  process.on('SIGINT', end)
  process.on('SIGTERM', end)
  if (given['exit-with-parent']) {
    process.stdin.on('end', end).on('error', end).resume()
  }
  const parent = given['parent-pid']
  if (parent !== undefined) {
    const pid = Number(parent)
    if (!Number.isInteger(pid) || pid <= 0) throw new SetupError(`--parent-pid must be a process id, not ${parent}`)
    setInterval(() => isAlive(pid) || end(), PARENT_CHECK_MS).unref()
  }
  const { pubSub } = emulator
  const ready = {
    ready: true,
    urls: { salesforce: emulator.url, ...(pubSub ? { salesforcePubSub: pubSub.url } : {}) },
  }
  console.log(
    given.json ? JSON.stringify(ready) : `Salesforce emulator listens at ${emulator.url} (open it for a look inside)`,
  )
  // Where the process was started with a compile cache: the next one starts sooner, however this one ends.
  flushCompileCache()
}

function readArguments() {
  try {
    const { values } = parseArgs({
      options: {
        port: { type: 'string' },
        host: { type: 'string' },
        state: { type: 'string' },
        data: { type: 'string' },
        org: { type: 'string' },
        package: { type: 'string' },
        'grpc-port': { type: 'string' },
        'grpc-key': { type: 'string' },
        'grpc-cert': { type: 'string' },
        json: { type: 'boolean', default: false },
        'exit-with-parent': { type: 'boolean', default: false },
        'parent-pid': { type: 'string' },
      },
    })
    return values
  } catch (error) {
    throw new SetupError(`${error instanceof Error ? error.message : error}\n${USAGE}`)
  }
}

function grpc(given: string | undefined, key: string | undefined, cert: string | undefined) {
  if ((key === undefined) !== (cert === undefined)) throw new SetupError('--grpc-key and --grpc-cert need each other')
  const tls = key === undefined || cert === undefined ? {} : { grpcTls: { key: pem(key), cert: pem(cert) } }
  return given === undefined ? {} : { grpcPort: port(given, '--grpc-port'), ...tls }
}

function pem(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new SetupError(`cannot read ${path}: ${error instanceof Error ? error.message : error}`)
  }
}

function port(text: string, name: string): number {
  const number = Number(text)
  if (Number.isInteger(number) && number >= 0 && number <= 65_535) return number
  throw new SetupError(`${name} must be a number from 0 to 65535, not ${text}`)
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

function fail(error: unknown, code: number): never {
  console.error(error instanceof SetupError ? error.message : error)
  process.exit(code)
}

main().catch(error => fail(error, error instanceof SetupError ? 2 : 1))
