// One ManagedSubscribe call: a subscription whose position the org keeps. It begins where the client last committed, and
// a commit that cannot be is told in its answer, not by the end of the stream.
// Source: "Managed Event Subscriptions (Beta)" in the Pub/Sub API's guide and its table of errors.

import { randomUUID } from 'node:crypto'
import type { ServerDuplexStream } from '@grpc/grpc-js'
import { normaliseId } from '../store/ids.ts'
import { type Delivery, delivery } from './delivery.ts'
import type { ManagedSubscription } from './managed.ts'
import { readReplay } from './replay-id.ts'
import { broken, isProblem, noTopic, type Problem, problem } from './status.ts'
import type { Reader } from './subscription.ts'
import type { ManagedFetchRequest, ManagedFetchResponse } from './wire.ts'

type Commit = NonNullable<ManagedFetchRequest['commit_replay_id_request']>

export function managedSubscribe(
  stream: ServerDuplexStream<ManagedFetchRequest, ManagedFetchResponse>,
  { org, session, began, fault }: Reader,
): void {
  const rpcId = randomUUID()
  const { feed, managed } = org
  let subscription: ManagedSubscription | null = null
  let reading: Delivery | null = null
  let ended = false

  const end = (failed: Problem | null): void => {
    if (ended) return
    if (!reading) began(failed)
    ended = true
    reading?.stop()
    if (reading && subscription) managed.leave(subscription.developerName)
    if (failed) stream.emit('error', failed)
    else stream.end()
  }
  const startOf = ({ developerName, defaultReplay, errorRecoveryReplay }: ManagedSubscription): number => {
    const committed = managed.committed(developerName)
    if (committed !== null && feed.knows(committed)) return committed
    const preset = committed === null ? defaultReplay : errorRecoveryReplay
    return preset === 'EARLIEST' ? feed.earliest() : feed.last
  }
  const begin = (request: ManagedFetchRequest): Delivery | Problem => {
    if (request.commit_replay_id_request) {
      const message = 'The first request of a stream cannot commit a replay ID.'
      return problem('managed.subscription.fetch.request.commit.request.restricted', message, rpcId)
    }
    const found = find(managed.list, request, rpcId)
    if (isProblem(found)) return found
    const { state, topicName, developerName } = found
    if (state === 'STOP')
      return problem('managed.subscription.config.stopped', `The subscription ${developerName} is stopped.`, rpcId)
    const topic = org.topics.named(topicName)
    if (!topic) return noTopic(topicName, rpcId)
    if (!managed.enter(developerName)) {
      const message = `The subscription ${developerName} has an active stream already.`
      return problem('managed.subscription.already.active', message, rpcId)
    }
    subscription = found
    const write = (response: ManagedFetchResponse): void => {
      stream.write(response)
      if (response.events && fault?.do === 'commit-then-drop') end(broken())
    }
    const lost = (): void => end(problem('service.unavailable', 'The event bus is not available.', rpcId))
    return delivery({ feed, clock: org.clock, topic, from: startOf(found), rpcId, write, lost })
  }
  const commit = ({ developerName }: ManagedSubscription, at: Delivery, asked: Commit): void => {
    const { commit_request_id, replay_id } = asked
    const replayId = readReplay(replay_id)
    const before = managed.committed(developerName) ?? 0
    const wrong =
      replayId === null
        ? 'The replay ID is missing or corrupted.'
        : !feed.knows(replayId)
          ? 'The replay ID is corrupted, or its event is no longer retained.'
          : replayId > at.position
            ? 'The event of the replay ID has not been delivered yet.'
            : replayId < before
              ? 'A newer replay ID is committed already.'
              : null
    if (wrong === null && replayId !== null) {
      managed.commit(developerName, replayId)
      org.keep({ committed: [[developerName, replayId]] })
    }
    const error = wrong === null ? {} : { error: { code: 'COMMIT', msg: wrong } }
    at.send({ commit_response: { commit_request_id, replay_id, process_time: org.now(), ...error } })
  }
  const take = (request: ManagedFetchRequest): Problem | null => {
    if (!session()) return problem('service.auth.error', 'The session is invalid or has expired.', rpcId)
    const { num_requested, commit_replay_id_request } = request
    if (num_requested < 0) {
      const message = 'The number of requested events must not be negative.'
      return problem('managed.subscription.fetch.request.events.invalid', message, rpcId)
    }
    if (!reading) {
      const made = begin(request)
      if (isProblem(made)) return made
      reading = made
      began(null)
    } else if (subscription && !isSame(subscription, request)) {
      return problem('subscription.fetch.topic.mismatch', 'The subscription of a stream cannot change.', rpcId)
    } else if (num_requested === 0 && !commit_replay_id_request) {
      const message = 'A request asks for events or commits a replay ID.'
      return problem('managed.subscription.fetch.request.invalid', message, rpcId)
    }
    if (subscription && commit_replay_id_request) commit(subscription, reading, commit_replay_id_request)
    if (num_requested > 0) reading.ask(num_requested)
    return null
  }
  stream.on('data', (request: ManagedFetchRequest) => {
    if (ended) return
    const failed = take(request)
    if (failed) end(failed)
  })
  stream.on('end', () => end(null))
  stream.on('cancelled', () => end(null))
}

function find(
  list: readonly ManagedSubscription[],
  { subscription_id, developer_name }: ManagedFetchRequest,
  rpcId: string,
): ManagedSubscription | Problem {
  if ((subscription_id === '') === (developer_name === '')) {
    const message = 'A managed subscription is named by its ID or by its developer name.'
    return problem('managed.subscription.id.or.developer.name.empty', message, rpcId)
  }
  if (developer_name !== '') {
    const found = list.find(({ developerName }) => developerName === developer_name)
    const message = `There is no managed subscription with the developer name ${developer_name}.`
    return found ?? problem('managed.subscription.developer.name.not.found', message, rpcId)
  }
  if (subscription_id.length !== 15 && subscription_id.length !== 18) {
    const message = 'The ID of a managed subscription has 15 or 18 characters.'
    return problem('managed.subscription.subscription.id.invalid', message, rpcId)
  }
  const id = normaliseId(subscription_id)
  const message = `There is no managed subscription with the ID ${subscription_id}.`
  return list.find(each => each.id === id) ?? problem('managed.subscription.subscription.id.not.found', message, rpcId)
}

function isSame({ id, developerName }: ManagedSubscription, request: ManagedFetchRequest): boolean {
  const { subscription_id, developer_name } = request
  return (
    (subscription_id === '' || normaliseId(subscription_id) === id) &&
    (developer_name === '' || developer_name === developerName)
  )
}
