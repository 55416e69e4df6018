/** How Salesforce tells of changes: by polled modstamps, our own writes among them, or by a log that leaves those out. */
import type { CrmFeed } from '../../../src/model/ports.ts'
import type { ChangeEvent } from '../../../src/model/resource.ts'
import type { MemoryCrm } from '../../memory/systems.ts'
import type { Done } from './agents.ts'
import type { Die } from './gates.ts'
import type { Mode } from './mappings.ts'

/** As the real poll: what commits late is stamped earlier than it can be seen. */
const overlapMs = 2_000

export function feed(
  mode: Mode,
  die: Die,
  crm: MemoryCrm,
  done: readonly Done[],
  isCalm: () => boolean,
  count: (what: string) => void,
): CrmFeed['changes'] {
  const event = ({ object, id, stamp, deleted }: Done): ChangeEvent => ({
    id: `${id}@${stamp}`,
    ref: { side: 'crm', type: object, id },
    kind: deleted ? 'deleted' : 'changed',
    version: stamp,
    at: new Date(stamp).toISOString(),
    correlationId: `poll ${id}@${stamp}`,
    lane: 'live',
    erase: false,
  })
  const shuffled = (events: ChangeEvent[]): ChangeEvent[] => {
    const left = [...events]
    const out: ChangeEvent[] = []
    while (left.length > 0) out.push(...left.splice(die.below(left.length), 1))
    return out
  }
  return async ({ objects, position }) => {
    count('polls')
    const since = position === null ? 0 : Number(position)
    if (mode === 'unfed') {
      // Not in the end: what is told twice is compared twice, and that would mend what a missing rule left.
      const again = isCalm() ? since : Math.max(0, since - die.below(3))
      const told = done.slice(again).filter(one => objects.includes(one.object))
      if (again < since) count('feed events doubled')
      return { events: shuffled(told.map(event)), position: String(done.length), more: false }
    }
    const rows = [...crm.rows.values()].filter(row => objects.includes(row.object))
    const told = rows.filter(row => row.modified >= since - overlapMs)
    const events = told.map(({ object, id, modified, deleted }) => event({ object, id, stamp: modified, deleted }))
    return {
      events: shuffled(events),
      position: String(Math.max(since, ...told.map(row => row.modified))),
      more: false,
    }
  }
}
