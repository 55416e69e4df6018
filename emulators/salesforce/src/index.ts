// The library form of the emulator: start one, reset it, close it.

import { fileURLToPath } from 'node:url'
import { type OrgOptions, orgOptions, SetupError } from './org/options.ts'
import { openOrg } from './org/org.ts'
import type { PubSub, Tls } from './pubsub/server.ts'
import { server } from './server.ts'

export { type OrgOptions, SetupError } from './org/options.ts'

export type EmulatorOptions = {
  /** 0, the default, takes any free port. */
  port?: number
  /** A loopback address; 127.0.0.1 by default. */
  host?: string
  /** Keeps all that happens in this directory; without it all is gone at `close`. */
  stateDir?: string
  /** Records to begin with, as JSON lists by object name. */
  dataFile?: string
  /** The org: a file or its contents. */
  org?: string | Partial<OrgOptions>
  /** The SFDX project whose custom metadata the org has; this repository's own by default. */
  packageDir?: string
  /** Where the Pub/Sub API listens; 0 takes any free port. Without it there is none. */
  grpcPort?: number
  /** The Pub/Sub API's key and certificate (PEM); without them it speaks plain text. */
  grpcTls?: Tls
}

export type SalesforceEmulator = {
  url: string
  port: number
  /** Null when no gRPC port was given. */
  pubSub: { url: string; port: number } | null
  /** Empty state, no faults, request log from 0. */
  reset(): void
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

const OWN_PACKAGE = fileURLToPath(new URL('../../../salesforce/', import.meta.url))

/** Throws a SetupError for options that cannot be used, a taken port among them. */
export async function salesforceEmulator(options: EmulatorOptions = {}): Promise<SalesforceEmulator> {
  const { host = '127.0.0.1', port = 0 } = options
  if (!/^(localhost|::1|127(\.\d{1,3}){3})$/.test(host)) {
    throw new SetupError(`the emulator listens on the loopback only, not on ${host}`)
  }
  const place = {
    stateDir: options.stateDir,
    dataFile: options.dataFile,
    packageDir: options.packageDir ?? OWN_PACKAGE,
  }
  const org = openOrg(orgOptions(options.org), place)
  let url = ''
  let events: PubSub | null = null
  const app = server(org, () => url)
  try {
    url = await app.listen({ port, host })
    if (options.grpcPort !== undefined) {
      // Loaded for those only who use it: a seventh of a second that nobody else waits for.
      const { pubSub } = await import('./pubsub/server.ts')
      events = await pubSub(org, host, options.grpcPort, options.grpcTls)
    }
  } catch (error) {
    await app.close()
    org.close()
    if (error instanceof SetupError) throw error
    const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
    throw new SetupError(taken ? `port ${port} on ${host} is taken` : `cannot listen on ${host}:${port}: ${error}`)
  }
  const close = async (): Promise<void> => {
    events?.close()
    await app.close()
    org.close()
  }
  return {
    url,
    port: Number(new URL(url).port),
    pubSub: events && { url: events.url, port: events.port },
    reset: org.reset,
    close,
    [Symbol.asyncDispose]: close,
  }
}
