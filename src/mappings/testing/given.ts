/** The verbs of a mapping's specification: `given(snapshot).plans({ … })`, against the real core and the org our package makes. */
import { match } from '../../core/match.ts'
import { plan } from '../../core/plan.ts'
import { project } from '../../core/project.ts'
import type { Base, Draft, IdentityLink } from '../../model/identity.ts'
import type { Mapping, MappingPart, Schema, Value } from '../../model/mapping.ts'
import type { WritePlan } from '../../model/plan.ts'
import type { JsonObject, Snapshot } from '../../model/resource.ts'

type PresentSnapshot = Extract<Snapshot, { state: 'present' }>

/** A digest that shows its value: a test that fails should say why. */
export const digest = (field: string, value: Value): string => `test.${field}=${JSON.stringify(value)}`

/** A commerce record as a read gives it. */
export const snapshotOf = (body: JsonObject): PresentSnapshot => ({
  state: 'present',
  ref: { side: 'commerce', type: 'customer', id: `demo/${String(body.id)}` },
  version: Number(body.version),
  modifiedAt: String(body.lastModifiedAt),
  modifiedBy: { clientId: null, marker: null },
  body,
})

/** A part's plan, without what every plan repeats. */
export type Planned = {
  readonly do: WritePlan['do']
  readonly fields: Readonly<Record<string, Value>>
  readonly links: readonly string[]
  readonly dropped: Draft['dropped']
}

export type Given = {
  readonly drafts: readonly Draft[]
  /** Plans for records that Salesforce does not have yet, by role. */
  readonly created: Readonly<Record<string, Planned>>
  /** Plans for the same records after both sides agreed on `before`, by role. */
  readonly after: (before: JsonObject) => Readonly<Record<string, Planned>>
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
      drafts,
      created: byRole(() => null),
      after: before => {
        const agreed = project(mapping, schema, digest).drafts(snapshotOf(before))
        return byRole(draft => agreed.find(one => one.role === draft.role)?.digests ?? {})
      },
    }
  }

function partOf(mapping: Mapping, role: string): MappingPart {
  const part = mapping.parts.find(one => one.role === role)
  if (part === undefined) throw new RangeError(`no part ${role}`)
  return part
}
