/** Links that were found in Salesforce and not made by a pass: entered where neither end has one, with what follows from it. */
import type { Transaction } from 'kysely'
import type { Relinked } from '../model/relink.ts'
import { type Instant, refKey } from '../model/resource.ts'
import { saveConflicts } from './conflicts.ts'
import { journal } from './journal.ts'
import { mark } from './mark.ts'
import { saveLinks } from './saveLinks.ts'
import type { Seal } from './seal.ts'
import type { Tables } from './tables.ts'

/**
 * The order of locks is that of a SAVE. A pass that is about to make the same link finds it there and looks again; one
 * that was faster has it, and the one found here is left out. Answers the commerce records that were not linked by this.
 */
export async function relink(
  tx: Transaction<Tables>,
  { links, marks, conflicts, resolved, journal: lines }: Relinked,
  seal: Seal,
  now: Instant,
): Promise<readonly string[]> {
  await mark(
    tx,
    marks.map(event => ({ event, force: true, notBefore: null })),
    now,
  )
  const changes = links.map(link => ({ do: 'put', link, revision: null }) as const)
  const { clashes } = await saveLinks(tx, changes, now)
  await saveConflicts(tx, { conflicts, resolved, listings: [], applied: [], links: changes }, seal, now)
  await journal(tx, lines)
  return clashes.map(({ link }) => `${link.role} ${refKey(link.commerce)}`)
}
