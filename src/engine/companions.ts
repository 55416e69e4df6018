/** What is read along with a record: others that tell of the same thing, and what follows from all of it at this moment. */
import { chunks } from '../lib/chunks.ts'
import { idsPerQuery } from '../lib/idsPerQuery.ts'
import type { Mapping } from '../model/mapping.ts'
import type { CallContext } from '../model/ports.ts'
import { idInProject, isObject, type Json, type JsonObject, projectOf, type Snapshot } from '../model/resource.ts'
import type { Companion } from '../model/watched.ts'
import type { Engine } from './engine.ts'
import { guestsOf } from './guest/identity.ts'
import { seenOf } from './guest/seenOf.ts'

type Present = Extract<Snapshot, { state: 'present' }>

const idOf = (value: Json | undefined): string | null =>
  typeof value === 'object' && value !== null && 'id' in value && typeof value.id === 'string' ? value.id : null

const listed = (body: JsonObject, name: string): readonly Json[] => {
  const value = body[name]
  return Array.isArray(value) ? value : []
}

/** The ids that a companion's reference may lead to, for one record. */
const idsIn = ({ of }: Companion, { ref, body }: Present): readonly string[] =>
  of === undefined ? [idInProject(ref)] : listed(body, of).flatMap(one => idOf(one) ?? [])

/** Those whose field leads to one of these records: one query for 150 of them, and none where nobody is asked about. */
async function referring(
  engine: Engine,
  companion: Companion,
  snapshots: readonly Present[],
  context: CallContext,
): Promise<(one: Present) => readonly JsonObject[]> {
  const { by, isId, where, keeps = body => body } = companion
  const byProject = new Map<string, Set<string>>()
  for (const one of snapshots) {
    const project = projectOf(one.ref)
    const ids = byProject.get(project) ?? new Set()
    for (const id of idsIn(companion, one)) ids.add(id)
    byProject.set(project, ids)
  }
  const found = new Map<string, JsonObject[]>()
  for (const [project, all] of byProject)
    for (const ids of chunks([...all], idsPerQuery)) {
      const list = ids.map(id => `"${id}"`).join(',')
      const theirs = isId ? `${by} in (${list})` : `${by}(id in (${list}))`
      const whole = where === undefined ? theirs : `${theirs} and ${where}`
      const query = { project, type: companion.type, position: null, expand: [], where: whole, upToNow: true }
      for await (const page of engine.systems.commerce.list(query, context))
        for (const one of page.snapshots) {
          const named = one.state === 'present' ? (one.body[by] ?? null) : null
          const id = isId ? named : idOf(named)
          if (one.state !== 'present' || typeof id !== 'string') continue
          const key = `${project}/${id}`
          const before = found.get(key)
          if (before === undefined) found.set(key, [keeps(one.body)])
          else before.push(keeps(one.body))
        }
    }
  return one => idsIn(companion, one).flatMap(id => found.get(`${projectOf(one.ref)}/${id}`) ?? [])
}

async function withCompanion(
  engine: Engine,
  companion: Companion,
  snapshots: readonly Snapshot[],
  context: CallContext,
): Promise<readonly Snapshot[]> {
  const { as, when = () => true } = companion
  const isAsked = (one: Snapshot): one is Present => one.state === 'present' && when(one.body)
  const asked = snapshots.filter(isAsked)
  if (asked.length === 0) return snapshots
  // A guest is no record that anything could refer to.
  const named = asked.filter(({ ref }) => guestsOf(engine, ref.type) === undefined)
  const referringTo = await referring(engine, companion, named, context)
  const seenBy = companion.seen ? await seenOf(engine, companion, asked, context) : () => []
  return snapshots.map(one =>
    isAsked(one) ? { ...one, body: { ...one.body, [as]: [...referringTo(one), ...seenBy(one)] } } : one,
  )
}

/** What follows from a record at this moment, beside what it says itself; of several mappings of a type, each adds its own. */
export function derived(engine: Pick<Engine, 'clock'>, { derive }: Mapping, one: Present): Present {
  if (derive === undefined) return one
  const { derived: before } = one.body
  const more = derive(one.body, { now: engine.clock.now(), modifiedAt: one.modifiedAt })
  return { ...one, body: { ...one.body, derived: { ...(isObject(before) ? before : {}), ...more } } }
}

/** The same snapshots, with all that their mappings want to see beside them. */
export async function withCompanions(
  engine: Engine,
  type: string,
  snapshots: readonly Snapshot[],
  context: CallContext,
): Promise<readonly Snapshot[]> {
  const mappings = engine.mappings.filter(({ commerce, onDemand }) => commerce === type && !onDemand)
  let all = snapshots
  for (const mapping of mappings) {
    for (const companion of mapping.companions ?? []) all = await withCompanion(engine, companion, all, context)
    all = all.map(one => (one.state === 'present' ? derived(engine, mapping, one) : one))
  }
  return all
}
