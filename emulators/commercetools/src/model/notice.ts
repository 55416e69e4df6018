/** What a Subscription has to tell: that a resource changed, or a message; and one telling on its way. */
import type { Message, UserProvidedIdentifiers } from './entities.ts'

export type ChangeNotice = {
  of: 'change'
  kind: 'ResourceCreated' | 'ResourceUpdated' | 'ResourceDeleted'
  typeId: string
  id: string
  version: number
  oldVersion?: number
  modifiedAt: string
  identifiers: UserProvidedIdentifiers
  dataErasure?: boolean
  /** No Subscription hears of it as a change. */
  silent?: boolean
}
type MessageNotice = { of: 'message'; message: Message }
export type Notice = ChangeNotice | MessageNotice

export type Delivery = {
  /** A number as text, as Pub/Sub numbers what it pushes; rises with each delivery. */
  id: string
  projectKey: string
  subscriptionId: string
  notice: Notice
  publishedAt: string
}
