/** What changed in the org, by polling: one question an object, five objects to a call, whatever changed or not. */
import { z } from 'zod'
import { RemoteFailure } from '../../model/outcome.ts'
import type { CallContext, Clock, CrmFeed } from '../../model/ports.ts'
import type { ChangeEvent } from '../../model/resource.ts'
import type { Client } from './client.ts'
import { composite, mostHeavySubs } from './composite.ts'
import type { Describe } from './describe.ts'
import { type Answer, callFailure, demand } from './failure.ts'
import { inTurn } from './inTurn.ts'
import {
  advance,
  begin,
  isNews,
  opened,
  type Page,
  type Place,
  parsePosition,
  positionText,
  type Reading,
  type Row,
  secondOf,
  type Window,
} from './place.ts'

const recordForm = z.object({
  Id: z.string().regex(/^[A-Za-z0-9]{15,18}$/),
  SystemModstamp: z.string().refine(text => !Number.isNaN(Date.parse(text))),
  IsDeleted: z.boolean().default(false),
  LastModifiedById: z.string().nullish(),
})
const pageForm = z.object({ done: z.boolean(), records: z.array(recordForm) })

type Deps = { readonly client: Client; readonly describe: Describe; readonly clock: Clock }
type Query = Parameters<CrmFeed['changes']>[0]

/** How much a feed is told of one object: `reading` is null when it begins now. */
type Asked = { readonly object: string; readonly place: Place | null; readonly reading: Reading | null }

const atOnce = 4

/** Our clock may be off by so much when a feed begins; afterwards only Salesforce's counts. */
const clocksDifferS = 600

/**
 * Seconds that are not over on Salesforce's clock wait for the next poll: a second change in the same second would
 * carry the same stamp. Rows are read in order of `(SystemModstamp, Id)`, both indexed.
 */
export async function changes(
  deps: Deps,
  window: Window,
  { objects, position, limit }: Query,
  context: CallContext,
): ReturnType<CrmFeed['changes']> {
  context.signal.throwIfAborted()
  const places = position === null ? new Map<string, Place>() : parsePosition(position)
  const known = [...new Set(objects)].map((object): Asked => {
    const place = places.get(object) ?? null
    return { object, place, reading: place && begin(place, limit, window) }
  })
  // Those that are at their end wait for the others: else, of two busy objects, one or the other would never be.
  const isAmid = known.some(one => one.place?.reading)
  const asked = isAmid ? known.filter(one => one.place === null || one.place.reading !== null) : known
  const pages = await ask(deps, window, asked, context)

  const read = asked.flatMap(({ object, place, reading }, at) => {
    const page = pages[at]
    if (page === undefined) return []
    if (place !== null && reading !== null)
      return [{ object, place, reading, page, news: page.rows.filter(row => isNews(place, row)) }]
    places.set(object, opened(page, window))
    return []
  })
  // The oldest of all objects first, so that a busy object keeps no other waiting.
  const all = read.flatMap(one => one.news.map(row => ({ one, row })))
  const chosen = all.toSorted((a, b) => secondOf(a.row) - secondOf(b.row)).slice(0, limit)
  let more = false
  for (const one of read) {
    const { object, place, reading, page, news } = one
    const next = news[chosen.filter(change => change.one === one).length]
    const dealt = next === undefined ? page.rows.length : page.rows.indexOf(next)
    const advanced = advance(place, reading, page, dealt, window)
    places.set(object, advanced.place)
    more ||= !advanced.isDone
  }
  const events = chosen.map(({ one, row }) => eventOf(one.object, row, context))
  return { events, position: positionText(places), more }
}

function eventOf(object: string, { id, stampMs, isDeleted }: Row, { correlationId }: CallContext): ChangeEvent {
  const at = new Date(stampMs).toISOString()
  return {
    id: `${object}/${id}@${at}`,
    ref: { side: 'crm', type: object, id },
    kind: isDeleted ? 'deleted' : 'changed',
    version: stampMs,
    at,
    correlationId,
    lane: 'live',
    erase: false,
  }
}

async function ask(deps: Deps, window: Window, asked: readonly Asked[], context: CallContext): Promise<Page[]> {
  const groups: Asked[][] = []
  for (let at = 0; at < asked.length; at += mostHeavySubs) groups.push(asked.slice(at, at + mostHeavySubs))
  const pages = await inTurn(groups, atOnce, async group => {
    const subs = group.map(one => ({
      method: 'GET' as const,
      url: `${deps.client.root}/queryAll?q=${encodeURIComponent(questionOf(deps, window, one))}`,
    }))
    const answers = await composite(deps.client, subs, 'read', context)
    return group.map((one, at) => pageOf(answers[at] ?? null, one))
  })
  return pages.flat()
}

function questionOf({ describe, clock }: Deps, window: Window, { object, reading }: Asked): string {
  const canDelete = describe.known(object)?.fields.has('IsDeleted') ?? true
  const head = `SELECT Id,SystemModstamp,${canDelete ? 'IsDeleted,' : ''}LastModifiedById FROM ${object}`
  if (reading === null) {
    const from = Math.floor(Date.parse(clock.now()) / 1000) - window.overlapS - clocksDifferS
    return `${head} WHERE SystemModstamp >= ${literal(from)} ORDER BY SystemModstamp DESC, Id DESC LIMIT ${window.pageRows}`
  }
  const { at, id, rows } = reading
  const after = id === null ? '' : ` AND (SystemModstamp > ${literal(at)} OR Id > '${id}')`
  return `${head} WHERE SystemModstamp >= ${literal(at)}${after} ORDER BY SystemModstamp, Id LIMIT ${rows}`
}

const literal = (second: number): string => `${new Date(second * 1000).toISOString().slice(0, 19)}Z`

const names = new Set(['Id', 'SystemModstamp', 'IsDeleted', 'LastModifiedById'])

function pageOf(answer: Answer | null, { object, place, reading }: Asked): Page {
  const { json, sentAtMs } = demand(answer ?? unreadable, 'read', name => name === object || names.has(name))
  const read = pageForm.safeParse(json)
  // A page that is cut and empty would be asked for ever.
  if (!read.success || sentAtMs === undefined || (!read.data.done && read.data.records.length === 0))
    throw new RemoteFailure(callFailure(unreadable, 'read'))
  const bound = Math.min(Math.floor(sentAtMs / 1000) - 1, place?.reading?.began ?? Number.POSITIVE_INFINITY)
  const all = read.data.records.map(({ Id, SystemModstamp, IsDeleted, LastModifiedById }) => ({
    id: Id,
    stampMs: Date.parse(SystemModstamp),
    isDeleted: IsDeleted,
    by: LastModifiedById ?? '',
  }))
  const rows = all.filter(row => secondOf(row) <= bound)
  const isFull = !read.data.done || (reading !== null && all.length >= reading.rows)
  return { rows, bound, isCut: isFull && rows.length === all.length }
}

const unreadable: Answer = { status: 200, json: undefined }
