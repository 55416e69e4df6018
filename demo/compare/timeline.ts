/** What stands on the timeline: a closed Task for each order and each request for a quote, on whoever made it, and not two. */
import { live, type Row, strayIn, text } from './values.ts'

export type Timeline = {
  readonly project: string
  readonly orders: readonly Row[]
  readonly requests: readonly Row[]
  /** By the id of an order or a request: the messages that it was made. */
  readonly made: ReadonlyMap<string, readonly Row[]>
  readonly tasks: readonly Row[]
  /** Orders and deals of Salesforce. */
  readonly records: readonly Row[]
  /** The person of an order of Salesforce: its Contact, none with person accounts. */
  readonly contactOf: (order: Row) => string | null
  /** Whose an order or a request is: it waits while they are listed. */
  readonly becauseOf: (one: Row) => readonly string[]
  readonly differs: (key: string, where: string, because?: readonly string[]) => boolean
}

/** How many Tasks tell of what another one tells already, or of nothing that anybody knows. */
export function compareTimeline(timeline: Timeline): number {
  const { project, orders, requests, made, tasks, records, contactOf, becauseOf, differs } = timeline
  const rows = new Map(live(records).map(row => [String(row.CT_Id__c), row]))
  const byKey = Map.groupBy(live(tasks), row => text(row.CT_Id__c) ?? '')
  const known = new Set<string>()
  for (const one of [...orders, ...requests]) {
    const key = `${project}/${String(one.id)}`
    const row = rows.get(key)
    for (const message of made.get(String(one.id)) ?? []) {
      const taskKey = `${key}/${String(message.id)}`
      known.add(taskKey)
      const [task] = byKey.get(taskKey) ?? []
      if (task === undefined) differs(key, 'no Task says that it was made', becauseOf(one))
      else if (row === undefined || task.WhatId !== row.Id) differs(key, 'its Task is about another record')
      else if (orders.includes(one) && text(task.WhoId) !== contactOf(row)) differs(key, 'its Task is on somebody else')
      else if (task.IsClosed !== true) differs(key, 'its Task is open')
      else if (orders.includes(one) && !String(task.Subject).includes(text(one.orderNumber) ?? String(one.id)))
        differs(key, 'its Task does not name it')
    }
  }
  return strayIn(byKey, known)
}
