/**
 * Whose the records are that unlinked drafts may take: looked at once they are held, so that of two drafts that reach for
 * one record by different ways the second sees what became of the first.
 */
import type { Candidate } from '../model/identity.ts'
import type { Schema } from '../model/mapping.ts'
import { type ResourceRef, refKey, sameRef } from '../model/resource.ts'
import type { Engine } from './engine.ts'
import { holderOf } from './guest/holder.ts'
import type { LookedUp, Subject } from './lookUp.ts'

/**
 * May this record share one that is taken? By the mapping, or by a person's word; never in an org that lacks the rows
 * that would hold its key: then it is a question, as if sharing were not configured.
 */
export function mayShare({ mapping, part }: Subject, { decision, chosen }: LookedUp, schema: Schema): boolean {
  const { sharing, keyField } = mapping
  if (sharing?.of !== part.role || !schema.get(sharing.part.object)?.fields.has(keyField)) return false
  return mapping.onClaimed === 'share' || (chosen ?? decision)?.choice.do === 'share'
}

const reachedBy = ({ candidates, survivor }: LookedUp): readonly Candidate[] =>
  survivor === null ? candidates : [...candidates, survivor]

/** The records that these drafts may take, as keys to be held by their rows. */
export function takenKeys(
  subjects: readonly Subject[],
  looked: readonly LookedUp[],
): readonly { readonly ref: ResourceRef; readonly keys: readonly string[] }[] {
  const wanted = new Map<string, { readonly ref: ResourceRef; readonly keys: string[] }>()
  subjects.forEach(({ row: { ref }, draft }, at) => {
    const one = looked[at]
    if (one === undefined) return
    for (const candidate of reachedBy(one)) {
      const held = wanted.get(refKey(ref)) ?? { ref, keys: [] }
      wanted.set(refKey(ref), held)
      held.keys.push(`${draft.mapping} ${draft.role} ${refKey(candidate.ref)}`)
    }
  })
  return [...wanted.values()]
}

const isServed = (engine: Engine, key: string): boolean =>
  engine.systems.commerce.projects.some(project => key.startsWith(`${project}/`))

/**
 * What was looked up, with the claims as they are now. Where a record may be shared and bears the key of one that is not
 * linked yet but waits to be looked at, it will be that one's: a worker may have died between writing and saving it.
 */
export async function claimsNow(
  engine: Engine,
  subjects: readonly Subject[],
  looked: readonly LookedUp[],
  schema: Schema,
): Promise<readonly LookedUp[]> {
  const all = looked.flatMap(reachedBy)
  if (all.length === 0) return looked
  const claims = await engine.store.claimants(all.map(one => one.ref))
  const now = async (candidate: Candidate, { draft }: Subject, shares: boolean): Promise<Candidate> => {
    const others = claims.filter(one => !sameRef(one.commerce, draft.source))
    const other = holderOf(engine, others, candidate.ref)
    // Which guest they were is known already; a customer who has come between goes before all.
    if (candidate.yields && (other.yields || other.claimedBy === null)) return candidate
    const { yields: _, ...rest } = candidate
    const held = other.claimedBy === null ? holderOf(engine, claims, candidate.ref) : other
    const { claimedBy } = held
    const key = candidate.values[draft.keyField]
    if (!shares || claimedBy !== null || typeof key !== 'string' || key === draft.key || !isServed(engine, key))
      return { ...rest, ...held }
    const holder: ResourceRef = { ...draft.source, id: key }
    const waits = (await engine.store.dirty(holder)) !== null
    return { ...rest, ...held, ...(waits ? { awaits: holder } : {}) }
  }
  return Promise.all(
    looked.map(async (one, at) => {
      const subject = subjects[at]
      if (subject === undefined || reachedBy(one).length === 0) return one
      const shares = mayShare(subject, one, schema)
      return {
        ...one,
        candidates: await Promise.all(one.candidates.map(each => now(each, subject, shares))),
        survivor: one.survivor === null ? null : await now(one.survivor, subject, shares),
      }
    }),
  )
}
