/** Whose a Salesforce record is: where a guest and a customer are linked to one, it is the customer's. */
import type { Candidate, IdentityLink } from '../../model/identity.ts'
import { type ResourceRef, refKey, sameRef } from '../../model/resource.ts'
import type { Engine } from '../engine.ts'
import { guestsOf } from './identity.ts'

export const isGuestLink = (engine: Engine, { commerce }: Pick<IdentityLink, 'commerce'>): boolean =>
  guestsOf(engine, commerce.type) !== undefined

export type Held = Pick<Candidate, 'claimedBy' | 'yields' | 'guest'>

/** Who holds a record: a customer before the guest that they were; of several customers the primary one. */
export function holderOf(engine: Engine, claims: readonly IdentityLink[], ref: ResourceRef): Held {
  const here = claims.filter(one => sameRef(one.crm, ref))
  const customers = here.filter(one => !isGuestLink(engine, one))
  const holder = customers.find(one => one.primary) ?? customers[0] ?? here[0]
  if (holder === undefined) return { claimedBy: null }
  if (isGuestLink(engine, holder)) return { claimedBy: holder.commerce, yields: true }
  const guest = here.find(one => one.primary && isGuestLink(engine, one))
  return { claimedBy: holder.commerce, ...(guest !== undefined && { guest: guest.commerce }) }
}

/** Guests whose record is a customer's by now: nothing of theirs is written. By guest. */
export async function outgrown(engine: Engine, links: readonly IdentityLink[]): Promise<ReadonlySet<string>> {
  const own = links.filter(one => isGuestLink(engine, one))
  if (own.length === 0) return new Set()
  const claims = (await engine.store.claimants(own.map(one => one.crm))).filter(one => !isGuestLink(engine, one))
  return new Set(own.filter(one => claims.some(claim => sameRef(claim.crm, one.crm))).map(one => refKey(one.commerce)))
}
