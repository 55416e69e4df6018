// Topics of change events: which objects a name stands for.

import type { Entity, Schema } from '../entities.ts'

export type Topic = {
  name: string
  /** Null for the channel of all selected objects. */
  entity: Entity | null
}

export function topicOf(schema: Schema, name: string): Topic | null {
  if (name === '/data/ChangeEvents') return { name, entity: null }
  for (const entity of schema.entities.values()) {
    if (entity.writable && name === `/data/${entity.name.replace(/__c$/, '__')}ChangeEvent`) return { name, entity }
  }
  return null
}
