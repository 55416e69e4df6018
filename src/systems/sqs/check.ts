/** What keeps a queue from being read, and what will hurt later, asked without taking a message out. */
import { RemoteFailure } from '../../model/outcome.ts'
import type { Problem } from '../../model/ports.ts'

/** The calls of a look: `call` rejects with `RemoteFailure`. */
export type Look = {
  attributes(): Promise<Readonly<Record<string, string>>>
  /** One for each permission, each asking for what cannot be: whoever may not is told so first. */
  readonly probes: Readonly<Record<string, () => Promise<void>>>
}

const place = 'CTSF_SQS_QUEUE_URL'
/** Fewer, and one restart in a bad moment is enough to put a good message aside. */
const fewestReceives = 3

const attributes = 'GetQueueAttributes'
const permissions = 'sqs:ReceiveMessage, sqs:DeleteMessage, sqs:ChangeMessageVisibility and sqs:GetQueueAttributes'

/** What SQS says of keys, in either of its protocols. */
const wrongKeys =
  /InvalidClientTokenId|UnrecognizedClient|SignatureDoesNotMatch|InvalidSignature|IncompleteSignature|InvalidAccessKeyId|ExpiredToken|Credentials/
const missing = /NonExistentQueue|QueueDoesNotExist|InvalidAddress/
const forbidden = /AccessDenied|NotAuthorized|Forbidden|KmsAccessDenied|KMS/i

function problemOf(error: unknown, call: string): Problem {
  if (!(error instanceof RemoteFailure))
    return { place, problem: 'The queue could not be checked.', fix: 'Check again.' }
  const { is, code } = error.failure
  const said = (problem: string, fix: string, at: string = place): Problem => ({
    place: at,
    problem: `${problem} (${call}: ${code}).`,
    fix,
  })
  if (wrongKeys.test(code))
    return said(
      'SQS does not accept these credentials',
      'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY of one access key (with AWS_SESSION_TOKEN where they are temporary), or mend the profile or role that the environment names.',
      'AWS_ACCESS_KEY_ID',
    )
  if (missing.test(code))
    return said('There is no such queue', 'Copy the URL of the queue from the SQS console, and the region with it.')
  if (forbidden.test(code)) return said('The queue may not be read', `Allow ${permissions} on the queue to this user.`)
  if (is === 'throttled') return said('SQS asks for a pause', 'Check again later.')
  if (is === 'unavailable')
    return said('SQS cannot be reached', 'Check the host, the region and that this machine may reach it.')
  return said('The queue cannot be read', 'Look the code up in the API reference of SQS.')
}

const isForbidden = (error: unknown): boolean => error instanceof RemoteFailure && forbidden.test(error.failure.code)

/** The reason of a rejection; null when it did not reject. */
const refusal = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => null,
    (error: unknown) => error,
  )

/** Never rejects. */
export async function check(look: Look): Promise<readonly Problem[]> {
  const probes = Object.entries(look.probes)
  const [own, ...others] = await Promise.all([
    look.attributes().then(hints, (error: unknown) => ({ error })),
    ...probes.map(([, probe]) => refusal(probe())),
  ])
  // Everybody is refused for what a probe asks; only a "may not" counts. One sentence for all that may not be done.
  const mayNot = probes.filter((_, at) => isForbidden(others[at])).map(([call]) => call)
  const asked = 'error' in own ? own.error : null
  if (asked !== null && !isForbidden(asked)) return [problemOf(asked, attributes)]
  const told = asked ?? others.find(isForbidden)
  const calls = [...(asked === null ? [] : [attributes]), ...mayNot].join(', ')
  return [...(told === undefined ? [] : [problemOf(told, calls)]), ...('error' in own ? [] : own)]
}

function hints({ RedrivePolicy: redrive = '' }: Readonly<Record<string, string>>): readonly Problem[] {
  const hint = (problem: string, fix: string): Problem => ({ place, problem, fix, hint: true })
  if (redrive === '')
    return [
      hint(
        'The queue has no dead-letter queue: a message that cannot be understood comes back until it expires.',
        'Make a second queue and name it in the redrive policy of this one, with a maxReceiveCount of 5.',
      ),
    ]
  const receives = Number(/"maxReceiveCount"\s*:\s*"?(\d+)/.exec(redrive)?.[1] ?? Number.NaN)
  return receives < fewestReceives
    ? [
        hint(
          `A message goes to the dead-letter queue when it was received ${receives === 1 ? 'once' : `${receives} times`}: a restart counts too.`,
          'Set maxReceiveCount to 5.',
        ),
      ]
    : []
}
