/** Trees of field names, and those that many resources share. */

/** A tree of names: `text`, `date` and so on at the leaves, `open` where any name may follow; `*` is any other name. */
export type Fields = { [name: string]: 'text' | 'number' | 'flag' | 'date' | 'open' | 'texts' | Fields }

export const reference: Fields = { typeId: 'text', id: 'text' }
const logging: Fields = {
  clientId: 'text',
  externalUserId: 'text',
  isPlatformClient: 'flag',
  customer: reference,
  anonymousId: 'text',
  associate: reference,
}
export const base: Fields = {
  id: 'text',
  version: 'number',
  createdAt: 'date',
  lastModifiedAt: 'date',
  createdBy: logging,
  lastModifiedBy: logging,
  key: 'text',
}
export const custom: Fields = { type: reference, fields: 'open' }
export const texts = (...names: readonly string[]): Fields =>
  Object.fromEntries(names.map(name => [name, 'text' as const]))
export const keyReference: Fields = { typeId: 'text', key: 'text' }
