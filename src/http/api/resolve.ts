/** What a person's word for a record means: a key of ours, `type/id`, a Salesforce id of 15 or 18 characters, a correlation id. */
import type { Engine } from '../../engine/engine.ts'
import type { JournalEntry } from '../../model/outcome.ts'
import type { ResourceRef, Side } from '../../model/resource.ts'

/** The checksum that makes a Salesforce id of 15 characters one of 18: where its upper-case letters are. */
export function longId(id: string): string {
  if (id.length !== 15) return id
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345'
  const sums = [0, 5, 10].map(from =>
    [...id.slice(from, from + 5)].reduce((sum, char, at) => sum + (/[A-Z]/.test(char) ? 2 ** at : 0), 0),
  )
  return id + sums.map(sum => alphabet[sum]).join('')
}

const salesforceId = /^[a-zA-Z0-9]{15}(?:[a-zA-Z0-9]{3})?$/

/** The commerce types and the objects that the mappings name. */
const typesOf = ({ mappings }: Engine): Readonly<Record<Side, readonly string[]>> => ({
  commerce: [
    ...new Set(mappings.flatMap(({ commerce, appearsIn }) => [commerce, ...(appearsIn ? [appearsIn.in] : [])])),
  ],
  crm: [...new Set(mappings.flatMap(mapping => mapping.parts.map(part => part.object)))],
})

const commerceRefs = (engine: Engine, type: string, id: string): readonly ResourceRef[] =>
  id.includes('/')
    ? [{ side: 'commerce', type, id }]
    : engine.systems.commerce.projects.map(project => ({ side: 'commerce', type, id: `${project}/${id}` }))

/** Records that a text may mean, likeliest first; empty when it can only be a correlation id. */
export function recordsNamed(engine: Engine, text: string): readonly ResourceRef[] {
  const types = typesOf(engine)
  const key = /^(commerce|crm):([^:]+):(.+)$/.exec(text)
  const [, side, type, id] = key ?? []
  if (type !== undefined && id !== undefined)
    return side === 'crm' ? [{ side: 'crm', type, id: longId(id) }] : commerceRefs(engine, type, id)
  const [first = '', ...rest] = text.split('/')
  const after = rest.join('/')
  if (after !== '' && types.commerce.includes(first)) return commerceRefs(engine, first, after)
  if (after !== '' && types.crm.includes(first)) return [{ side: 'crm', type: first, id: longId(after) }]
  if (salesforceId.test(text)) return types.crm.map(object => ({ side: 'crm', type: object, id: longId(text) }))
  if (after !== '' && !engine.systems.commerce.projects.includes(first)) return []
  return types.commerce.flatMap(each => commerceRefs(engine, each, text))
}

export type Story = {
  /** What the text was taken for. */
  readonly of: { readonly correlationId: string } | { readonly record: ResourceRef }
  readonly entries: readonly JournalEntry[]
}

/** The story that a text leads to; null when nothing is known of it. */
export async function storyOf(engine: Engine, text: string, limit: number): Promise<Story | null> {
  const byId = await engine.store.trace({ correlationId: text }, limit)
  if (byId.length > 0) return { of: { correlationId: text }, entries: byId }
  for (const record of recordsNamed(engine, text)) {
    const entries = await engine.store.trace({ ref: record }, limit)
    if (entries.length > 0) return { of: { record }, entries }
  }
  return null
}
