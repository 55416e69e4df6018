/** A closed Task for each thing that is told of a record: the part of a mapping that makes them. */
import type { FieldRule, LinkRule, MappingPart } from '../../model/mapping.ts'
import { dayIn } from '../codecs/dayIn.ts'
import { text } from '../codecs/text.ts'

export type TaskOptions = {
  readonly keyField?: string
  readonly fieldPrefix?: string
  /** A closed status. Default: `Completed`. */
  readonly closedStatus?: string
  /** Where a day begins. Default: `UTC`. */
  readonly timeZone?: string
}

const owner = 'commerce'

/** One Task for each element of `derived.activities`. One that somebody deletes, or whose element is gone, is not made again. */
export function taskPart(options: TaskOptions, links: readonly LinkRule[]): MappingPart {
  const prefix = options.fieldPrefix ?? 'CT_'
  const fields: readonly FieldRule[] = [
    { crm: 'Subject', commerce: 'subject', owner, codec: text, required: true, personal: false },
    { crm: 'Description', commerce: 'text', owner, codec: text },
    { crm: 'ActivityDate', commerce: 'at', owner, codec: dayIn(options.timeZone ?? 'UTC'), personal: false },
    { crm: `${prefix}Message_Type__c`, commerce: 'type', owner: 'seed', codec: text, personal: false },
  ]
  return {
    role: 'task',
    each: { of: 'derived.activities', id: 'id', whenGone: 'unlink' },
    object: 'Task',
    match: [{ by: 'external-id', crm: options.keyField ?? `${prefix}Id__c`, commerce: 'key' }],
    fields,
    links,
    defaults: { Status: options.closedStatus ?? 'Completed' },
  }
}

/** Whom a Task is about. Settled once: what somebody moves stays there. */
export const whoOf = (customer: string, guest: Pick<LinkRule, 'orGuest' | 'orKnownGuest'>): LinkRule => ({
  ...personOf('WhoId', 'Who', 'contact', customer),
  ...guest,
})

export const personOf = (crm: string, relationship: string, role: string, customer: string): LinkRule => ({
  crm,
  relationship,
  mapping: 'customer-person',
  role,
  of: { type: 'customer', id: `whole.${customer}` },
  owner: 'seed',
  required: false,
  patient: true,
  byId: true,
})

/** The record of another part or mapping that a Task is about. */
export const whatOf = (mapping: string, role: string): LinkRule => ({
  crm: 'WhatId',
  relationship: 'What',
  mapping,
  role,
  of: 'self',
  owner: 'seed',
  required: true,
  byId: true,
})
