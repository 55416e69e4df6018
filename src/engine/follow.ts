/** Records that people merged in Salesforce, followed to the one that is left. */
import type { CallContext, PresentRead } from '../model/ports.ts'
import { type ResourceRef, refKey } from '../model/resource.ts'
import type { Engine } from './engine.ts'

/** A record merged into another one that was merged away, too: nobody does it more often. */
const mergesFollowed = 5

export type StillThere = Extract<PresentRead, { state: 'present' }>

/** The records as they are now, by the ref that was asked for; those that are gone are left out. */
export async function readFollowed(
  engine: Engine,
  refs: readonly ResourceRef[],
  fields: Readonly<Record<string, readonly string[]>>,
  context: CallContext,
): Promise<ReadonlyMap<string, StillThere>> {
  const left = new Map<string, StillThere>()
  let asked = refs.map(ref => ({ from: refKey(ref), ref }))
  for (let turn = 0; asked.length > 0 && turn < mergesFollowed; turn++) {
    const reads = await engine.systems.crm.read(
      asked.map(one => one.ref),
      fields,
      context,
    )
    asked = asked.flatMap(({ from }, at) => {
      const read = reads[at]
      if (read?.state === 'present') left.set(from, read)
      return read?.state === 'merged' ? [{ from, ref: read.into }] : []
    })
  }
  return left
}
