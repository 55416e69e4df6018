/** Writing in the contract tests: shoppers with addresses and custom fields, changed and read again. */
import { evaluate } from '../../src/core/evaluate.ts'
import type { Outcome } from '../../src/model/outcome.ts'
import type { CommerceWrite } from '../../src/model/ports.ts'
import type { Json, JsonObject, Snapshot } from '../../src/model/resource.ts'
import type { Options } from '../../src/systems/commercetools/index.ts'
import { bearer, context, post, ref, shopper, system } from './commercetools.world.ts'

export type Present = Extract<Snapshot, { state: 'present' }>
export const billing = 'addresses[@defaultBillingAddressId]'
export const shipping = 'addresses[@defaultShippingAddressId]'
export const home = {
  country: 'DE',
  city: 'Berlin',
  streetName: 'Ring',
  key: 'home',
  custom: { type: { typeId: 'type', key: 'crm' }, fields: { note: 'bell' } },
}

export async function type() {
  const field = (name: string, kind: object) => ({ name, type: kind, label: { en: name }, required: false })
  const fields = [
    field('note', { name: 'String' }),
    field('optIn', { name: 'Boolean' }),
    field('tags', { name: 'Set', elementType: { name: 'String' } }),
  ]
  const draft = { key: 'crm', name: { en: 'CRM' }, resourceTypeIds: ['customer', 'address'], fieldDefinitions: fields }
  await post('/demo/types', draft, { authorization: `Bearer ${await bearer()}` })
}
export const custom = { type: { typeId: 'type', key: 'crm' }, fields: { note: 'old' } }

export async function read(id: string): Promise<Present> {
  const [snapshot] = await system().read([ref(id)], [], context())
  if (snapshot?.state !== 'present') throw new Error('the customer is not there')
  return snapshot
}
export type Changes = Readonly<Record<string, Json>>
export const asked = ({ ref: of, version, body }: Present, changes: Changes): CommerceWrite => ({
  ref: of,
  version,
  body,
  changes: Object.entries(changes).map(([path, value]) => ({ path, value })),
})
export async function write(of: Present, changes: Changes, more: Partial<Options> = {}): Promise<Outcome> {
  const [outcome] = await system(more).write([asked(of, changes)], context())
  if (!outcome) throw new Error('no outcome')
  return outcome
}
export const failed = (outcome: Outcome | undefined) => {
  if (!outcome || outcome.ok) throw new Error('it did not fail')
  return outcome.failure
}
export const at = (body: JsonObject, path: string) => evaluate(path)(body)
/** A shopper as read, changed, and as read again. */
export async function round(draft: object, changes: Changes) {
  const before = await read(await shopper(draft))
  const outcome = await write(before, changes)
  return { before, outcome, after: await read(before.ref.id.slice('demo/'.length)) }
}
