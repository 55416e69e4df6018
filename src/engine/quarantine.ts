/** A bug in one record sets that record aside, never its neighbours or the lane. */
import { erasureFailed, type Failure, RemoteFailure } from '../model/outcome.ts'
import { type Claim, StoreDown } from '../model/ports.ts'
import { type CarriedOut, nothingDone } from './carryOut.ts'
import type { Engine } from './engine.ts'
import { emptySettlement, line, settled } from './gather.ts'

const failure: Failure = {
  is: 'invalid',
  code: 'QUARANTINED',
  message: 'this record met a bug of ours and was set aside; the log has the place',
  fields: [],
  retryAt: null,
}

/**
 * Each row of a broken pass is tried alone; the one that breaks alone is listed. Rows that the broken pass had saved
 * already are no longer held by the token, so nothing is done twice.
 */
export async function quarantine(
  engine: Engine,
  claim: Claim,
  error: unknown,
  run: (claim: Claim) => Promise<CarriedOut>,
): Promise<CarriedOut> {
  const [row, second] = claim.rows
  if (row === undefined) throw error
  if (second === undefined) return setAside(engine, claim, error)
  const total = nothingDone()
  for (const one of claim.rows) {
    const alone: Claim = { ...claim, rows: [one] }
    const part = await run(alone).catch(again => {
      if (again instanceof RemoteFailure || again instanceof StoreDown) throw again
      return setAside(engine, alone, again)
    })
    for (const key of ['created', 'updated', 'unchanged', 'failed', 'waiting', 'review'] as const)
      total[key] += part[key]
    total.pause ??= part.pause
  }
  return total
}

async function setAside(engine: Engine, claim: Claim, error: unknown): Promise<CarriedOut> {
  const settlement = emptySettlement()
  for (const row of claim.rows) {
    const { ref, correlationId } = row
    const stack = error instanceof Error ? (error.stack ?? error.message) : 'not an error object'
    engine.log.error({ ref: ref.id, type: ref.type, stack, correlationId }, 'a record broke the pass and was set aside')
    settlement.rows.push(settled(ref, row.version))
    for (const mapping of engine.mappings.filter(one => one.commerce === ref.type))
      settlement.failures.push({
        source: ref,
        mapping: mapping.name,
        role: '',
        // A retry of an erasure must erase.
        failure: row.erase ? { ...failure, code: erasureFailed } : failure,
        attempts: row.attempts + 1,
        correlationId,
      })
    settlement.journal.push(line(row, engine.clock.now(), 'failed', `${failure.code}: ${failure.message}`))
  }
  await engine.store.save(claim.token, settlement)
  return { ...nothingDone(), failed: claim.rows.length }
}
