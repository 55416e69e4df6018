/** The two systems in memory, with the faults a test asks for: enough behaviour to run the engine's story in microseconds. */
import { chunks } from '../../src/lib/chunks.ts'
import type { FieldSchema, Mapping, ObjectSchema, Schema, Value } from '../../src/model/mapping.ts'
import { type Failure, type Outcome, RemoteFailure } from '../../src/model/outcome.ts'
import type { Call, WriteRow } from '../../src/model/plan.ts'
import type {
  Clock,
  CommerceSystem,
  CommerceWriter,
  CrmFeed,
  CrmSystem,
  Found,
  PresentRead,
} from '../../src/model/ports.ts'
import { type JsonObject, type ResourceRef, refKey, type Snapshot } from '../../src/model/resource.ts'

export const failure = (is: Failure['is'], code: string = is): Failure => ({
  is,
  code,
  message: code,
  fields: [],
  retryAt: null,
})

/** A clock moved by hand. Sleeping advances it, so that nothing ever waits. */
export function handClock(startAt = '2026-01-01T00:00:00.000Z'): Clock & { advance(ms: number): void } {
  let ms = Date.parse(startAt)
  return {
    now: () => new Date(ms).toISOString(),
    monotonicMs: () => ms,
    advance(by) {
      ms += by
    },
    async sleep(forMs, signal) {
      signal.throwIfAborted()
      ms += forMs
    },
  }
}

export type MemoryCommerce = CommerceSystem &
  CommerceWriter & {
    /** Called before each write: a failure refuses it, `lost` writes it and then says `uncertain`. */
    fault: (id: string) => Failure | 'lost' | null
    readonly calls: string[]
    put(id: string, body: JsonObject, type?: string): ResourceRef
    remove(id: string, type?: string): void
    /** The next reads reject with this. */
    failWith: Failure | null
    /** How many a page of a listing has. */
    pageSize: number
  }

export function memoryCommerce(clock: Clock, usual = 'customer'): MemoryCommerce {
  const rows = new Map<string, { ref: ResourceRef; body: JsonObject; version: number; at: string }>()
  const refOf = (id: string, type = usual): ResourceRef => ({ side: 'commerce', type, id })
  const snapshot = (ref: ResourceRef): Snapshot => {
    const row = rows.get(refKey(ref))
    if (row === undefined) return { state: 'absent', ref }
    return {
      state: 'present',
      ref,
      version: row.version,
      modifiedAt: row.at,
      modifiedBy: { clientId: null, marker: null },
      body: row.body,
    }
  }
  const system: MemoryCommerce = {
    side: 'commerce',
    projects: ['demo'],
    calls: [],
    failWith: null,
    pageSize: 10_000,
    put(id, body, type) {
      const ref = refOf(id, type)
      rows.set(refKey(ref), { ref, body, version: (rows.get(refKey(ref))?.version ?? 0) + 1, at: clock.now() })
      return ref
    },
    remove: (id, type) => void rows.delete(refKey(refOf(id, type))),
    async read(refs) {
      system.calls.push(`read ${refs.length}`)
      if (system.failWith !== null) throw new RemoteFailure(system.failWith)
      return refs.map(snapshot)
    },
    async *list({ type: asked, position, due }) {
      const found = [...rows.values()].flatMap(({ ref, at }) => {
        const key = `${at}|${ref.id}`
        const isIn = due === undefined || at <= due.before || key > due.orAfter
        return ref.type === asked && key > (position ?? '') && isIn ? [{ ref, key }] : []
      })
      const sorted = found.toSorted((a, b) => (a.key < b.key ? -1 : 1))
      if (system.failWith !== null) throw new RemoteFailure(system.failWith)
      for (const page of chunks(sorted, system.pageSize)) {
        const position = page.at(-1)?.key ?? ''
        yield { snapshots: page.map(({ ref }) => snapshot(ref)), position }
      }
    },
    positionAt: at => `${at}|`,
    decode: () => ({ is: 'bad', why: 'no deliveries in memory' }),
    check: async () => [],
    fault: () => null,
    writable: (_, path) => /^\w+$/.test(path),
    async write(writes) {
      system.calls.push(`write ${writes.length}`)
      return writes.map(({ ref: target, version, changes }): Outcome => {
        const row = rows.get(refKey(target))
        const fault = system.fault(target.id)
        if (fault !== null && fault !== 'lost') return { ok: false, failure: fault }
        if (row === undefined || row.version !== version)
          return { ok: false, failure: failure('stale', 'ConcurrentModification') }
        const body = { ...row.body, ...Object.fromEntries(changes.map(({ path, value }) => [path, value])) }
        rows.set(refKey(target), { ref: target, body, version: row.version + 1, at: clock.now() })
        if (fault === 'lost') return { ok: false, failure: failure('uncertain') }
        return { ok: true, ref: target, created: false, version: row.version + 1 }
      })
    },
  }
  return system
}

export type CrmRow = {
  readonly id: string
  readonly object: string
  readonly fields: Record<string, Value>
  modified: number
  deleted: boolean
  /** The record that this one was merged into. */
  into?: string
}

export type MemoryCrm = CrmSystem &
  CrmFeed & {
    readonly rows: Map<string, CrmRow>
    readonly calls: { what: 'find' | 'read' | 'write'; rows: number }[]
    /** Called before each row is written: a failure refuses it, `lost` writes it and then says `uncertain`. */
    fault: (row: WriteRow) => Failure | 'lost' | null
    /** The modstamp of this moment; whole seconds where a test says so. */
    stamp: (nowMs: number) => number
    /** A person in Salesforce changes a record. */
    edit(id: string, fields: Record<string, Value>): void
    /** A person deletes a record, or merges it into another one. */
    remove(id: string, into?: string): void
    /** A person makes a record that is nobody's counterpart yet. */
    make(object: string, fields: Record<string, Value>): CrmRow
    of(object: string): CrmRow[]
  }

/** A describe that has every field of these mappings, plain text of 255 characters unless said otherwise. */
export function schemaFor(
  mappings: readonly Mapping[],
  special: Readonly<Record<string, Partial<FieldSchema>>> = {},
): Schema {
  const field = (name: string): FieldSchema => ({
    name,
    label: name,
    type: 'string',
    length: 255,
    precision: 0,
    scale: 0,
    nillable: true,
    defaultedOnCreate: false,
    createable: true,
    updateable: true,
    unique: false,
    externalId: false,
    filterable: true,
    restricted: false,
    values: [],
    referenceTo: [],
    ...special[name],
  })
  const objects = new Map<string, Map<string, FieldSchema>>()
  const leads = ['Email', 'Company', 'IsConverted', 'ConvertedContactId', 'ConvertedAccountId']
  objects.set('Lead', new Map(leads.map(name => [name, field(name)])))
  for (const mapping of mappings)
    for (const part of [...mapping.parts, ...(mapping.sharing ? [mapping.sharing.part] : [])]) {
      const fields = objects.get(part.object) ?? new Map<string, FieldSchema>()
      objects.set(part.object, fields)
      for (const name of [
        mapping.keyField,
        ...part.fields.map(rule => rule.crm),
        ...part.links.map(link => link.crm),
        ...Object.keys(part.deactivate ?? {}),
        ...(part.personal ?? []),
      ])
        fields.set(name, field(name))
    }
  return new Map(
    [...objects].map(([name, fields]): [string, ObjectSchema] => [
      name,
      { name, createable: true, updateable: true, fields },
    ]),
  )
}

export function memoryCrm(clock: Clock, schema: Schema, keyField = 'CT_Id__c'): MemoryCrm {
  const rows = new Map<string, CrmRow>()
  let ids = 0
  const live = (object: string): CrmRow[] => [...rows.values()].filter(row => row.object === object && !row.deleted)
  /** The objects that a relationship may lead to, by the names that relationships have here. */
  const namedBy = (relationship: string): string[] => [
    relationship.replace(/__r$/, ''),
    relationship.replace(/__r$/, '__c'),
  ]
  const byKey = (object: string, key: string): CrmRow | undefined =>
    live(object).find(row => row.fields[keyField] === key)
  const at = (row: CrmRow): string => new Date(row.modified).toISOString()
  /** A field, or one of the record that a Lead was converted to. */
  function valueIn(row: CrmRow, field: string): Value {
    const [first = '', second] = field.split('.')
    if (second === undefined) return row.fields[first] ?? null
    const parent = rows.get(String(row.fields[`${first}Id`] ?? ''))
    if (parent === undefined) return null
    return second === 'SystemModstamp' || second === 'LastModifiedDate' ? at(parent) : (parent.fields[second] ?? null)
  }

  function linkFields(row: WriteRow): Record<string, Value> | Failure {
    const fields: Record<string, Value> = {}
    for (const link of row.links) {
      const parent =
        link.by === 'id'
          ? rows.get(link.id)
          : namedBy(link.relationship).flatMap(object => byKey(object, link.key) ?? [])[0]
      if (parent === undefined) return failure('stale', 'INVALID_FIELD')
      fields[link.field] = parent.id
    }
    return fields
  }

  function make(object: string): CrmRow {
    const row = { id: `${object}-${++ids}`, object, fields: {}, modified: 0, deleted: false }
    rows.set(row.id, row)
    return row
  }

  const touch = (row: CrmRow): void => {
    row.modified = Math.max(row.modified, system.stamp(Date.parse(clock.now())))
  }

  function write(row: WriteRow): Outcome {
    const fault = system.fault(row)
    if (fault !== null && fault !== 'lost') return { ok: false, failure: fault }
    const links = linkFields(row)
    if ('is' in links) return { ok: false, failure: links as Failure }
    let target = row.id === null ? undefined : rows.get(row.id)
    if (row.do === 'delete' && target?.deleted)
      return { ok: true, ref: { side: 'crm', type: row.object, id: target.id }, created: false, version: null }
    if (row.id !== null && (target === undefined || target.deleted))
      return { ok: false, failure: failure('stale', 'ENTITY_IS_DELETED') }
    if (row.key !== null) target = byKey(row.object, row.key.value)
    const guard = row.ifUnmodifiedSince === null ? Number.POSITIVE_INFINITY : Date.parse(row.ifUnmodifiedSince)
    if (target !== undefined && target.modified > guard)
      return { ok: false, failure: failure('stale', 'PRECONDITION_FAILED') }
    const created = target === undefined
    target ??= make(row.object)
    Object.assign(target.fields, row.fields, links, row.key === null ? {} : { [row.key.field]: row.key.value })
    touch(target)
    target.deleted ||= row.do === 'delete'
    if (fault === 'lost') return { ok: false, failure: failure('uncertain') }
    return { ok: true, ref: { side: 'crm', type: row.object, id: target.id }, created, version: target.modified }
  }

  const system: MemoryCrm = {
    side: 'crm',
    batch: { rowsPerGroup: 200, groupsPerCall: 5 },
    rows,
    calls: [],
    fault: () => null,
    stamp: nowMs => nowMs,
    edit(id, fields) {
      const row = rows.get(id)
      if (row === undefined) return
      Object.assign(row.fields, fields)
      touch(row)
    },
    remove(id, into) {
      const row = rows.get(id)
      if (row === undefined) return
      row.deleted = true
      if (into !== undefined) row.into = into
      touch(row)
    },
    make(object, fields) {
      const row = make(object)
      Object.assign(row.fields, fields)
      touch(row)
      return row
    },
    of: live,
    schema: async () => schema,
    async find(queries) {
      system.calls.push({ what: 'find', rows: queries.reduce((sum, query) => sum + query.values.length, 0) })
      return queries.flatMap(query =>
        live(query.object).flatMap((row): Found[] => {
          const matched = row.fields[query.field]
          if (typeof matched !== 'string' || !query.values.includes(matched)) return []
          const values = Object.fromEntries([...query.fields, query.field].map(field => [field, valueIn(row, field)]))
          return [
            {
              ref: { side: 'crm', type: row.object, id: row.id },
              version: row.modified,
              modifiedAt: at(row),
              values,
              by: query.by,
              matched,
            },
          ]
        }),
      )
    },
    async keyed({ object, after, limit, fields }) {
      system.calls.push({ what: 'find', rows: limit })
      return live(object)
        .filter(row => (row.fields[keyField] ?? null) !== null && row.id > (after ?? ''))
        .toSorted((a, b) => (a.id < b.id ? -1 : 1))
        .slice(0, limit)
        .map(row => ({
          ref: { side: 'crm', type: row.object, id: row.id },
          version: row.modified,
          modifiedAt: at(row),
          values: Object.fromEntries([keyField, ...fields].map(field => [field, row.fields[field] ?? null])),
        }))
    },
    async read(refs, fields) {
      system.calls.push({ what: 'read', rows: refs.length })
      return refs.map((ref): PresentRead => {
        const row = rows.get(ref.id)
        if (row?.into !== undefined) return { state: 'merged', ref, into: { ...ref, id: row.into } }
        if (row === undefined || row.deleted) return { state: 'absent', ref }
        const values = Object.fromEntries((fields[ref.type] ?? []).map(field => [field, row.fields[field] ?? null]))
        return { state: 'present', ref, version: row.modified, modifiedAt: at(row), values }
      })
    },
    async write(call: Call) {
      const all = call.groups.flat()
      system.calls.push({ what: 'write', rows: all.length })
      return all.map(write)
    },
    async changes({ objects, position, limit }) {
      const since = position === null ? Date.parse(clock.now()) : Number(position)
      const changed = [...rows.values()]
        .filter(row => objects.includes(row.object) && row.modified >= since)
        .slice(0, limit)
      const events = changed.map(row => ({
        id: `${row.id}@${row.modified}`,
        ref: { side: 'crm', type: row.object, id: row.id } as const,
        kind: row.deleted ? ('deleted' as const) : ('changed' as const),
        version: row.modified,
        at: at(row),
        correlationId: `crm-${row.id}`,
        lane: 'live' as const,
        erase: false,
      }))
      return { events, position: String(Math.max(since, ...changed.map(row => row.modified + 1))), more: false }
    },
    limits: async () => null,
    check: async () => [],
    orgId: async () => '00D000000000001AAA',
  }
  return system
}
