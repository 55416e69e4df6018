/**
 * What SNS and Event Grid ask of an endpoint before they deliver to it. Asked once for each destination; whether the
 * answer matters is a setting, because an endpoint may as well be confirmed by hand.
 */
import { randomBytes } from 'node:crypto'
import type { Subscription } from '../model/entities.ts'
import { type EventGridSchema, GRID_ORIGIN, gridOptions, gridValidation, snsConfirmation } from './envelope.ts'
import { type Answer, accepted, type Sender } from './send.ts'

/** `send` asks and does not mind the answer, `require` delivers only to who confirmed, `skip` asks nothing. */
export type HandshakeRule = 'send' | 'require' | 'skip'

type Asked = { token: string; confirmed: boolean; reached: boolean; asking: Promise<void> | null }

export type Handshakes = {
  /** Resolves with whether deliveries may follow. */
  mayDeliver(subscription: Subscription, to: Sender, rule: HandshakeRule, schema: EventGridSchema): Promise<boolean>
  /** Somebody opened the URL of a confirmation; false when no such was asked for. */
  confirm(token: string): boolean
  forget(): void
}

export function handshakes(baseUrl: () => string, now: () => string): Handshakes {
  const all = new Map<string, Asked>()

  async function ask(asked: Asked, { destination }: Subscription, to: Sender, schema: EventGridSchema) {
    const { token } = asked
    const url = `${baseUrl()}/__emulator/confirm/${token}`
    if (destination.type === 'SNS') {
      const answer = await to.send(snsConfirmation(String(destination.topicArn), token, url, now()))
      asked.reached = accepted(answer?.status ?? null)
      return
    }
    if (schema === 'CloudEventSchemaV1_0') {
      const answer = await to.send(gridOptions(url))
      asked.reached = answer !== null
      if (answer && accepted(answer.status) && allows(answer)) asked.confirmed = true
      return
    }
    const answer = await to.send(gridValidation(String(destination.uri), token, url, now()))
    asked.reached = accepted(answer?.status ?? null)
    if (answer && asked.reached && validationResponse(answer.body) === token) asked.confirmed = true
  }

  return {
    async mayDeliver(subscription, to, rule, schema) {
      const { type } = subscription.destination
      if (rule === 'skip' || (type !== 'SNS' && type !== 'EventGrid')) return true
      const place = `${subscription.id} ${schema} ${JSON.stringify(subscription.destination)}`
      const asked = all.get(place) ?? { token: token(), confirmed: false, reached: false, asking: null }
      all.set(place, asked)
      // Whoever did not hear the question is asked again, before the next delivery.
      if (!asked.confirmed && !asked.reached) {
        asked.asking ??= ask(asked, subscription, to, schema).finally(() => {
          asked.asking = null
        })
      }
      await asked.asking
      return rule === 'send' || asked.confirmed
    },
    confirm(token) {
      const asked = [...all.values()].find(each => each.token === token)
      if (asked) asked.confirmed = true
      return asked !== undefined
    },
    forget: () => all.clear(),
  }
}

const token = () => randomBytes(24).toString('hex')

function allows({ headers }: Answer): boolean {
  const allowed = headers['webhook-allowed-origin']
  return allowed === '*' || allowed === GRID_ORIGIN
}

function validationResponse(body: string): unknown {
  try {
    const answer: unknown = JSON.parse(body)
    return typeof answer === 'object' && answer !== null && 'validationResponse' in answer
      ? answer.validationResponse
      : undefined
  } catch {
    return undefined
  }
}
