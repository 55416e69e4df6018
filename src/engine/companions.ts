/** What is read along with a record: others that tell of the same thing, and what follows from all of it at this moment. */
import { chunks } from '../lib/chunks.ts'
import { idsPerQuery } from '../lib/idsPerQuery.ts'
import type { Mapping } from '../model/mapping.ts'
import type { CallContext } from '../model/ports.ts'
import { idInProject, isObject, type Json, type JsonObject, projectOf, type Snapshot } from '../model/resource.ts'
import type { Companion } from '../model/watched.ts'
import type { Engine } from './engine.ts'

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

/** One query for 150 of them, and none where nobody is asked about. */
async function withCompanion(
  engine: Engine,
  companion: Companion,
  snapshots: readonly Snapshot[],
  context: CallContext,
): Promise<readonly Snapshot[]> {
  const { when = () => true } = companion
  const asked = (one: Snapshot): one is Present => one.state === 'present' && when(one.body)
  const byProject = new Map<string, Set<string>>()
  for (const one of snapshots) {
    if (!asked(one)) continue
    const project = projectOf(one.ref)
    const ids = byProject.get(project) ?? new Set()
    for (const id of idsIn(companion, one)) ids.add(id)
    byProject.set(project, ids)
  }
  const found = new Map<string, JsonObject[]>()
  for (const [project, all] of byProject)
    for (const ids of chunks([...all], idsPerQuery)) {
      const theirs = `${companion.by}(id in (${ids.map(id => `"${id}"`).join(',')}))`
      const where = companion.where === undefined ? theirs : `${theirs} and ${companion.where}`
      const query = { project, type: companion.type, position: null, expand: [], where, upToNow: true }
      for await (const page of engine.systems.commerce.list(query, context))
        for (const one of page.snapshots) {
          const id = one.state === 'present' ? idOf(one.body[companion.by]) : null
          if (one.state !== 'present' || id === null) continue
          const key = `${project}/${id}`
          found.set(key, [...(found.get(key) ?? []), one.body])
        }
    }
  return snapshots.map(one => {
    if (!asked(one)) return one
    const project = projectOf(one.ref)
    const own = idsIn(companion, one).flatMap(id => found.get(`${project}/${id}`) ?? [])
    return { ...one, body: { ...one.body, [companion.as]: own } }
  })
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
