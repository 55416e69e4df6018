/** Finds the records that changes name by a text of theirs (a customer group by its name): one look for a whole batch of writes. */

import { z } from 'zod'
import { chunks } from '../../../lib/chunks.ts'
import { type Failure, RemoteFailure } from '../../../model/outcome.ts'
import type { CallContext, CommerceWrite } from '../../../model/ports.ts'
import { projectOf } from '../../../model/resource.ts'
import type { Client } from '../client.ts'
import { endpointOf } from '../endpoints.ts'
import { garbled } from '../failure.ts'
import { type IdOf, understand } from './actions.ts'
import { valueAt } from './change.ts'
import type { Place } from './paths.ts'

/** By project: who is called what, or why that could not be learnt. */
export type Named = { readonly idOf: IdOf } | { readonly failure: Failure }

type Asked = { readonly typeId: string; readonly by: string; readonly texts: Set<string> }

/** Texts in one query: at their longest they still leave its URL shorter than load balancers allow. */
const atOnce = 10
/** The longest name that commercetools takes. Longer ones name nothing, and are not asked for. */
const longest = 256

const answer = z.object({ results: z.array(z.looseObject({ id: z.string() })) })

/** Nothing is asked when no change names another record. Rejects only with the signal's reason. */
export async function named(
  clients: ReadonlyMap<string, Client>,
  writes: readonly CommerceWrite[],
  context: CallContext,
): Promise<(project: string) => Named> {
  const nobody: Named = { idOf: () => null }
  const projects = await Promise.all(
    [...wantedIn(writes)].map(async ([project, asked]): Promise<readonly [string, Named]> => {
      const client = clients.get(project)
      return [project, client === undefined ? nobody : await found(client, [...asked.values()], context)]
    }),
  )
  const all = new Map(projects)
  return project => all.get(project) ?? nobody
}

type Wanted = { readonly place: Extract<Place, { at: 'reference' }>; readonly text: string }

/** The texts of one write that name other records which it does not point at already. */
export const namedBy = ({ ref, body, changes }: CommerceWrite): readonly Wanted[] =>
  changes
    .flatMap(each => understand(ref.type, each.path, each.value, body))
    .flatMap(({ place, value }) =>
      place.at === 'reference' && typeof value === 'string' && value !== valueAt(body, place)
        ? [{ place, text: value }]
        : [],
    )

/** By project and kind of record, the texts that are to be found. */
function wantedIn(writes: readonly CommerceWrite[]): ReadonlyMap<string, ReadonlyMap<string, Asked>> {
  const projects = new Map<string, Map<string, Asked>>()
  for (const write of writes)
    for (const { place, text } of namedBy(write)) {
      const project = projectOf(write.ref)
      const kinds = projects.get(project) ?? new Map<string, Asked>()
      projects.set(project, kinds)
      const { typeId, by } = place.reference
      const asked = kinds.get(typeId) ?? { typeId, by, texts: new Set<string>() }
      kinds.set(typeId, asked)
      if (text.length <= longest) asked.texts.add(text)
    }
  return projects
}

async function found(client: Client, kinds: readonly Asked[], context: CallContext): Promise<Named> {
  const ids = new Map<string, string>()
  const ask = async ({ typeId, by }: Asked, texts: readonly string[]): Promise<void> => {
    const args = {
      where: [`${by} in (:texts)`],
      limit: texts.length,
      withTotal: false,
      expand: [],
      'var.texts': [...texts],
    }
    const body = answer.safeParse(await client.call(api => endpointOf(typeId).query(api, args), context))
    if (!body.success) throw garbled('read')
    for (const row of body.data.results) if (typeof row[by] === 'string') ids.set(`${typeId} ${row[by]}`, row.id)
  }
  try {
    await Promise.all(kinds.flatMap(kind => chunks([...kind.texts], atOnce).map(texts => ask(kind, texts))))
  } catch (error) {
    context.signal.throwIfAborted()
    if (!(error instanceof RemoteFailure)) throw error
    return { failure: error.failure }
  }
  return { idOf: ({ reference }, text) => ids.get(`${reference.typeId} ${text}`) ?? null }
}
