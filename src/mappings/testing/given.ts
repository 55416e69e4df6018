/** The verbs of a mapping's specification: `given(snapshot).plans({ … })`, against the real core and the org our package makes. */
import { expect } from 'vitest'
import { match } from '../../core/match.ts'
import { plan } from '../../core/plan.ts'
import { project } from '../../core/project.ts'
import type { Base, Draft, IdentityLink } from '../../model/identity.ts'
import type { Mapping, MappingPart, Schema, Value } from '../../model/mapping.ts'
import type { WritePlan } from '../../model/plan.ts'
import type { JsonObject, Snapshot } from '../../model/resource.ts'

type PresentSnapshot = Extract<Snapshot, { state: 'present' }>

/** A digest that shows its value: a test that fails should say why. */
const digest = (field: string, value: Value): string => `test.${field}=${JSON.stringify(value)}`

/** A commerce record as a read gives it. */
const snapshotOf = (body: JsonObject): PresentSnapshot => ({
  state: 'present',
  ref: { side: 'commerce', type: 'customer', id: `demo/${String(body.id)}` },
  version: Number(body.version),
  modifiedAt: String(body.lastModifiedAt),
  modifiedBy: { clientId: null, marker: null },
  body,
})

/** A part's plan, without what every plan repeats. */
type Planned = {
  readonly do: WritePlan['do']
  readonly fields: Readonly<Record<string, Value>>
  readonly links: readonly string[]
  readonly dropped: Draft['dropped']
}

/** Plans by role. What is not named is not asked about. */
type Expected = Readonly<Record<string, Partial<Planned>>>

/** One situation, and what must come of it. */
type Situation = {
  readonly planned: Readonly<Record<string, Planned>>
  /** The plans are these, in all that is named: `fields` is all that is written. */
  readonly plans: (expected: Expected) => void
  /** The plans write these values, among others. */
  readonly has: (expected: Readonly<Record<string, Readonly<Record<string, Value>>>>) => void
  /** The plans write no value into these fields. */
  readonly hasNot: (expected: Readonly<Record<string, readonly string[]>>) => void
}

type Given = Situation & {
  /** The same record, linked, after both sides agreed on `before`. */
  readonly after: (before: JsonObject) => Situation
}

function situation(planned: Readonly<Record<string, Planned>>): Situation {
  const of = (role: string): Planned => {
    const found = planned[role]
    if (found === undefined) throw new RangeError(`no plan for ${role}`)
    return found
  }
  return {
    planned,
    plans: expected => {
      for (const [role, plan] of Object.entries(expected)) {
        const named = Object.keys(plan)
        expect(Object.fromEntries(Object.entries(of(role)).filter(([name]) => named.includes(name)))).toEqual(plan)
      }
    },
    has: expected => {
      for (const [role, fields] of Object.entries(expected)) expect(of(role).fields).toMatchObject(fields)
    },
    hasNot: expected => {
      for (const [role, fields] of Object.entries(expected))
        for (const field of fields) expect(of(role).fields).not.toHaveProperty(field)
    },
  }
}

const linked = (draft: Draft, base: Base): IdentityLink => ({
  mapping: draft.mapping,
  role: draft.role,
  commerce: draft.source,
  crm: {
    side: 'crm',
    type: draft.object,
    id: draft.object === 'Account' ? '001000000000001AAA' : '003000000000001AAA',
  },
  primary: true,
  base,
  revision: 1,
  restores: {},
  since: '2026-01-01T00:00:00.000Z',
  savedAt: '2026-01-01T00:00:00.000Z',
})

/** `given(mapping, schema)(body)`: what the mapping makes of this commerce record in that org. */
export const given =
  (mapping: Mapping, schema: Schema) =>
  (body: JsonObject): Given => {
    const drafts = project(mapping, schema, digest).drafts(snapshotOf(body))
    const planned = (draft: Draft, base: Base | null): Planned => {
      const part = partOf(mapping, draft.role)
      const result = plan(draft, {
        part,
        match: match(draft, { link: base === null ? null : linked(draft, base), candidates: [], decision: null }),
        present: null,
        uncertain: false,
        decision: null,
        resolve: pointer =>
          pointer.to === 'draft'
            ? { is: 'coming', keyField: mapping.keyField, key: pointer.source.id }
            : { is: 'unknown' },
        emptyDigest: field => digest(field, null),
      })
      return {
        do: result.do,
        fields: 'fields' in result ? result.fields : {},
        links:
          'links' in result
            ? result.links.map(link =>
                link.by === 'key' ? `${link.relationship}.${link.keyField}=${link.key}` : link.id,
              )
            : [],
        dropped: draft.dropped,
      }
    }
    const byRole = (base: (draft: Draft) => Base | null): Record<string, Planned> =>
      Object.fromEntries(drafts.map(draft => [draft.role, planned(draft, base(draft))]))
    return {
      ...situation(byRole(() => null)),
      after: before => {
        const agreed = project(mapping, schema, digest).drafts(snapshotOf(before))
        return situation(byRole(draft => agreed.find(one => one.role === draft.role)?.digests ?? {}))
      },
    }
  }

function partOf(mapping: Mapping, role: string): MappingPart {
  const part = mapping.parts.find(one => one.role === role)
  if (part === undefined) throw new RangeError(`no part ${role}`)
  return part
}
