// What the org has of events beside the objects: platform events, channels and managed subscriptions, from the package
// and the org file together, checked when the org starts.

import { type Entity, entityOf, type Field, type Schema } from '../entities.ts'
import { type OrgOptions, SetupError } from '../org/options.ts'
import type { ChannelEntry, ManagedEntry, MemberEntry } from '../schema/event-metadata.ts'
import { FIELD_TYPES, type Metadata } from '../schema/metadata.ts'
import { type EventType, eventField, eventType } from './event-type.ts'

/** One event of a channel: an object's changes, or a platform event. */
export type Member = MemberEntry & ({ entity: Entity; type: null } | { entity: null; type: EventType })
export type Channel = { topic: string; members: ReadonlyMap<string, Member> }
export type Catalog = {
  readonly eventTypes: ReadonlyMap<string, EventType>
  /** By the name of their topics. */
  readonly channels: ReadonlyMap<string, Channel>
  readonly managed: readonly ManagedEntry[]
  /** The objects whose changes are events: members of any channel. */
  readonly selected: ReadonlySet<string>
}

/** The channel that every org has. */
const STANDARD = 'ChangeEvents'

export const changeEventOf = (entity: Entity): string => `${entity.name.replace(/__c$/, '__')}ChangeEvent`

export function catalog(schema: Schema, options: OrgOptions, metadata: Metadata): Catalog {
  const deployed = options.withoutPackage ? null : metadata
  const eventTypes = typesOf(options, deployed)
  const channels = new Map<string, { topic: string; members: Map<string, Member> }>()
  const open = ({ name, type }: ChannelEntry): void => {
    if (channels.has(name)) return
    if (name !== STANDARD && !/^[A-Za-z]\w*__chn$/.test(name))
      throw cannot(`"${name}" is no channel: it must end in __chn`)
    channels.set(name, { topic: `/${type}/${name}`, members: new Map() })
  }
  const join = (entry: MemberEntry): void => {
    const channel = channels.get(entry.channel)
    if (!channel) throw cannot(`a member names the channel "${entry.channel}", which is not there`)
    const member = memberOf(schema, eventTypes, entry)
    if (channel.topic.startsWith('/data/') !== (member.type === null))
      throw cannot(
        `${entry.event} cannot be on ${entry.channel}: a channel has changes of records or platform events, not both`,
      )
    for (const field of entry.enrichedFields) {
      if (member.entity?.byName.has(field.toLowerCase())) continue
      throw cannot(`${entry.channel} enriches ${entry.event} with "${field}", which is no field of a changed record`)
    }
    channel.members.set(entry.event, member)
  }
  open({ name: STANDARD, type: 'data' })
  for (const entity of wantedObjects(schema, options.changeDataCapture)) {
    join({ channel: STANDARD, event: changeEventOf(entity), enrichedFields: [], filter: null })
  }
  for (const entry of deployed?.events.channels ?? []) open(entry)
  for (const { name, type = 'data' } of options.channels) open({ name, type })
  for (const entry of deployed?.events.members ?? []) join(entry)
  for (const { name, members = [] } of options.channels) {
    for (const { event, enrichedFields = [], filter = null } of members)
      join({ channel: name, event, enrichedFields, filter })
  }
  const selected = new Set<string>()
  for (const { members } of channels.values())
    for (const { entity } of members.values()) if (entity) selected.add(entity.name)
  const managed = [...(deployed?.events.managed ?? []), ...options.managedSubscriptions.map(managedOf)]
  return {
    eventTypes,
    channels: new Map([...channels.values()].map(channel => [channel.topic, channel])),
    managed,
    selected,
  }
}

const cannot = (message: string): SetupError => new SetupError(`the org cannot be used: ${message}`)

function typesOf(options: OrgOptions, deployed: Metadata | null): Map<string, EventType> {
  const types = new Map<string, EventType>()
  for (const name of deployed?.events.platformEvents ?? []) {
    const fields = (deployed?.fields ?? []).filter(({ object }) => object === name)
    types.set(
      name,
      eventType(
        name,
        fields.map(field => eventField(field.name, field.type)),
      ),
    )
  }
  for (const { name, fields = {} } of options.platformEvents) {
    if (!/^[A-Za-z]\w*__e$/.test(name)) throw cannot(`"${name}" is no platform event: it must end in __e`)
    const made = Object.entries(fields).map(([field, kind]): Field => {
      const type = FIELD_TYPES[kind]
      if (!type) throw cannot(`${name}.${field} has the type "${kind}" (known: ${Object.keys(FIELD_TYPES).join(', ')})`)
      if (!/^[A-Za-z]\w*__c$/.test(field)) throw cannot(`${name} has the field "${field}", which must end in __c`)
      return eventField(field, type)
    })
    types.set(name, eventType(name, made))
  }
  return types
}

function memberOf(schema: Schema, types: ReadonlyMap<string, EventType>, entry: MemberEntry): Member {
  const type = types.get(entry.event)
  if (type) return { ...entry, entity: null, type }
  for (const entity of schema.entities.values()) {
    if (entity.writable && changeEventOf(entity) === entry.event) return { ...entry, entity, type: null }
  }
  throw cannot(`${entry.channel} has the member "${entry.event}", which is no event of this org`)
}

/** Only objects that clients may write have change events. */
function wantedObjects(schema: Schema, wanted: OrgOptions['changeDataCapture']): Entity[] {
  if (wanted === 'all') return [...schema.entities.values()].filter(({ writable }) => writable)
  return wanted.map(name => {
    const entity = entityOf(schema, name)
    if (entity?.writable) return entity
    throw cannot(`"changeDataCapture" names "${name}", which has no change events`)
  })
}

const managedOf = (entry: OrgOptions['managedSubscriptions'][number]): ManagedEntry => ({
  label: entry.developerName,
  defaultReplay: 'LATEST',
  errorRecoveryReplay: 'LATEST',
  state: 'RUN',
  ...entry,
})
