/** A closed Task for a cart that was left with enough in it, each time anew that its shopper comes back and leaves it again. */
import type { MappingPart } from '../../model/mapping.ts'
import type { Derive } from '../../model/watched.ts'
import { activities } from '../message-activity/activities.ts'
import { type TaskOptions, taskPart, whatOf, whoOf } from '../message-activity/taskPart.ts'
import { ready } from '../message-activity/words.ts'
import { isWorth } from './state.ts'

export type CartTaskOptions = TaskOptions & {
  /** From what value on, in units by ISO code of the currency, `*` for any other one. A cart in one that is not named makes none. */
  readonly from: Readonly<Record<string, number>>
  /** What was left longer ago makes none. */
  readonly historyMs?: number
  readonly language: string
}

const type = 'CartAbandoned'

/** The same cart, with the Task that follows from its being left: told apart by the change after which it was left alone. */
export function withTask(seen: Derive, { from, historyMs = 604_800_000, language }: CartTaskOptions): Derive {
  const { [type]: words } = ready
  const tell = activities({ told: words === undefined ? {} : { [type]: words }, historyMs, language })
  const least = { '*': Number.POSITIVE_INFINITY, ...from }
  return (body, at) => {
    const of = seen(body, at)
    const isTold = of.state === 'Abandoned' && isWorth(body, least)
    const message = { id: `${type}-${Date.parse(at.modifiedAt)}`, type, createdAt: at.modifiedAt }
    return { ...of, ...tell({ ...body, messages: isTold ? [message] : [] }, at) }
  }
}

/** On the Contact, who may not be known, and about the cart. With person accounts about the cart alone. */
export const cartTask = (options: TaskOptions, isPerson: boolean): MappingPart =>
  taskPart(options, [
    ...(isPerson ? [] : [whoOf('customerId', { orKnownGuest: 'guest-person' })]),
    whatOf('cart-cart', 'cart'),
  ])
