/**
 * Forward passes over one record and a tiny Salesforce, with edits on both sides and writes that are not answered:
 * no field is written by a side that does not own it, and once a pass is answered both sides are at rest.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ask } from '../../src/core/ask.ts'
import { match } from '../../src/core/match.ts'
import { plan } from '../../src/core/plan.ts'
import { project } from '../../src/core/project.ts'
import { settle } from '../../src/core/settle.ts'
import type { Candidate, Draft, IdentityLink, Present } from '../../src/model/identity.ts'
import { type FieldOwnership, type Mapping, ownerships, type Value } from '../../src/model/mapping.ts'
import type { WritePlan } from '../../src/model/plan.ts'
import { blind, digest, schemaFor, snapshotOf } from '../given.ts'

const names = ['A', 'B', 'C', 'D']
type Values = Record<string, Value>
type Rule = { readonly owner: FieldOwnership; readonly required: boolean; readonly fallback: boolean }

const mappingOf = (rules: readonly Rule[]): Mapping => ({
  name: 'thing',
  doc: '',
  commerce: 'thing',
  keyField: 'CT_Id__c',
  parts: [
    {
      role: 'thing',
      object: 'Thing__c',
      match: [{ by: 'external-id', crm: 'CT_Id__c', commerce: 'key' }],
      fields: rules.map(({ owner, required, fallback }, at) => ({
        crm: names[at] ?? '',
        commerce: names[at] ?? '',
        owner,
        required,
        ...(fallback && { fallback: 'id' }),
        ...(owner === 'strictest' && { stricter: ['c', 'b', 'a'] }),
      })),
      links: [],
      defaults: {},
    },
  ],
  deletion: 'ignore',
  creates: 'commerce',
  expand: [],
  touchedBy: [],
})

/** One commerce record, one CRM record, one link, and a clock that ticks with each step. */
function world(mapping: Mapping, orgDefaults: Values) {
  const [part] = mapping.parts
  if (part === undefined) throw new Error('a mapping of one part')
  const { drafts } = project(mapping, schemaFor(mapping), digest)
  const ref = { side: 'crm', type: 'Thing__c', id: 'T1' } as const
  let tick = 0
  const now = (): string => new Date(Date.UTC(2026, 0, 1) + tick++ * 1000).toISOString()
  let body: Values = { id: '1', lastModifiedAt: now() }
  let target: { values: Values; modifiedAt: string } | null = null
  let link: IdentityLink | null = null
  let uncertain = false

  const digests = (values: Values) =>
    Object.fromEntries(Object.keys(values).map(name => [name, digest(name, values[name] ?? null)]))
  const draft = (): Draft => {
    const [made] = drafts(snapshotOf('thing', body))
    if (made === undefined) throw new Error('one part makes one draft')
    return made
  }
  const read = (fields: readonly string[]): Present | null => {
    if (fields.length === 0 || target === null) return null
    const values = Object.fromEntries(fields.map(name => [name, target?.values[name] ?? null]))
    return { state: 'present', ref, version: 1, modifiedAt: target.modifiedAt, values, digests: digests(values) }
  }
  const found = (): Candidate[] => {
    if (target === null || link !== null) return []
    const values: Values = { ...Object.fromEntries(names.map(name => [name, null])), ...target.values }
    const by = { by: 'external-id', crm: 'CT_Id__c', commerce: 'key' } as const
    return [{ ref, version: 1, modifiedAt: target.modifiedAt, values, digests: digests(values), by, claimedBy: null }]
  }

  const planned = (unsure: boolean) => {
    const made = draft()
    const asks = link === null ? [] : ask(made, link, part, unsure)
    const result = plan(made, {
      part,
      match: match(made, { link, candidates: found(), decision: null, view: blind }),
      present: read(asks),
      survivor: null,
      whenGone: 'review',
      uncertain: unsure,
      decision: null,
      resolve: () => ({ is: 'unknown' }),
      emptyDigest: name => digest(name, null),
    })
    return { plan: result, asks }
  }

  const settled = (made: WritePlan) => {
    const writes = made.do === 'create' || made.do === 'update'
    return settle({
      plan: made,
      known: link,
      outcome: writes ? { ok: true, ref, created: made.do === 'create', version: 1 } : null,
      next: null,
      attempts: 0,
      correlationId: '',
      flowsBack: false,
    })
  }

  return {
    planned,
    settled,
    state: () => ({ draft: draft(), target, link, uncertain }),
    shopEdits(values: Values) {
      body = { ...body, ...values, lastModifiedAt: now() }
    },
    agentEdits(values: Values) {
      if (target !== null) target = { values: { ...target.values, ...values }, modifiedAt: now() }
    },
    /** `lands`: did the write arrive? `answered`: did we hear of it? */
    pass({ lands, answered }: { lands: boolean; answered: boolean }): WritePlan {
      const { plan: made } = planned(uncertain)
      const writes = made.do === 'create' || made.do === 'update'
      if (writes && (lands || answered)) {
        const base = made.do === 'create' ? orgDefaults : (target?.values ?? {})
        target = { values: { ...base, ...made.fields }, modifiedAt: now() }
      }
      uncertain = writes && !answered
      if (writes && !answered) return made
      for (const change of settled(made).links)
        link =
          change.do === 'put'
            ? { ...change.link, revision: 1, since: '', savedAt: '' }
            : change.do === 'base'
              ? { ...change.link, base: change.base, restores: change.restores }
              : null
      return made
    },
  }
}

const value = fc.constantFrom<Value>(null, 'x', 'y', 'z')
const edit = fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 3 })
const rule = fc.record({ owner: fc.constantFrom(...ownerships), required: fc.boolean(), fallback: fc.boolean() })
const rules = fc.array(rule, { minLength: names.length, maxLength: names.length })
const step = fc.oneof(
  edit.map(values => ({ do: 'shop', values }) as const),
  edit.map(values => ({ do: 'agent', values }) as const),
  fc.record({ do: fc.constant('pass' as const), lands: fc.boolean(), answered: fc.boolean() }),
)
const story = fc.record({ rules, orgDefaults: edit, first: edit, steps: fc.array(step, { maxLength: 12 }) })
type Story = typeof story extends fc.Arbitrary<infer T> ? T : never

/** Tells a story; `watch` sees each pass, with what Salesforce held before it. */
function tell(told: Story, watch: (before: Values, made: WritePlan) => void = () => {}) {
  const one = world(mappingOf(told.rules), told.orgDefaults)
  one.shopEdits(told.first)
  for (const next of told.steps)
    if (next.do === 'shop') one.shopEdits(next.values)
    else if (next.do === 'agent') one.agentEdits(next.values)
    else watch(one.state().target?.values ?? {}, one.pass(next))
  return one
}

const runs = { numRuns: 1500 }

describe('rule 3: no field is written by a side that does not own it', () => {
  test('commerce writes no field of the CRM, and seeds only at creation or into an empty field', () => {
    fc.assert(
      fc.property(story, told => {
        const ownerOf = (name: string) => told.rules[names.indexOf(name)]?.owner
        tell(told, (before, made) => {
          const written = made.do === 'create' || made.do === 'update' ? Object.keys(made.fields) : []
          for (const name of written) {
            expect(ownerOf(name)).not.toBe('crm')
            if (ownerOf(name) === 'seed') expect(before[name] ?? null).toBeNull()
          }
          const yields = made.do === 'update' || made.do === 'nothing' ? made.yields : []
          for (const name of yields) expect(['commerce', 'seed']).not.toContain(ownerOf(name))
        })
      }),
      runs,
    )
  })
})

describe('convergence', () => {
  test('an answered pass leaves nothing to write, nothing to read and nothing to save', () => {
    fc.assert(
      fc.property(story, told => {
        const one = tell(told)
        const last = one.pass({ lands: true, answered: true })
        const again = one.planned(false)
        if (last.do === 'review') {
          expect(again.plan.do).toBe('review')
          return
        }
        expect(again.plan).toMatchObject({ do: 'nothing', yields: [] })
        expect(again.asks).toEqual([])
        expect(one.settled(again.plan)).toMatchObject({ links: [], marks: [] })
      }),
      runs,
    )
  })

  test('whether or not an unanswered write landed, the next answered pass puts commerce’s values there', () => {
    fc.assert(
      fc.property(story, edit, fc.boolean(), (told, values, lands) => {
        const one = tell(told)
        one.shopEdits(values)
        one.pass({ lands, answered: false })
        const unsure = one.state().uncertain
        const made = one.pass({ lands: true, answered: true })
        if (made.do === 'review' || !unsure) return
        const { draft, target } = one.state()
        told.rules.forEach(({ owner }, at) => {
          const name = names[at] ?? ''
          const ours = draft.fields[name] ?? null
          if (owner === 'commerce' && ours !== null) expect(target?.values[name]).toBe(ours)
        })
        expect(one.planned(true).plan.do, 'and reading it all again finds nothing').toBe('nothing')
      }),
      runs,
    )
  })

  test('rule 4: what differs in the end stands by the stated policy', () => {
    fc.assert(
      fc.property(story, told => {
        const one = tell(told)
        one.pass({ lands: true, answered: true })
        const made = one.planned(true).plan
        const { draft, target, link } = one.state()
        if (made.do === 'review' || link === null) return
        for (const { field, owner, verdict } of made.verdicts) {
          const ours = draft.fields[field] ?? null
          if (verdict !== 'same' || (target?.values[field] ?? null) === ours) continue
          // Left different: the CRM's own, a seed, or an empty value that erases nothing.
          expect(owner === 'crm' || owner === 'seed' || ours === null, `${field} of ${owner}`).toBe(true)
        }
      }),
      runs,
    )
  })
})
