/** The present state of many records: by project and type, in as few queries as fit a URL, side by side. */
import type { CallContext } from '../../model/ports.ts'
import { type ResourceRef, refKey, type Snapshot } from '../../model/resource.ts'
import type { Client } from './client.ts'
import { endpointOf } from './endpoints.ts'
import { idWord, rows } from './snapshot.ts'

/** What commercetools answers at most in one page. */
export const pageSize = 500
/** Load balancers refuse URLs over 8 KB; commercetools has no POST for queries. */
const urlLength = 8_000
/** Path, parameter names, `id in (…)`, limit and withTotal. */
const frame = 160
/** `%22`, `%22` and `%2C` around each id. */
const perId = 9

type Query = { readonly client: Client; readonly type: string; readonly ids: readonly string[] }

export async function read(
  clients: ReadonlyMap<string, Client>,
  refs: readonly ResourceRef[],
  expand: readonly string[],
  context: CallContext,
): Promise<readonly Snapshot[]> {
  context.signal.throwIfAborted()
  const queries = split(clients, refs, expand)
  const found = new Map<string, Snapshot>()
  const rest = new AbortController()
  const signal = AbortSignal.any([context.signal, rest.signal])

  const ask = async ({ client, type, ids }: Query) => {
    const where = [`id in (${ids.map(id => `"${id}"`).join(',')})`]
    const args = { where, limit: pageSize, withTotal: false, expand: [...expand] }
    const answer = await client.call(api => endpointOf(type).query(api, args), { ...context, signal })
    for (const { snapshot } of rows(answer, client.project.key, type)) found.set(refKey(snapshot.ref), snapshot)
  }
  try {
    await Promise.all(queries.map(ask))
  } catch (error) {
    // One query that failed fails the read: the others need not go on.
    rest.abort(error)
    throw error
  }
  return refs.map(ref => found.get(refKey(ref)) ?? { state: 'absent', ref })
}

/** Throws a RangeError for a ref that no delivery and no listing of ours can have made. */
function split(
  clients: ReadonlyMap<string, Client>,
  refs: readonly ResourceRef[],
  expand: readonly string[],
): readonly Query[] {
  const groups = new Map<string, { readonly client: Client; readonly type: string; readonly ids: Set<string> }>()
  for (const { type, id: full } of refs) {
    const slash = full.indexOf('/')
    const client = clients.get(full.slice(0, slash))
    const id = full.slice(slash + 1)
    if (!client || !idWord.test(id)) throw new RangeError('not the id of a record in a project that is served')
    endpointOf(type)
    const name = `${type} ${client.project.key}`
    const group = groups.get(name) ?? { client, type, ids: new Set() }
    group.ids.add(id)
    groups.set(name, group)
  }
  return [...groups.values()].flatMap(({ client, type, ids }) => {
    const { apiUrl, key } = client.project
    const taken =
      frame +
      apiUrl.length +
      key.length +
      type.length +
      expand.reduce((sum, each) => sum + encodeURIComponent(each).length + '&expand='.length, 0)
    return chunks([...ids], urlLength - taken).map(chunk => ({ client, type, ids: chunk }))
  })
}

/** With ids of 36 characters this is about 170 a query: 1,000 records in six. */
function chunks(ids: readonly string[], room: number): readonly (readonly string[])[] {
  const all: string[][] = []
  let used = Number.POSITIVE_INFINITY
  for (const id of ids) {
    const last = all.at(-1)
    if (!last || used + id.length + perId > room || last.length === pageSize) {
      all.push([id])
      used = id.length + perId
    } else {
      last.push(id)
      used += id.length + perId
    }
  }
  return all
}
