/** Both systems as functions of this process that answer at once: what is left of a pass is the engine and the database. */
import { createHash } from 'node:crypto'
import type { Engine, PassReport } from '../src/engine/engine.ts'
import { clock } from '../src/lib/clock.ts'
import { digester } from '../src/lib/digester.ts'
import { log } from '../src/lib/log.ts'
import { customerPerson } from '../src/mappings/customer-person/index.ts'
import type { CommerceSystem, CommerceWriter, CrmFeed, CrmSystem, Store } from '../src/model/ports.ts'
import { type JsonObject, refKey } from '../src/model/resource.ts'
import { store } from '../src/store/index.ts'
import { schemaFor } from '../test/memory/systems.ts'

const mapping = customerPerson()
const schema = schemaFor([mapping], {
  Birthdate: { type: 'date', length: 0 },
  CT_Email_Verified__c: { type: 'boolean', length: 0 },
})

/** The defaults of `sync.config.ts`. */
const pace = {
  passSize: 1_000,
  callsInFlight: 4,
  leaseMs: 60_000,
  maxDelayMs: 5_000,
  reserve: 0.2,
  burst: 200,
  maxAttempts: 10,
  pollMs: 3_600_000,
  sweepMs: 0,
  dueMs: 0,
}

/** As `idSql` makes it. */
export const idOf = (n: number): string =>
  createHash('md5')
    .update(String(n))
    .digest('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')

const address = {
  streetName: 'Invalidenstraße',
  streetNumber: '117',
  postalCode: '10115',
  city: 'Berlin',
  country: 'DE',
  phone: '+49 30 1234567',
  mobile: '+49 170 1234567',
}

/** The same person under every id, so that links can be made by SQL; only the day of birth is told. */
const person = (dateOfBirth: string): JsonObject => ({
  email: 'ada.lovelace@example.com',
  firstName: 'Ada',
  lastName: 'Lovelace',
  salutation: 'Ms.',
  title: 'Dr.',
  companyName: 'Analytical Engines',
  vatId: 'DE123456789',
  customerNumber: 'C-1815',
  key: 'ada',
  externalId: 'ada-1815',
  locale: 'en-GB',
  isEmailVerified: true,
  dateOfBirth,
  addresses: [
    { id: 'a', ...address },
    { id: 'b', ...address, city: 'Hamburg' },
  ],
  defaultBillingAddressId: 'a',
  defaultShippingAddressId: 'b',
})

function commerce(birthday: () => string): CommerceSystem & CommerceWriter {
  let version = 1
  return {
    side: 'commerce',
    projects: ['demo'],
    async read(refs) {
      version++
      // Parsed anew each time, as an answer is: shared objects would hide what the engine keeps.
      return refs.map(ref => ({
        state: 'present',
        ref,
        version,
        modifiedAt: '2026-01-01T00:00:00.000Z',
        modifiedBy: { clientId: null, marker: null },
        body: JSON.parse(JSON.stringify(person(birthday()))) as JsonObject,
      }))
    },
    async *list() {},
    positionAt: at => at,
    decode: () => ({ is: 'bad', why: 'nobody delivers here' }),
    check: async () => [],
    write: async () => [],
    writable: () => false,
  }
}

let made = 0
/** As long as a Salesforce id, and never the same. */
const newId = (): string => `003${String(++made).padStart(12, '0')}AAA`

const crm: CrmSystem & CrmFeed = {
  side: 'crm',
  batch: { rowsPerGroup: 200, groupsPerCall: 5 },
  schema: async () => schema,
  find: async () => [],
  keyed: async () => [],
  read: async refs => refs.map(ref => ({ state: 'absent', ref })),
  write: async call =>
    call.groups.flat().map(row => ({
      ok: true,
      ref: { side: 'crm', type: row.object, id: row.id ?? newId() },
      created: row.do === 'create',
      version: Date.now(),
    })),
  limits: async () => null,
  check: async () => [],
  orgId: async () => '00D000000000001AAA',
  changes: async () => ({ events: [], position: '', more: false }),
}

export type Made = AsyncDisposable & { readonly engine: Engine; readonly store: Store }

/** The engine as `app.ts` makes it, over a real database; `birthday` is what every customer says at the time. */
export async function engineOver(
  databaseUrl: string,
  { birthday, pass }: { birthday: () => string; pass: (report: PassReport) => void },
): Promise<Made> {
  const time = clock()
  const silent = log('silent')
  const opened = await store({
    database: { databaseUrl },
    clock: time,
    log: silent,
    encryptionKey: Buffer.alloc(32, 1),
  })
  const engine: Engine = {
    systems: { commerce: commerce(birthday), crm },
    store: opened,
    mappings: [mapping],
    digester: digester('k'.repeat(32)),
    clock: time,
    log: silent,
    pace,
    observe: { pass, failure() {}, received() {}, swept() {} },
    projections: new WeakMap(),
  }
  return { engine, store: opened, [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose]() }
}

/** A mark for each of these customers, as a delivery makes one. */
export const marks = (numbers: readonly number[]): Parameters<Store['mark']>[0] =>
  numbers.map(n => {
    const ref = { side: 'commerce', type: 'customer', id: `demo/${idOf(n)}` } as const
    const at = '2026-01-01T00:00:00.000Z'
    return {
      id: refKey(ref),
      ref,
      kind: 'changed',
      version: null,
      at,
      correlationId: 'bench',
      lane: 'live',
      erase: false,
    }
  })
