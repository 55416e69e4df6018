/** The engine with the ready-made mapping over a real client of Salesforce: for what matching asks, and what it costs. */
import type { Engine } from '../../src/engine/engine.ts'
import { sync } from '../../src/engine/sync.ts'
import { clock } from '../../src/lib/clock.ts'
import { digester } from '../../src/lib/digester.ts'
import { log } from '../../src/lib/log.ts'
import { customerPerson } from '../../src/mappings/customer-person/index.ts'
import type { CrmFeed, CrmSystem } from '../../src/model/ports.ts'
import { type JsonObject, lanes } from '../../src/model/resource.ts'
import { memoryStore } from '../memory/store.ts'
import { memoryCommerce } from '../memory/systems.ts'
import { memoryWorld } from '../memory/world.ts'

/** `spent` answers how many API calls the org has counted so far. */
export function matchingWorld(crm: CrmSystem & CrmFeed, spent: () => Promise<number>) {
  const time = clock()
  const store = memoryStore(time)
  const commerce = memoryCommerce(time)
  const asked = { calls: 0, values: 0 }
  const counted: CrmSystem['find'] = async (queries, context) => {
    const before = await spent()
    const found = await crm.find(queries, context)
    asked.calls += (await spent()) - before
    asked.values += queries.reduce((sum, query) => sum + query.values.length, 0)
    return found
  }
  const { engine: blank } = memoryWorld()
  const engine: Engine = {
    ...blank,
    systems: { commerce, crm: { ...crm, find: counted } },
    store,
    clock: time,
    log: log('silent'),
    digester: digester('k'.repeat(32)),
    mappings: [customerPerson()],
    projections: new WeakMap(),
  }
  return {
    store,
    /** What matching has asked Salesforce since the start. */
    asked,
    /** Customers sign up, or change. */
    async save(bodies: ReadonlyMap<string, JsonObject>): Promise<void> {
      const at = time.now()
      await store.mark(
        [...bodies].map(([id, body]) => ({
          id,
          ref: commerce.put(`demo/${id}`, body),
          kind: 'changed',
          version: null,
          at,
          correlationId: id,
          lane: 'live',
          erase: false,
        })),
      )
    },
    /** Takes what is due, in passes of this size, until nothing is; answers how many were written as planned. */
    async drain(passSize: number): Promise<{ written: number; unchanged: number; review: number; failed: number }> {
      const done = { written: 0, unchanged: 0, review: 0, failed: 0 }
      for (;;) {
        const claim = await store.claim({ side: 'commerce', limit: passSize, leaseMs: 600_000, lanes })
        if (claim === null) return done
        const leaseStartMs = time.monotonicMs()
        const { report } = await sync(engine, claim, {
          leaseStartMs,
          troubles: 0,
          signal: new AbortController().signal,
        })
        done.written += report.created + report.updated
        done.unchanged += report.unchanged
        done.review += report.review
        done.failed += report.failed
      }
    },
  }
}
