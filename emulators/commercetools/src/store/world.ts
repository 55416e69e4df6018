/**
 * Everything that is, and the only way to change it: `commit` replaces a row, numbers its messages, plans deliveries
 * and writes the journal, all in one synchronous step, so that nobody ever sees half of a change.
 */
import { randomBytes, randomUUID } from 'node:crypto'
import { type Clock, clock } from '../model/clock.ts'
import {
  type Act,
  HOLDS,
  type Message,
  type MessageBody,
  type ProjectSettings,
  type Resource,
  type Subscription,
  type UserProvidedIdentifiers,
} from '../model/entities.ts'
import { notFound } from '../model/errors.ts'
import type { ChangeNotice, Delivery } from '../model/notice.ts'
import type { ScenarioName } from '../model/scenarios.ts'
import { type UnitSettings, unitSettings } from '../model/unitSettings.ts'
import type { Journal } from './journal.ts'
import { type Later, later } from './later.ts'
import { empty, type Project, project, type TypeId, tableOf } from './project.ts'

export type PlayState = {
  scenario: ScenarioName
  seed: number
  rate: number
  customers: number
  /** Ends the scenario early; null plays it out. */
  steps: number | null
  projectKey: string
  done: number
  running: boolean
  /** Steps played before this scenario began, and how many of them were arrivals: nobody arrives twice. */
  before: number
  arrived: number
  /** What was ever begun here, this scenario included. */
  played?: ScenarioName[]
}

type Commit = {
  project: Project
  typeId: TypeId
  act: Act
  before?: Resource | undefined
  /** Absent when the resource is deleted. */
  after?: Resource | undefined
  messages?: { body: MessageBody; version: number }[]
  dataErasure?: boolean
  /** Told by its messages alone: no change is delivered. */
  silent?: boolean
}

/** One line of the inspector's story; the latest are kept in memory. */
type Change = {
  projectKey: string
  typeId: TypeId
  id: string
  version: number
  at: string
  by: string
  what: string
}

export type Line =
  | { k: 'meta'; tokenKey: string; lastId: number }
  | { k: 'clock'; state: { offsetMs: number; frozenAt: number | null }; at: number }
  | { k: 'project'; key: string; settings: ProjectSettings; clients: Project['clients'] }
  | {
      k: 'commit'
      p: string
      t: TypeId
      e?: Resource
      x?: string
      n: ChangeNotice
      m: Message[]
      d: DeliveryMark[]
      s?: number
    }
  | { k: 'row'; p: string; t: TypeId; e: Resource }
  | { k: 'message'; p: string; m: Message }
  | { k: 'pending'; d: Delivery }
  | { k: 'acked'; ids: string[] }
  | { k: 'play'; state: PlayState | null }

/** Delivery id, subscription id, and which notice: -1 the change, else the message at that place. */
type DeliveryMark = [string, string, number]

export type World = {
  clock: Clock
  later: Later
  units: UnitSettings
  projects: Map<string, Project>
  project(key: string): Project
  addProject(key: string, settings?: Partial<ProjectSettings>): Project
  saveProject(project: Project): void
  commit(commit: Commit): void
  /** Replaces a row that nobody changed: what is told of it became different, not what it is. */
  keep(project: Project, typeId: TypeId, row: Resource): void
  /** Key with which tokens are signed. */
  tokenKey: string
  play: PlayState | null
  savePlay(state: PlayState | null): void
  saveClock(): void
  acknowledged(ids: string[]): void
  /** A delivery that no change caused: the test notification of a Subscription. */
  tell(delivery: Delivery): void
  nextDeliveryId(): string
  lastId: number
  changes: Change[]
  journal: Journal | null
  /** Set by the composition: which subscriptions want a notice, and where deliveries go. */
  deliveries: {
    plan(project: Project, change: ChangeNotice, messages: Message[]): Delivery[]
    enqueue(planned: Delivery[]): void
    /** Whether the answer of the destination itself is known at once. */
    isDirect(subscription: Subscription): boolean
    tryOut(probe: Delivery, subscription: Subscription): Promise<'taken' | 'misconfigured' | 'unavailable'>
  }
  /** Projects stay, with their settings and clients; all that is in them goes. */
  reset(): void
}

const CHANGES_KEPT = 20_000
const DAY_MS = 86_400_000

export function world(journal: Journal | null, wall?: () => number): World {
  const time = clock(wall)
  const self: World = {
    clock: time,
    later: later(time),
    units: unitSettings(),
    projects: new Map(),
    tokenKey: randomBytes(32).toString('base64url'),
    play: null,
    lastId: 0,
    changes: [],
    journal,
    deliveries: { plan: () => [], enqueue: () => undefined, isDirect: () => false, tryOut: async () => 'taken' },
    project(key) {
      const found = self.projects.get(key)
      if (!found) throw notFound(`The project with key '${key}' was not found.`)
      return found
    },
    addProject(key, settings) {
      const made = project(key, self.clock.iso(), settings)
      self.projects.set(key, made)
      self.saveProject(made)
      return made
    },
    saveProject({ key, settings, clients }) {
      write({ k: 'project', key, settings, clients })
    },
    commit(commit) {
      const { project, typeId, act, before, after } = commit
      const resource = after ?? before
      if (!resource) throw new Error('a commit needs a resource')
      const notice = changeNotice(commit, self.clock.iso())
      const messages = messagesOf(commit, notice.identifiers, self.clock.iso())
      const row = after && { ...after, sequence: (before?.sequence ?? 0) + messages.length }
      const rows = tableOf(project, typeId)
      if (row && !before && rows.get(row.id)) throw new Error(`A ${typeId} with the id ${row.id} exists already.`)
      if (row) rows.put(row)
      else rows.remove(resource.id)
      if (commit.dataErasure) {
        for (const { id } of project.messages.find('resource.id', resource.id)) project.messages.remove(id)
      }
      keepMessages(project, messages, row, self.clock.ms())
      const planned = self.deliveries.plan(project, notice, messages)
      remember(commit, notice)
      if (act.step !== undefined && self.play) self.play.done = act.step + 1
      if (self.journal) {
        const marks = planned.map((each): DeliveryMark => [each.id, each.subscriptionId, placeOf(each, messages)])
        const line: Line = { k: 'commit', p: project.key, t: typeId, n: notice, m: messages.map(slim), d: marks }
        if (row) line.e = row
        else line.x = resource.id
        if (act.step !== undefined) line.s = act.step
        write(line)
      }
      self.deliveries.enqueue(planned)
    },
    keep(project, typeId, row) {
      tableOf(project, typeId).put(row)
      write({ k: 'row', p: project.key, t: typeId, e: row })
    },
    savePlay(state) {
      self.play = state
      write({ k: 'play', state })
    },
    saveClock() {
      write({ k: 'clock', state: self.clock.state(), at: self.clock.ms() })
    },
    acknowledged(ids) {
      write({ k: 'acked', ids })
    },
    tell(delivery) {
      write({ k: 'pending', d: delivery })
      self.deliveries.enqueue([delivery])
    },
    nextDeliveryId() {
      self.lastId += 1
      return String(self.lastId)
    },
    reset() {
      for (const each of self.projects.values()) empty(each)
      self.changes = []
      self.play = null
      self.later.clear()
      self.units = unitSettings()
      self.clock.restore({ offsetMs: 0, frozenAt: null }, 0)
      self.journal?.rewrite([{ k: 'meta', tokenKey: self.tokenKey, lastId: self.lastId } satisfies Line])
      for (const each of self.projects.values()) self.saveProject(each)
    },
  }

  function write(line: Line) {
    self.journal?.append(line)
  }

  function remember({ project, typeId, act, before, after }: Commit, notice: ChangeNotice) {
    const what = act.actions?.join(', ') ?? (before ? (after ? 'updated' : 'deleted') : 'created')
    const by = act.by.externalUserId ? `${act.by.clientId} (${act.by.externalUserId})` : act.by.clientId
    self.changes.push({
      projectKey: project.key,
      typeId,
      id: notice.id,
      version: notice.version,
      at: notice.modifiedAt,
      by,
      what,
    })
    if (self.changes.length > CHANGES_KEPT * 2) self.changes = self.changes.slice(-CHANGES_KEPT)
  }
  return self
}

function changeNotice({ typeId, before, after, dataErasure, silent }: Commit, now: string): ChangeNotice {
  const resource = after ?? before
  if (!resource) throw new Error('a commit needs a resource')
  return {
    of: 'change',
    kind: before ? (after ? 'ResourceUpdated' : 'ResourceDeleted') : 'ResourceCreated',
    typeId,
    id: resource.id,
    version: resource.version,
    ...(before && after ? { oldVersion: before.version } : {}),
    modifiedAt: after?.lastModifiedAt ?? now,
    identifiers: identifiersOf(resource),
    ...(dataErasure ? { dataErasure } : {}),
    ...(silent ? { silent } : {}),
  }
}

const IDENTIFIERS = ['key', 'externalId', 'customerNumber', 'orderNumber'] as const

/** Of the names that a client may have given, those that this resource bears. */
function identifiersOf(resource: Resource & { [name in (typeof IDENTIFIERS)[number] | 'container']?: unknown }) {
  const found: UserProvidedIdentifiers = {}
  const { container, key } = resource
  if (typeof container === 'string') return { containerAndKey: { container, key: String(key) } }
  for (const name of IDENTIFIERS) {
    const value = resource[name]
    if (typeof value === 'string') found[name] = value
  }
  return found
}

function messagesOf(commit: Commit, identifiers: UserProvidedIdentifiers, at: string): Message[] {
  const { act, before, after, typeId, messages = [] } = commit
  const id = (after ?? before)?.id ?? ''
  return messages.map(({ body, version }, place) => ({
    id: act.newId(),
    version: 1,
    createdAt: at,
    lastModifiedAt: at,
    createdBy: act.by,
    lastModifiedBy: act.by,
    sequence: 0,
    sequenceNumber: (before?.sequence ?? 0) + place + 1,
    resource: { typeId, id },
    resourceVersion: version,
    resourceUserProvidedIdentifiers: identifiers,
    ...body,
  }))
}

/** Stores messages for the query API, shares the created row with its table, and drops those past their days. */
export function keepMessages(project: Project, messages: Message[], created: Resource | undefined, now: number) {
  const { enabled } = project.settings.messages
  for (const message of messages) {
    const name = HOLDS[message.type]
    if (name !== undefined && created) message[name] = created
    if (enabled) project.messages.put(message)
  }
  forgetMessages(project, now)
}

/** A message goes when its days are over, whether or not anything happens then. */
export function forgetMessages(project: Project, now: number) {
  const { deleteDaysAfterCreation } = project.settings.messages
  const oldest = new Date(now - deleteDaysAfterCreation * DAY_MS).toISOString()
  for (;;) {
    const first = project.messages.byTime.from().next()
    if (first.done || first.value.createdAt >= oldest) return
    project.messages.remove(first.value.id)
  }
}

/** The journal line already holds the created row beside its message. */
function slim(message: Message): Message {
  const name = HOLDS[message.type]
  return name === undefined ? message : without(message, name)
}

export function without(message: Message, name: string): Message {
  const { [name]: _, ...rest } = message
  return rest as Message
}

const placeOf = (delivery: Delivery, messages: Message[]) =>
  delivery.notice.of === 'message' ? messages.indexOf(delivery.notice.message) : -1

export const requestAct = (by: Act['by'], actions?: string[]): Act => ({
  by,
  newId: randomUUID,
  ...(actions ? { actions } : {}),
})
