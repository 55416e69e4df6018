// The Pub/Sub client that others wrote: installed into a folder of its own, with the one package that it forgets to name,
// and shaped so that each of its callbacks can be waited for.

import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const PACKAGE = 'salesforce-pubsub-api-client'
export const CLIENT_VERSION = '5.5.2'
/** `avro-js` below the client requires it and declares it nowhere. */
const FORGOTTEN = 'underscore@1.13.8'

export type PublishedEvent = { id: string; replayId: number; payload: Record<string, unknown> }
type Callback = (info: SubscriptionInfo, type: string, data?: unknown) => void
export type SubscriptionInfo = { topicName: string; subscriptionId?: string; lastReplayId: number }
export type PublishedClient = {
  connect(): Promise<void>
  close(): void
  subscribe(topic: string, callback: Callback, count?: number | null): void
  subscribeFromEarliestEvent(topic: string, callback: Callback, count?: number | null): void
  subscribeFromReplayId(topic: string, callback: Callback, count: number | null, replayId: number): void
  subscribeWithManagedSubscription(name: string, callback: Callback, count?: number | null): Promise<void>
  requestAdditionalEvents(topic: string, count: number): void
  requestAdditionalManagedEvents(subscriptionId: string, count: number): void
  commitReplayId(subscriptionId: string, replayId: number): string
  publish(topic: string, payload: object, key?: string): Promise<{ replayId: number; correlationKey: string }>
  publishBatch(topic: string, events: { id?: string; payload: object }[], callback: Callback): Promise<void>
}
export type ClientClass = new (config: object, logger: object) => PublishedClient

function versionIn(home: string): string | null {
  const file = join(home, 'package.json')
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version : null
}

/** Installs into `directory` unless it is there already. Throws with npm's own words. */
export async function publishedClient(directory: string): Promise<ClientClass> {
  const home = join(directory, 'node_modules', PACKAGE)
  if (versionIn(home) !== CLIENT_VERSION) {
    writeFileSync(join(directory, 'package.json'), '{ "private": true }')
    const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--save-exact']
    const npm = spawnSync('npm', [...args, `${PACKAGE}@${CLIENT_VERSION}`, FORGOTTEN], {
      cwd: directory,
      encoding: 'utf8',
    })
    if (npm.error) throw npm.error
    if (npm.status !== 0) throw new Error(`npm cannot install ${PACKAGE}: ${npm.stderr.slice(0, 2000)}`)
  }
  // Its jsforce would send calls to 127.0.0.1 through a proxy, whatever NO_PROXY says.
  for (const name of ['http_proxy', 'https_proxy', 'HTTP_PROXY', 'HTTPS_PROXY']) delete process.env[name]
  const loaded = (await import(pathToFileURL(join(home, 'dist/client.js')).href)) as { default: ClientClass }
  return loaded.default
}

export type Heard = { type: string; data: unknown; info: SubscriptionInfo }
export type Ear = {
  callback: Callback
  /** The next callbacks of a kind, once there are so many. Rejects when an error comes instead, or nothing for long. */
  hear(type: string, count?: number): Promise<Heard[]>
}

const PATIENCE_MS = 20_000

/** Keeps what a client calls back with until somebody asks for it. */
export function ear(): Ear {
  let heard: Heard[] = []
  let wake = (): void => {}
  const taken = (type: string, count: number): Heard[] | null => {
    const list = heard.filter(each => each.type === type).slice(0, count)
    if (list.length < count) return null
    heard = heard.filter(each => !list.includes(each))
    return list
  }
  return {
    callback(info, type, data) {
      heard.push({ info: { ...info }, type, data })
      wake()
    },
    async hear(type, count = 1) {
      const until = Date.now() + PATIENCE_MS
      for (;;) {
        const list = taken(type, count)
        if (list) return list
        const failed = heard.find(each => each.type === 'error')
        if (failed) throw failed.data instanceof Error ? failed.data : new Error(JSON.stringify(failed.data))
        if (Date.now() > until) throw new Error(`${count} × ${type} did not come; heard ${JSON.stringify(heard)}`)
        await new Promise<void>(resolve => {
          wake = resolve
          setTimeout(resolve, 100).unref()
        })
      }
    },
  }
}
