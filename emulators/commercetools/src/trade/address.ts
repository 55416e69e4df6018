/** Addresses of carts, orders and channels: read like those of customers, with an id only when the client gives one. */

import { address } from '../customers/address.ts'
import type { Json, JsonObject } from '../model/json.ts'
import { object, optionalText } from '../model/json.ts'
import type { BasketAddress } from '../model/trade.ts'
import type { Project } from '../store/project.ts'

export function basketAddress(project: Project, given: Json | undefined, path = 'address'): BasketAddress | undefined {
  if (given === undefined || given === null) return undefined
  const draft: JsonObject = object(given, path)
  const id = optionalText(draft, 'id')
  const { id: _, ...made } = address(project, draft, '')
  return id === undefined ? made : { id, ...made }
}
