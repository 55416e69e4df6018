/** WRITE: one request a record under the version it was read with, one outcome each, and never a rejection. */
import { z } from 'zod'
import { type Failure, type Outcome, RemoteFailure } from '../../../model/outcome.ts'
import type { CallContext, CommerceWrite } from '../../../model/ports.ts'
import { projectOf } from '../../../model/resource.ts'
import type { Client } from '../client.ts'
import { endpoints } from '../endpoints.ts'
import { garbled } from '../failure.ts'
import type { Deps } from '../options.ts'
import { idWord } from '../snapshot.ts'
import { actions } from './actions.ts'
import type { Change } from './change.ts'
import { type Named, named, namedBy } from './named.ts'

const failing = (is: Failure['is'], code: string, message: string): Failure => ({
  is,
  code,
  message,
  fields: [],
  retryAt: null,
})
const late = failing('unavailable', 'NOT_SENT', 'The writes before this one took all the time, so it was not sent.')
const stopped = failing('unavailable', 'STOPPED', 'The service stopped before the record was sent.')
const cut = failing('uncertain', 'STOPPED', 'The service stopped while the record was being sent.')
const bug = failing('uncertain', 'BUG', 'The write ended in a bug of this service; it may have been carried out.')
const foreign = failing('invalid', 'NOT_SERVED', 'Records of this type or project cannot be written here.')

const answer = z.object({ version: z.number().int().nonnegative() })

type Batch = {
  readonly deps: Deps
  readonly context: CallContext
  /** On the monotonic clock: no request starts later, or the lease might end under it. */
  readonly until: number
  /** What stopped a project's writes: the rest would meet it too, and are not sent. */
  readonly halted: Map<Client, Failure>
}

/** At most as many at once as the clients let through; ends within twice the time limit of one request. */
export async function write(
  clients: ReadonlyMap<string, Client>,
  writes: readonly CommerceWrite[],
  context: CallContext,
  { timeoutMs, ...deps }: Deps & { readonly timeoutMs: number },
): Promise<readonly Outcome[]> {
  const batch: Batch = { deps, context, until: deps.clock.monotonicMs() + timeoutMs, halted: new Map() }
  try {
    const namedIn = await named(clients, writes, context)
    return await Promise.all(writes.map(each => one(clients, each, namedIn(projectOf(each.ref)), batch)))
  } catch (error) {
    // Nothing was sent yet: `one` does not reject.
    const failure = context.signal.aborted ? stopped : logged(error, batch)
    return writes.map(() => ({ ok: false, failure: { ...failure, is: 'unavailable' } }))
  }
}

function logged(error: unknown, { deps, context }: Batch): Failure {
  const name = error instanceof Error ? error.name : typeof error
  deps.log.error({ correlationId: context.correlationId, error: name }, 'A bug in the commercetools client.')
  return bug
}

async function one(
  clients: ReadonlyMap<string, Client>,
  each: CommerceWrite,
  names: Named,
  batch: Batch,
): Promise<Outcome> {
  const project = projectOf(each.ref)
  const client = clients.get(project)
  const id = each.ref.id.slice(project.length + 1)
  const update = endpoints.get(each.ref.type)?.update
  // Who needs no name is not held up by names that could not be learnt.
  if ('failure' in names && namedBy(each).length > 0) return { ok: false, failure: names.failure }
  const planned = actions(each, 'failure' in names ? () => null : names.idOf)
  if (!planned.ok) return planned
  if (!client || !update || !idWord.test(id)) return { ok: false, failure: foreign }
  const done = (version: number): Outcome => ({ ok: true, ref: each.ref, created: false, version })
  if (planned.actions.length === 0) return done(each.version)

  const { deps, context, until, halted } = batch
  let isSent = false
  try {
    const body = await client.call(api => {
      const halt = halted.get(client) ?? (deps.clock.monotonicMs() > until ? late : null)
      if (halt) throw new RemoteFailure(halt)
      isSent = true
      return update(api, id, { version: each.version, actions: planned.actions })
    }, context)
    const parsed = answer.safeParse(body)
    if (!parsed.success) throw garbled('write')
    return done(parsed.data.version)
  } catch (error) {
    if (context.signal.aborted) return { ok: false, failure: isSent ? cut : stopped }
    if (!(error instanceof RemoteFailure)) {
      const failure = logged(error, batch)
      return { ok: false, failure: isSent ? failure : { ...failure, is: 'unavailable' } }
    }
    const failure = ofRecord(error.failure, planned.changes)
    if (['throttled', 'unavailable', 'denied'].includes(failure.is)) halted.set(client, failure)
    return { ok: false, failure }
  }
}

/** What a refusal means for a record that is being changed: its fields by our paths, in our own words. */
function ofRecord(failure: Failure, changes: readonly Change[]): Failure {
  const { is, code } = failure
  if (code === 'ResourceNotFound') {
    return { ...failure, is: 'stale', message: 'The record is no longer there in commercetools.' }
  }
  if (is !== 'invalid') return failure
  const named = failure.fields.map(field => pathOf(field, changes))
  const fields = [...new Set(named.length > 0 ? named : changes.map(each => each.place.path))]
  const which = `${named.length > 0 || fields.length === 1 ? '' : 'one of '}${fields.join(', ')}`
  return { ...failure, fields, message: (sentences.get(code) ?? otherwise)(which) }
}

const otherwise = (which: string) => `commercetools refused the change of ${which}.`
const sentences: ReadonlyMap<string, (which: string) => string> = new Map([
  ['DuplicateField', (which: string) => `Another record in commercetools has this value of ${which} already.`],
  ['InvalidField', (which: string) => `commercetools does not accept the value of ${which}.`],
  ['InvalidInput', (which: string) => `commercetools does not accept the value of ${which}.`],
  ['InvalidJsonInput', (which: string) => `The value of ${which} does not have the form that commercetools expects.`],
  [
    'ReferencedResourceNotFound',
    (which: string) =>
      `${which} names something that commercetools does not have: make it there, or correct the value.`,
  ],
  ['RequiredField', (which: string) => `commercetools requires a value of ${which}.`],
])

/** commercetools names `addresses.city` or a custom field by its bare name. */
function pathOf(field: string, changes: readonly Change[]): string {
  const name = field.split('.').at(-1)
  const found = changes.find(({ place }) => place.path === field) ?? changes.find(({ place }) => place.name === name)
  return found?.place.path ?? field
}
