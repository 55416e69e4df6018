/** What is different when a person is to be erased: a failure says so and can be retried as such, and traces are wiped. */
import type { Settled } from '../core/settle.ts'
import { erasureFailed, type Failure } from '../model/outcome.ts'
import type { ClaimedRow } from '../model/ports.ts'
import { type ResourceRef, refKey } from '../model/resource.ts'
import type { Considered } from './consider.ts'

const failing = (failure: Failure): Failure => ({
  ...failure,
  code: erasureFailed,
  message: `The person is to be erased and still in Salesforce: ${failure.code}: ${failure.message}`,
})

/** The result, listed as an erasure that failed where the row is one. */
export function erasing({ erase }: ClaimedRow, result: Settled): Settled {
  if (!erase || result.failure === null) return result
  return { ...result, failure: { ...result.failure, failure: failing(result.failure.failure) } }
}

/** Both ends of the row's links, and the guests that its person was: traces of the person are kept under each. */
export const endsOf = (row: ClaimedRow, considered: readonly Considered[]): readonly ResourceRef[] => [
  row.ref,
  ...considered
    .filter(one => refKey(one.subject.row.ref) === refKey(row.ref))
    .flatMap(({ looked, plan }) => [
      ...(looked.guests ?? []).map(({ commerce }) => commerce),
      ...(looked.link !== null ? [looked.link.crm] : plan.do === 'update' || plan.do === 'delete' ? [plan.crm] : []),
    ]),
]
