// One emulated org: schema, rows, clock, sessions, limits and faults, put together and brought back from its journal.

import { type Jobs, jobs } from '../bulk/jobs.ts'
import type { Entity, Row, Schema, Value } from '../entities.ts'
import { entityOf } from '../entities.ts'
import { catalog } from '../pubsub/catalog.ts'
import { type Feed, feed } from '../pubsub/feed.ts'
import { type ManagedSubscriptions, managedSubscriptions } from '../pubsub/managed.ts'
import { type Topics, topics } from '../pubsub/topics.ts'
import { type Body, isBody } from '../rules/body.ts'
import { Refusal } from '../rules/refusal.ts'
import type { World } from '../rules/world.ts'
import { createRow } from '../rules/write.ts'
import { readMetadata } from '../schema/metadata.ts'
import { buildSchema } from '../schema/schema.ts'
import { type Cursors, cursors } from '../soql/cursors.ts'
import { makeId } from '../store/ids.ts'
import { type Entry, type Journal, memoryJournal, openJournal } from '../store/journal.ts'
import { store } from '../store/store.ts'
import { type Clock, clock } from './clock.ts'
import { type Faults, faults } from './faults.ts'
import { type InFlight, inFlight, NO_LOCKS } from './in-flight.ts'
import { type OrgOptions, readJsonFile, SetupError } from './options.ts'
import { type RequestLog, requestLog } from './request-log.ts'
import { type Running, running } from './running.ts'
import { type Sessions, sessions } from './sessions.ts'
import { sights } from './sights.ts'
import { type Usage, usage } from './usage.ts'

export type Org = Omit<World, 'seenBy'> & {
  readonly id: string
  readonly clock: Clock
  readonly sessions: Sessions
  readonly usage: Usage
  readonly faults: Faults
  readonly log: RequestLog
  readonly cursors: Cursors
  readonly jobs: Jobs
  readonly inFlight: InFlight
  readonly feed: Feed
  readonly topics: Topics
  readonly managed: ManagedSubscriptions
  readonly running: Running
  latency: { ms: number; perRecordMs: number }
  /** The user that a login without a name runs as. */
  readonly integrationUserId: string
  /** The user that the inspector's edits are made by. */
  readonly salesUserId: string
  userNamed(username: string): string
  seenBy(userId: string): Org
  /** Writes facts beside the rows, before the reply. */
  keep(facts: Entry): void
  reset(): void
  close(): void
}

export type OrgPlace = { stateDir?: string | undefined; dataFile?: string | undefined; packageDir: string }

export function openOrg(options: OrgOptions, place: OrgPlace): Org {
  const time = clock()
  const calls = usage()
  const replayed: Entry[] = []
  let prefixes: Record<string, string> = {}
  // The schema needs the key prefixes of the journal, the rows need the schema: rows wait until it stands.
  const journal: Journal = place.stateDir
    ? openJournal(place.stateDir, entry => {
        if (entry.reset) replayed.length = 0
        if (entry.prefixes) prefixes = entry.prefixes
        replayed.push(entry)
      })
    : memoryJournal()
  const metadata = readMetadata(place.packageDir)
  const { schema, countries, keyPrefixes } = buildSchema(options, metadata, prefixes)
  const views = sights<Org>(options, options.withoutPackage ? [] : metadata.permissionSets)
  checkFlows(schema, options)
  const offered = catalog(schema, options, metadata)
  const bus = feed(offered.selected, options.changeEventsMost, time)
  const managed = managedSubscriptions(offered.managed)
  const rows = store(schema, time, () => journal, bus.capture)
  const id = makeId('00D', 1)
  const open = sessions(id, options.sessionMs, time.now)
  const world: World = {
    options,
    schema,
    countries,
    store: rows,
    now: time.now,
    seenBy: userId => views(org, userId),
  }
  const org: Org = {
    id,
    options,
    schema,
    countries,
    store: rows,
    clock: time,
    sessions: open,
    usage: calls,
    faults: faults(),
    log: requestLog(),
    cursors: cursors(options.queryCursors, time.now),
    jobs: jobs(() => org, place.stateDir),
    inFlight: inFlight(),
    feed: bus,
    topics: topics({ world, orgId: id, schemaOf: bus.schemaOf, catalog: offered }),
    managed,
    running: running(),
    latency: { ms: 0, perRecordMs: 0 },
    integrationUserId: makeId('005', 1),
    salesUserId: makeId('005', 2),
    now: time.now,
    userNamed: username => userNamed(org, username),
    seenBy: userId => views(org, userId),
    keep: facts => rows.commit(facts),
    reset() {
      clear()
      journal.rewrite([{ reset: true }, { prefixes: keyPrefixes }])
      furnish(org)
      rows.commit()
      bus.begin()
    },
    close: () => journal.close(),
  }
  checkManaged(org)
  const clear = (): void => {
    rows.clear()
    calls.clear()
    open.clear()
    org.faults.clear()
    org.log.clear()
    org.cursors.clear()
    org.jobs.clear()
    org.inFlight.set(NO_LOCKS)
    bus.clear()
    managed.clear()
    org.latency = { ms: 0, perRecordMs: 0 }
    time.restore({ offsetMs: 0, frozenAt: null })
  }
  const fresh = !replayed.some(entry => entry.rows)
  for (const entry of replayed) takeOver(org, entry)
  rows.settle()
  furnish(org)
  if (fresh) seed(org, place.dataFile)
  if (JSON.stringify(prefixes) !== JSON.stringify(keyPrefixes)) rows.commit({ prefixes: keyPrefixes })
  else rows.commit()
  if (isWasteful(org, journal, replayed)) journal.rewrite(everything(org, keyPrefixes))
  replayed.length = 0
  bus.begin()
  return org
}

/** A managed subscription to a topic that the org has not is a mistake in what it was told to be. */
function checkManaged({ managed, topics: known }: Org): void {
  for (const { developerName, topicName } of managed.list) {
    if (known.named(topicName)) continue
    throw new SetupError(`the org cannot be used: ${developerName} subscribes to "${topicName}", which is no topic`)
  }
}

/** A flow that names what the org has not is a mistake in the org file, found at once and not at the first write. */
function checkFlows(schema: Schema, { flows }: OrgOptions): void {
  for (const flow of flows) {
    const entity = entityOf(schema, flow.object)
    if (!entity) throw new SetupError(`the org file cannot be used: a flow is on "${flow.object}", which is no object`)
    for (const name of [...Object.keys(flow.set), ...(flow.when ?? []).map(({ field }) => field)]) {
      if (entity.byName.has(name.toLowerCase())) continue
      throw new SetupError(`the org file cannot be used: a flow names "${name}", which ${entity.name} does not have`)
    }
  }
}

function takeOver(org: Org, entry: Entry): void {
  org.store.take(entry)
  org.jobs.take(entry)
  org.feed.take(entry)
  org.managed.take(entry)
  for (const [at, count] of entry.calls ?? []) org.usage.add(count, at)
  if (entry.clock) org.clock.restore(entry.clock)
  if (entry.session) org.sessions.restore(entry.session)
  if (entry.ended) org.sessions.end(entry.ended)
}

/** The records that every org has: itself, its users, its record types. */
function furnish(org: Org): void {
  const { store: rows, options } = org
  const add = (name: string, values: Record<string, Value>): void => {
    const entity = entityOf(org.schema, name)
    if (entity) rows.insert(entity, { createdBy: org.integrationUserId, values })
  }
  const has = (name: string): number => {
    const entity = entityOf(org.schema, name)
    return entity ? rows.rows(entity).size : 0
  }
  if (has('Organization') === 0) {
    add('Organization', {
      Name: options.name,
      OrganizationType: options.edition,
      IsSandbox: options.sandbox,
      InstanceName: 'EMU1',
      LanguageLocaleKey: 'en_US',
      DefaultLocaleSidKey: 'en_US',
      TimeZoneSidKey: 'GMT',
    })
  }
  if (has('User') === 0) {
    add('User', userValues({ username: 'integration@emulated.org', firstName: 'Integration', lastName: 'User' }))
    add('User', userValues({ username: 'sales@emulated.org', firstName: 'Sam', lastName: 'Sales' }))
  }
  if (has('Pricebook2') === 0) add('Pricebook2', { Name: 'Standard Price Book', IsActive: true, IsStandard: true })
  if (has('CurrencyType') === 0) {
    options.currencies.forEach((IsoCode, at) => {
      const IsCorporate = at === 0
      add('CurrencyType', { IsoCode, ConversionRate: 1, DecimalPlaces: 2, IsActive: true, IsCorporate })
    })
  }
  for (const user of options.users) if (!findUser(org, user.username)) add('User', userValues(user))
  recordTypeRows(org)
}

/** A record type is a row too, and takes its id from it. */
function recordTypeRows(org: Org): void {
  const table = entityOf(org.schema, 'RecordType')
  if (!table) return
  const known = [...org.store.rows(table).all()]
  for (const { name: SobjectType, recordTypes } of org.schema.entities.values()) {
    for (const type of recordTypes) {
      const { name: Name, developerName: DeveloperName, active: IsActive, person = false } = type
      const row = known.find(
        found => found.values.SobjectType === SobjectType && found.values.DeveloperName === DeveloperName,
      )
      const values = { Name, DeveloperName, IsActive, SobjectType, ...(person ? { IsPersonType: true } : {}) }
      type.id = (row ?? org.store.insert(table, { createdBy: org.integrationUserId, values })).id
    }
  }
}

function userValues(user: {
  username: string
  firstName?: string
  lastName: string
  email?: string
}): Record<string, Value> {
  return {
    Username: user.username,
    ...(user.firstName ? { FirstName: user.firstName } : {}),
    LastName: user.lastName,
    Email: user.email ?? user.username.toLowerCase(),
    Alias: user.username.slice(0, 8),
    IsActive: true,
    UserType: 'Standard',
    TimeZoneSidKey: 'GMT',
    LocaleSidKey: 'en_US',
    LanguageLocaleKey: 'en_US',
    EmailEncodingKey: 'UTF-8',
  }
}

function findUser(org: Org, username: string): Row | undefined {
  const entity = entityOf(org.schema, 'User')
  const field = entity?.byName.get('username')
  if (!entity || !field) return undefined
  const rows = org.store.rows(entity)
  const [id] = rows.lookup(field, username) ?? []
  return id === undefined ? undefined : rows.get(id)
}

/** A login may name any user; one that the org has not met is made. */
function userNamed(org: Org, username: string): string {
  const known = findUser(org, username)
  if (known) return known.id
  const entity = entityOf(org.schema, 'User')
  if (!entity) return org.integrationUserId
  const lastName = username.split('@')[0] ?? username
  return org.store.insert(entity, { createdBy: org.integrationUserId, values: userValues({ username, lastName }) }).id
}

/** Records of the data file, `{ "Account": [{...}], "Contact": [{...}] }`, through the same rules as a client's. */
function seed(org: Org, dataFile: string | undefined): void {
  if (dataFile === undefined) return
  const data = readJsonFile(dataFile, 'data')
  if (!isBody(data)) throw new SetupError(`the data file ${dataFile} must hold an object of lists by object name`)
  for (const [name, list] of Object.entries(data)) {
    const entity: Entity | undefined = entityOf(org.schema, name)
    if (!entity || !Array.isArray(list))
      throw new SetupError(`the data file ${dataFile}: "${name}" is not an object of this org`)
    list.forEach((record: Body, at) => {
      try {
        createRow(org, { userId: org.salesUserId }, entity, record)
      } catch (error) {
        if (error instanceof Refusal)
          throw new SetupError(`the data file ${dataFile}: ${name}[${at}]: ${error.message}`)
        throw error
      }
    })
  }
}

/** Rewriting pays when a good part of the lines says what later lines say again. */
function isWasteful(org: Org, journal: Journal, replayed: Entry[]): boolean {
  const stranger = replayed.some(entry => entry.rows?.some(line => !entityOf(org.schema, line[0])))
  if (stranger) return false
  const written = replayed.reduce((sum, entry) => sum + (entry.rows?.length ?? 1), 0)
  return journal.lines > 0 && written > 1.2 * org.store.rowCount + 200
}

function* everything(org: Org, prefixes: Record<string, string>): Generator<Entry> {
  yield { prefixes, clock: org.clock.state(), calls: org.usage.buckets() }
  for (const session of org.sessions.all()) yield { session }
  yield* org.store.snapshot()
  yield* org.jobs.snapshot()
  yield* org.feed.snapshot()
  yield* org.managed.snapshot()
}
