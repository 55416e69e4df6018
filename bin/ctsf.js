#!/usr/bin/env node
// The command. Plain JavaScript for any Node from 18 on: an older one hands over to the Node 24 that came with the packages.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import * as module from 'node:module'
import { Socket } from 'node:net'
import { fileURLToPath } from 'node:url'

const needed = 24
const running = Number(process.versions.node.split('.')[0])

if (running >= needed) {
  // Handed over: when the process that was started is killed, this one must not live on in its stead.
  if (process.env.CTSF_HANDED_OVER === '1') {
    delete process.env.CTSF_HANDED_OVER
    const lifeline = new Socket({ fd: 3 })
    lifeline.on('error', () => undefined).on('close', () => process.kill(process.pid, 'SIGKILL'))
    lifeline.resume().unref()
  }
  // Under npm: when npm is killed its child is handed to another parent, and nobody is left who could stop it.
  if (process.env.npm_lifecycle_event !== undefined) {
    const parent = process.ppid
    setInterval(() => process.ppid === parent || process.kill(process.pid, 'SIGTERM'), 1_000).unref()
  }
  // What was compiled once is not compiled again: a command answers in half the time. Beside the packages, not in a
  // directory for everybody, since it is run; where that may not be written there is no cache.
  module.enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/ctsf', import.meta.url)))
  await import('../src/cli/main.ts')
} else {
  const carrier = `../node_modules/node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}/bin/node`
  const node = fileURLToPath(new URL(carrier, import.meta.url))
  if (!existsSync(node)) {
    process.stderr.write(
      `ctsf needs Node ${needed} or newer; this is ${process.versions.node}, and no newer one came with the packages.\n` +
        `Run npm ci, or install Node ${needed}.\n`,
    )
    process.exit(2)
  }
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
    env: { ...process.env, CTSF_HANDED_OVER: '1' },
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', error => {
    process.stderr.write(`Node ${needed} could not be started: ${error.message}\n`)
    process.exit(1)
  })
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1)
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  })
}
