/** All records of a type, oldest change first, by keyset: no page is skipped or doubled however the data moves. */
import type { CallContext, Page } from '../../model/ports.ts'
import type { Instant } from '../../model/resource.ts'
import type { Client } from './client.ts'
import { endpointOf } from './endpoints.ts'
import { pageSize } from './read.ts'
import { idWord, rows } from './snapshot.ts'

type Query = {
  readonly type: string
  readonly position: string | null
  readonly expand: readonly string[]
  readonly where?: string
  readonly due?: { readonly before: Instant; readonly where: string; readonly orAfter: string }
}

/** The last record of a page, `<lastModifiedAt>|<id>`. */
type Position = { readonly at: string; readonly id: string }

/**
 * Pages up to `until`, fixed when the listing starts so that it ends however busy the project is. While a page is
 * worked on, the next is already asked for; that one is stopped when the reader stops.
 */
export async function* list(client: Client, query: Query, until: Instant, context: CallContext): AsyncGenerator<Page> {
  const stop = new AbortController()
  const signal = AbortSignal.any([context.signal, stop.signal])
  const ask = (position: Position | null) => page(client, query, position, until, { ...context, signal })
  try {
    let next: Promise<Full> | null = ask(query.position === null ? null : parse(query.position))
    while (next !== null) {
      const { snapshots, last, full }: Full = await next
      next = full && last !== null ? ask(last) : null
      // Heard when it is awaited; until then a failure of it is nobody's unhandled rejection.
      next?.catch(() => {})
      if (last !== null) yield { snapshots, position: `${last.at}|${last.id}` }
      context.signal.throwIfAborted()
    }
  } finally {
    stop.abort(new DOMException('the listing was left', 'AbortError'))
  }
}

type Full = { readonly snapshots: Page['snapshots']; readonly last: Position | null; readonly full: boolean }

async function page(
  client: Client,
  { type, expand, where, due }: Query,
  position: Position | null,
  until: Instant,
  context: CallContext,
): Promise<Full> {
  const args = {
    where: [
      keyset(position, until),
      ...(where === undefined ? [] : [where]),
      ...(due === undefined ? [] : [window(due)]),
    ],
    sort: ['lastModifiedAt asc', 'id asc'],
    limit: pageSize,
    withTotal: false,
    expand: [...expand],
  }
  const found = rows(await client.call(api => endpointOf(type).query(api, args), context), client.project.key, type)
  const end = found.at(-1)
  return {
    snapshots: found.map(each => each.snapshot),
    last: end ? { at: end.lastModifiedAt, id: end.id } : null,
    full: found.length >= pageSize,
  }
}

/** Before every id there is: with a time that no record bears, or before those that do. */
export const positionAt = (at: Instant): string => `${at}|0`

/** On the pair: `lastModifiedAt > T and id > ID` alone would lose records. */
const beyond = ({ at, id }: Position): string =>
  `(lastModifiedAt > "${at}" or (lastModifiedAt = "${at}" and id > "${id}"))`

function keyset(position: Position | null, until: Instant): string {
  const end = `lastModifiedAt <= "${until}"`
  return position === null ? end : `${beyond(position)} and ${end}`
}

const window = ({ before, where, orAfter }: NonNullable<Query['due']>): string =>
  `(lastModifiedAt <= "${before}" and ${where}) or ${beyond(parse(orAfter))}`

/** Throws a RangeError: only our own positions come back. */
function parse(position: string): Position {
  const [at = '', id = ''] = position.split('|')
  if (!/^[0-9T:.Z+-]{10,40}$/.test(at) || !idWord.test(id)) throw new RangeError('not a position of this listing')
  return { at, id }
}
