/** A dry run for one record: what a pass would write now, field by field, and why. Reads, and changes nothing. */
import type { FieldVerdict, WritePlan } from '../model/plan.ts'
import type { CallContext, ClaimedRow } from '../model/ports.ts'
import { type ResourceRef, sameRef } from '../model/resource.ts'
import { consider } from './consider.ts'
import type { Engine } from './engine.ts'
import { holderOf } from './guest/holder.ts'
import { seenIn } from './guest/identity.ts'
import { guestsIn } from './guest/readGuests.ts'
import { letGo } from './letGo.ts'
import { read } from './read.ts'

export type PreviewPart = {
  readonly mapping: string
  readonly role: string
  readonly object: string
  readonly do: WritePlan['do']
  readonly why: string
  readonly crm: ResourceRef | null
  readonly verdicts: readonly FieldVerdict[]
  readonly values: Readonly<Record<string, unknown>>
  readonly links: readonly string[]
  readonly dropped: readonly { readonly field: string; readonly why: string }[]
}

export type Preview =
  | {
      readonly is: 'planned'
      readonly source: ResourceRef
      readonly version: number
      /** It is no longer in commercetools: the plans are those of the deletion policy. */
      readonly gone: boolean
      readonly parts: readonly PreviewPart[]
    }
  | { readonly is: 'not-there'; readonly why: string }

/** A Salesforce record leads to its commerce record by our link; a commerce id without a project gets the only one. */
async function sourceOf(engine: Engine, of: { type: string; id: string }): Promise<ResourceRef | string> {
  if (engine.mappings.some(mapping => mapping.commerce === of.type || mapping.appearsIn?.in === of.type)) {
    if (of.id.includes('/')) return { side: 'commerce', type: of.type, id: of.id }
    const [project, second] = engine.systems.commerce.projects
    if (project === undefined || second !== undefined) return `several projects are served: say <project key>/${of.id}`
    return { side: 'commerce', type: of.type, id: `${project}/${of.id}` }
  }
  const objects = engine.mappings.flatMap(mapping => mapping.parts.map(part => part.object))
  const types = [...new Set([...engine.mappings.map(mapping => mapping.commerce), ...objects])].join(', ')
  if (!objects.includes(of.type)) return `no mapping knows the type '${of.type}': use one of ${types}`
  const crm: ResourceRef = { side: 'crm', type: of.type, id: of.id }
  const { claimedBy } = holderOf(engine, await engine.store.links([crm]), crm)
  return claimedBy ?? `the ${of.type} is not linked to any commerce record`
}

/** The guest whom an order shows, as far as that order tells of them; or why it shows none. */
async function shownBy(engine: Engine, order: ResourceRef, context: CallContext) {
  const [snapshot] = await engine.systems.commerce.read([order], [], context)
  if (snapshot?.state !== 'present') return `commercetools has no ${order.type} with this id`
  const [guest] = guestsIn(engine, [snapshot])
  return guest ?? `the ${order.type} names its customer, or no email: it makes nobody`
}

/** What would be written for one record; of an order, for the guest whom it shows. Rejects with `RemoteFailure` or `StoreDown` as the ports do. */
export async function preview(
  engine: Engine,
  of: { type: string; id: string },
  context: CallContext,
): Promise<Preview> {
  const named = await sourceOf(engine, of)
  if (typeof named === 'string') return { is: 'not-there', why: named }
  const shown = seenIn(engine, named.type) === undefined ? null : await shownBy(engine, named, context)
  if (typeof shown === 'string') return { is: 'not-there', why: shown }
  const source = shown?.ref ?? named
  const known = (await read(engine, [source], context))(source)
  const snapshot = known.state === 'present' ? known : (shown ?? known)
  const links = (await engine.store.links([source])).filter(link => sameRef(link.commerce, source))
  // Read as if a write were unanswered: then every field shows what Salesforce holds now.
  const row: ClaimedRow = {
    ref: source,
    lane: 'live',
    version: null,
    deleted: snapshot.state !== 'present',
    erase: false,
    forced: true,
    uncertain: links.length > 0,
    attempts: 0,
    markedAt: engine.clock.now(),
    correlationId: context.correlationId,
  }
  if (snapshot.state !== 'present') {
    const done = await engine.store.settled(source)
    if (links.length === 0 && done === null)
      return { is: 'not-there', why: `commercetools has no ${source.type} with this id` }
    const left = await letGo(engine, [row], links, context)
    return { is: 'planned', source, version: done?.version ?? 0, gone: true, parts: left.map(one => partOf(one.plan)) }
  }
  const { considered } = await consider(engine, [{ row, snapshot }], links, context)
  const parts = considered.map(one => partOf(one.plan))
  return { is: 'planned', source, version: snapshot.version, gone: false, parts }
}

function partOf(plan: WritePlan): PreviewPart {
  const { draft, verdicts } = plan
  const writes = plan.do === 'create' || plan.do === 'update'
  return {
    mapping: draft.mapping,
    role: draft.role,
    object: draft.object,
    do: plan.do,
    why:
      plan.do === 'nothing'
        ? plan.why
        : plan.do === 'review'
          ? plan.conflict.why
          : plan.do === 'wait'
            ? 'what it belongs to is not there yet'
            : '',
    crm: plan.do === 'update' || plan.do === 'delete' || plan.do === 'nothing' ? plan.crm : null,
    verdicts,
    values: writes ? plan.fields : {},
    links: writes
      ? plan.links.map(link =>
          link.by === 'id' ? `${link.field} = ${link.id}` : `${link.relationship}.${link.keyField} = ${link.key}`,
        )
      : [],
    dropped: draft.dropped,
  }
}
