/** What each decision on a conflict would write, before a person makes one: the preview of a pass that finds it decided. */
import { choicesFor } from '../core/fits.ts'
import type { Choice, Conflict, Decision } from '../model/plan.ts'
import type { CallContext, Store } from '../model/ports.ts'
import { sameRef } from '../model/resource.ts'
import type { Engine } from './engine.ts'
import { type PreviewPart, preview } from './preview.ts'

export type Foreseen = { readonly choice: Choice; readonly parts: readonly PreviewPart[] }

/** Each choice costs Salesforce up to two calls: more candidates than this are told apart in Salesforce first. */
const linksShown = 5

/** The memory as it would be if this were decided now; what a preview reads is the same otherwise. */
function asIf(store: Store, { conflict, ...of }: Decision): Store {
  const isOfPart = (one: Decision): boolean =>
    sameRef(one.source, of.source) && one.mapping === of.mapping && one.role === of.role
  return {
    ...store,
    decisions: async sources => {
      const known = await store.decisions(sources)
      // A side is taken in a dispute with the record that was chosen; anything else replaces what was decided before.
      const kept = known.filter(
        one => !isOfPart(one) || (of.choice.do === 'take' && ['link', 'share'].includes(one.choice.do)),
      )
      return sources.some(ref => sameRef(ref, of.source)) ? [...kept, { conflict, ...of }] : kept
    },
  }
}

/**
 * What the way from commercetools would write for each choice that answers the conflict; the parts of its mapping, since
 * one may wait for another. Empty for a conflict of a Salesforce record: no pass from commercetools carries that out.
 * Rejects with `RemoteFailure` as the ports do. The values are the caller's to show, and nobody's to log.
 */
export async function foresee(engine: Engine, conflict: Conflict, context: CallContext): Promise<readonly Foreseen[]> {
  const { id, kind, source, mapping, role } = conflict
  if (source.side === 'crm' || conflict.state === 'closed') return []
  const foreseen: Foreseen[] = []
  const few = conflict.candidates.slice(0, linksShown)
  for (const choice of choicesFor({ ...conflict, candidates: few })) {
    const decision: Decision = { conflict: id, kind, source, mapping, role, choice, by: '', at: engine.clock.now() }
    const planned = await preview({ ...engine, store: asIf(engine.store, decision) }, source, context)
    const parts = planned.is === 'planned' ? planned.parts.filter(part => part.mapping === mapping) : []
    foreseen.push({ choice, parts })
  }
  return foreseen
}
