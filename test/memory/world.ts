/** The engine on the in-memory store and systems, in verbs: what `src/engine` tests and the properties speak to. */
import { define } from '../../src/core/define.ts'
import type { Engine, PassReport, SweepReport } from '../../src/engine/engine.ts'
import { sync } from '../../src/engine/sync.ts'
import type { FieldSchema, Mapping } from '../../src/model/mapping.ts'
import type { Digester, Log } from '../../src/model/ports.ts'
import { type JsonObject, type Lane, lanes, type ResourceRef, type Version } from '../../src/model/resource.ts'
import { memoryStore } from './store.ts'
import { handClock, memoryCommerce, memoryCrm, schemaFor } from './systems.ts'

/** A customer that becomes an Account and a Contact: the smallest mapping with a parent. */
export const personMapping: Mapping = define({
  name: 'customer-person',
  doc: 'for tests',
  commerce: 'customer',
  keyField: 'CT_Id__c',
  parts: [
    {
      role: 'account',
      object: 'Account',
      match: [{ by: 'external-id', crm: 'CT_Id__c', commerce: 'key' }],
      fields: [{ crm: 'Name', commerce: '{firstName} {lastName} ?? email', owner: 'commerce', required: true }],
      links: [],
      defaults: {},
    },
    {
      role: 'contact',
      object: 'Contact',
      match: [{ by: 'external-id', crm: 'CT_Id__c', commerce: 'key' }],
      fields: [
        { crm: 'FirstName', commerce: 'firstName', owner: 'commerce' },
        { crm: 'LastName', commerce: 'lastName', owner: 'commerce', required: true, fallback: 'email|local' },
        { crm: 'Email', commerce: 'email', owner: 'commerce' },
        { crm: 'Description', commerce: 'note', owner: 'seed' },
      ],
      links: [
        {
          crm: 'AccountId',
          relationship: 'Account',
          mapping: 'customer-person',
          role: 'account',
          of: 'self',
          owner: 'seed',
          required: true,
        },
      ],
      defaults: {},
    },
  ],
  deletion: 'unlink',
  creates: 'commerce',
  expand: [],
  touchedBy: [{ type: 'customer-group', where: 'customerGroup(id in (:ids))', shown: 'customerGroup.id' }],
})

const silent: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent }

/** Digests that a test can read: the value itself under a key id. */
const plainDigester: Digester = {
  keyId: 'k',
  digest: (field, value) => `k.${field}=${JSON.stringify(value)}`,
  under: (keyId, field, value) => (keyId === 'k' ? `k.${field}=${JSON.stringify(value)}` : null),
}

export function memoryWorld(
  options: {
    mappings?: readonly Mapping[]
    special?: Readonly<Record<string, Partial<FieldSchema>>>
    maxAttempts?: number
  } = {},
) {
  const mappings = options.mappings ?? [personMapping]
  const clock = handClock()
  const store = memoryStore(clock)
  const commerce = memoryCommerce(clock)
  const crm = memoryCrm(clock, schemaFor(mappings, options.special))
  const reports: PassReport[] = []
  const failures: string[] = []
  const swept: SweepReport[] = []
  const engine: Engine = {
    systems: { commerce, crm },
    store,
    mappings,
    digester: plainDigester,
    clock,
    log: silent,
    pace: {
      passSize: 1_000,
      callsInFlight: 4,
      leaseMs: 60_000,
      maxDelayMs: 2_000,
      pollMs: 15_000,
      sweepMs: 0,
      dueMs: 0,
      reserve: 0.2,
      burst: 8,
      maxAttempts: options.maxAttempts ?? 10,
    },
    observe: {
      pass: report => void reports.push(report),
      failure: (is, code) => void failures.push(`${is} ${code}`),
      received() {},
      swept: report => void swept.push(report),
    },
    projections: new WeakMap(),
  }
  let events = 0

  const announce = async (
    ref: ResourceRef,
    how: { version?: Version | null; deleted?: boolean; erase?: boolean; lane?: Lane } = {},
  ): Promise<void> => {
    events++
    const { version = null, deleted = false, erase = false, lane = 'live' } = how
    await store.mark([
      {
        id: `e${events}`,
        ref,
        kind: deleted ? 'deleted' : 'changed',
        version,
        at: clock.now(),
        correlationId: `c${events}`,
        lane,
        erase,
      },
    ])
  }

  return {
    engine,
    store,
    commerce,
    crm,
    clock,
    reports,
    failures,
    swept,
    announce,
    /** Their deletion is told with `dataErasure`. */
    async erased(id: string): Promise<void> {
      clock.advance(1_000)
      await announce({ side: 'commerce', type: 'customer', id }, { version: 1_000, deleted: true, erase: true })
    },
    shopper: {
      /** Signs up or changes: puts the body and announces its version. */
      async saves(id: string, body: JsonObject, type?: string): Promise<ResourceRef> {
        clock.advance(1_000)
        const ref = commerce.put(id, body, type)
        const [snapshot] = await commerce.read([ref], [], { correlationId: '', signal: new AbortController().signal })
        await announce(ref, { version: snapshot?.state === 'present' ? snapshot.version : null })
        return ref
      },
      async leaves(id: string, type = 'customer'): Promise<void> {
        clock.advance(1_000)
        commerce.remove(id, type)
        await announce({ side: 'commerce', type, id }, { deleted: true })
      },
    },
    /** One pass, if anything is due. */
    async pass(): Promise<PassReport | null> {
      const wanted = { limit: 1_000, leaseMs: 60_000, lanes }
      const claim =
        (await store.claim({ side: 'commerce', ...wanted })) ?? (await store.claim({ side: 'crm', ...wanted }))
      if (claim === null) return null
      return (
        await sync(engine, claim, {
          leaseStartMs: clock.monotonicMs(),
          troubles: 0,
          signal: new AbortController().signal,
        })
      ).report
    },
    /** Passes until nothing is dirty; the clock moves to what falls due. Throws when that never happens. */
    async quiet(): Promise<void> {
      for (let turns = 0; turns < 200; turns++) {
        if ((await this.pass()) !== null) continue
        if (store.dirtyRows.size === 0) return
        clock.advance(60_000)
      }
      throw new Error(`never quiet: ${JSON.stringify([...store.dirtyRows.values()].slice(0, 3))}`)
    },
    contact: (key: string) => crm.of('Contact').find(row => row.fields.CT_Id__c === key),
    account: (key: string) => crm.of('Account').find(row => row.fields.CT_Id__c === key),
    writes: () => crm.calls.filter(call => call.what === 'write'),
  }
}
