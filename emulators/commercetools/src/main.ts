/** The emulator as a program: reads arguments, says when it listens, and ends cleanly. */
import { flushCompileCache } from 'node:module'
import { commercetoolsEmulator } from './index.ts'
import { type Arguments, readArguments, USAGE, UsageError } from './options.ts'

let given: Arguments
try {
  given = readArguments(process.argv.slice(2), process.env)
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  console.error(`${error.message}\n\n${USAGE}`)
  process.exit(2)
}
if (given.help) {
  console.log(USAGE)
  process.exit(0)
}

try {
  const emulator = await commercetoolsEmulator(given)
  if (given.json) console.log(JSON.stringify({ ready: true, urls: { commercetools: emulator.url } }))
  else console.log(`commercetools emulator: ${emulator.url} (inspector at ${emulator.url}/)`)
  // Where the process was started with a compile cache: the next one starts sooner, however this one ends.
  flushCompileCache()

  const end = () => {
    void emulator.close().then(() => process.exit(0))
  }
  process.once('SIGINT', end)
  process.once('SIGTERM', end)
  if (given.exitWithParent) {
    process.stdin.on('end', end)
    process.stdin.on('close', end)
    process.stdin.resume()
  }
} catch (error) {
  console.error(reason(error, given))
  process.exit(2)
}

function reason(error: unknown, { port, host, dataFile }: Arguments): string {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'EADDRINUSE') return `Port ${port} is taken; choose another with --port, or 0 for any free one.`
  if (code === 'EACCES') return `Port ${port} may not be opened: ${message}`
  if (code === 'EADDRNOTAVAIL') return `Host ${host} is not an address of this machine.`
  if (code === 'ENOENT' && dataFile !== undefined) return `--data: '${dataFile}' can not be read: ${message}`
  return `The emulator could not start: ${message}`
}
