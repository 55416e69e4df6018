/** The emulator as a library: `await commercetoolsEmulator({ port: 0 })` is a running one. */
import type { AddressInfo } from 'node:net'
import { dispatcher } from './deliveries/dispatcher.ts'
import { planned } from './deliveries/plan.ts'
import { api } from './http/api.ts'
import { control } from './http/control.ts'
import { edits } from './http/edits.ts'
import { faults as makeFaults } from './http/faults.ts'
import { health } from './http/health.ts'
import { inStore } from './http/inStore.ts'
import { requests as makeRequests } from './http/requests.ts'
import { type Latency, server } from './http/server.ts'
import { tokens } from './http/tokens.ts'
import { trade } from './http/trade.ts'
import { units } from './http/units.ts'
import { inspector } from './inspector/pages.ts'
import type { EmulatorOptions } from './options.ts'
import { player } from './player/player.ts'
import { createSubscription, hasMessages } from './resources/subscriptions.ts'
import { seed } from './seed.ts'
import { journal, journalLines } from './store/journal.ts'
import type { Project } from './store/project.ts'
import { restore, snapshot } from './store/restore.ts'
import { world as makeWorld, requestAct } from './store/world.ts'

import { foreseeAll } from './units/inheritance.ts'

export type { EmulatorOptions } from './options.ts'

export type CommercetoolsEmulator = {
  url: string
  port: number
  /** As `POST /__emulator/reset`: projects without anything in them, no faults, a request log from 0. */
  reset(): void
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

export async function commercetoolsEmulator(options: EmulatorOptions = {}): Promise<CommercetoolsEmulator> {
  const { host = '127.0.0.1', port = 0, projectKey = 'demo', stateDir, dataFile } = options
  const world = makeWorld(stateDir === undefined ? null : journal(stateDir))
  const faults = makeFaults()
  const requests = makeRequests()
  const latency: Latency = { ms: 0, perRecordMs: 0 }
  let url = ''
  const deliveries = dispatcher(world, {
    faultOf: () => faults.meet('deliver'),
    baseUrl: () => url,
    sqs: options.sqs,
  })
  const people = player(world)
  deliveries.deliverTo(options.deliverTo ?? null, options.deliverToken)
  world.deliveries = {
    plan: (project, change, messages) => planned(world, project, change, messages, deliveries.reaches),
    enqueue: deliveries.enqueue,
    isDirect: deliveries.isDirect,
    tryOut: deliveries.tryOut,
  }

  const pending = stateDir === undefined ? [] : restore(world, journalLines(stateDir))
  world.journal?.rewrite(snapshot(world, pending))
  foreseeAll(world)
  deliveries.resume(pending)
  furnish()

  const app = server(world, faults, requests, latency, options.maxUrlBytes ?? 32 * 1024)
  units(app, world)
  const signed = tokens(world)
  api(app, world, signed)
  inStore(app, world, signed)
  trade(app, world, signed)
  edits(app, world, signed)
  health(app, world, deliveries)
  control(app, { world, faults, requests, latency, deliveries, people, reset })
  inspector(app, world, deliveries)
  await app.listen({ host, port })
  people.resume()

  const bound = (app.server.address() as AddressInfo).port
  url = `http://${host.includes(':') ? `[${host}]` : host}:${bound}`
  let closing: Promise<void> | null = null
  const close = () => {
    closing ??= shut()
    return closing
  }
  return {
    url,
    port: bound,
    reset,
    close,
    [Symbol.asyncDispose]: close,
  }

  function furnish() {
    if (world.projects.size === 0) begin()
    for (const key of [projectKey, ...(options.moreProjects ?? [])]) {
      const project = world.projects.get(key) ?? world.addProject(key)
      if (options.autoSubscribe && project.subscriptions.size() === 0) subscribe(project)
    }
  }

  /** Kept as a whole, once it is whole: half a data file would pass for all of it at the next start. */
  function begin() {
    const kept = world.journal
    world.journal = null
    try {
      world.addProject(projectKey)
      if (dataFile !== undefined) seed(world, dataFile, projectKey)
    } finally {
      world.journal = kept
    }
    kept?.rewrite(snapshot(world, deliveries.pending()))
  }

  function subscribe(project: Project) {
    const more = options.subscribeTo ?? []
    const draft = {
      key: 'ctsf',
      destination: { type: 'GoogleCloudPubSub', projectId: 'emulator', topic: 'ctsf' },
      changes: ['customer', 'customer-group', ...more].map(resourceTypeId => ({ resourceTypeId })),
      messages: ['customer', ...more.filter(hasMessages)].map(resourceTypeId => ({ resourceTypeId })),
    }
    createSubscription(world, project, draft, requestAct({ clientId: 'emulator', isPlatformClient: false }))
  }

  function reset() {
    people.stop()
    deliveries.reset()
    faults.clear()
    requests.reset()
    latency.ms = 0
    latency.perRecordMs = 0
    world.reset()
    furnish()
  }

  async function shut() {
    people.pause()
    await app.close()
    deliveries.close()
    world.journal?.close()
  }
}
