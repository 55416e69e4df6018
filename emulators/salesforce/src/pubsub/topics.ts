// Topics: which events of the bus each shows to its subscribers, in which form, and who may publish on it.

import type { Entity, Row } from '../entities.ts'
import type { World } from '../rules/world.ts'
import type { ChangeSchema } from './avro.ts'
import { type Catalog, type Channel, changeEventOf, type Member } from './catalog.ts'
import { type ChannelFilter, channelFilter } from './channel-filter.ts'
import type { BusEvent, ChangeEvent, PlatformEvent } from './event.ts'
import type { EventType } from './event-type.ts'
import { replayBytes } from './replay-id.ts'
import type { ConsumerEvent } from './wire.ts'

export type Topic = {
  readonly name: string
  /** Empty for channels, whose events have several. */
  readonly schemaId: string
  /** What publishers write on it; null where only the org does. */
  readonly publishes: EventType | null
  /** None when it is not shown here; several where a channel tells of the records of an event one by one. */
  show(event: BusEvent): ConsumerEvent[]
}

export type Topics = {
  named(name: string): Topic | null
  schemaById(id: string): string | null
}

type Parts = { world: World; orgId: string; schemaOf(entity: Entity): ChangeSchema; catalog: Catalog }

/** Throws a SetupError for a filter that cannot be read. */
export function topics({ world, orgId, schemaOf, catalog }: Parts): Topics {
  const change = (event: ChangeEvent, entity: Entity): ConsumerEvent =>
    consumerEvent(`${orgId}-${event.replayId}`, event, schemaOf(entity).id, schemaOf(entity).encode(event, orgId))
  const platform = (event: PlatformEvent, type: EventType): ConsumerEvent =>
    consumerEvent(event.id, event, type.schema.id, Buffer.from(event.payload, 'base64'))

  const ofMember = (member: Member): ((event: BusEvent) => ConsumerEvent[]) => {
    const { entity, type, filter: condition, channel, event: name } = member
    const filter =
      condition === null ? null : channelFilter(world, entity ?? type.entity, condition, `${name} on ${channel}`)
    if (type) {
      return event => {
        if (!('payload' in event)) return []
        const passes = !filter || filter.test(type.rowOf(Buffer.from(event.payload, 'base64')))
        return passes ? [platform(event, type)] : []
      }
    }
    const added = new Set([...member.enrichedFields, ...(filter?.fields ?? [])])
    const fields = new Set([...added].flatMap(field => entity.byName.get(field.toLowerCase())?.name ?? []))
    return event => {
      if ('payload' in event) return []
      if ((fields.size === 0 && !filter) || event.type === 'GAP_OVERFLOW') return [change(event, entity)]
      return event.ids.flatMap(id => {
        // Fields are added when an event is delivered: as they are by then, not as they were.
        const latest = world.store.rows(entity).get(id) ?? event.row
        if (filter && !(latest && passes(filter, event, latest))) return []
        const alone = { ...event, ids: [id] }
        const extra = latest ? { fields, row: latest } : undefined
        const { id: schemaId, encode } = schemaOf(entity)
        return [consumerEvent(`${orgId}-${event.replayId}-${id}`, event, schemaId, encode(alone, orgId, extra))]
      })
    }
  }
  const ofChannel = ({ topic, members }: Channel): Topic => {
    const shown = new Map([...members.values()].map(member => [(member.entity ?? member.type).name, ofMember(member)]))
    const show = (event: BusEvent): ConsumerEvent[] => shown.get(sourceOf(event))?.(event) ?? []
    return { name: topic, schemaId: '', publishes: null, show }
  }
  const channels = new Map([...catalog.channels].map(([name, channel]) => [name, ofChannel(channel)]))
  const entities = new Map<string, Entity>()
  for (const entity of world.schema.entities.values()) {
    if (entity.writable) entities.set(`/data/${changeEventOf(entity)}`, entity)
  }
  const named = (name: string): Topic | null => {
    const channel = channels.get(name)
    if (channel) return channel
    const type = name.startsWith('/event/') ? catalog.eventTypes.get(name.slice('/event/'.length)) : undefined
    if (type) {
      const show = (event: BusEvent): ConsumerEvent[] =>
        'payload' in event && event.platformEvent === type.name ? [platform(event, type)] : []
      return { name, schemaId: type.schema.id, publishes: type, show }
    }
    const entity = entities.get(name)
    if (!entity) return null
    const show = (event: BusEvent): ConsumerEvent[] =>
      !('payload' in event) && event.object === entity.name ? [change(event, entity)] : []
    return { name, schemaId: schemaOf(entity).id, publishes: null, show }
  }
  return {
    named,
    schemaById(id) {
      for (const { schema } of catalog.eventTypes.values()) if (schema.id === id) return schema.json
      for (const entity of entities.values()) if (schemaOf(entity).id === id) return schemaOf(entity).json
      return null
    },
  }
}

const sourceOf = (event: BusEvent): string => ('payload' in event ? event.platformEvent : event.object)

/** A condition looks at what the event tells, and at the record as it is for what the event does not. */
function passes(filter: ChannelFilter, event: ChangeEvent, latest: Row): boolean {
  const { object: entityName, type: changeType, origin: changeOrigin, userId: commitUser, row } = event
  return filter.test(row ? told(event, row, latest) : latest, { entityName, changeType, changeOrigin, commitUser })
}

function told({ type, changed }: ChangeEvent, row: Row, latest: Row): Row {
  if (type !== 'UPDATE') return row
  const values = { ...latest.values }
  for (const name of changed) {
    const value = row.values[name]
    if (value === undefined) delete values[name]
    else values[name] = value
  }
  return { ...latest, modifiedAt: row.modifiedAt, modifiedBy: row.modifiedBy, values }
}

function consumerEvent(id: string, { replayId }: BusEvent, schema_id: string, payload: Buffer): ConsumerEvent {
  return { event: { id, schema_id, payload }, replay_id: replayBytes(replayId) }
}
