/** One push to the receiver, or what a fault makes of it. */
import type { Fault } from '../http/faults.ts'
import type { Answer, Push, Sender } from './send.ts'

export async function pushed(push: Push, to: Sender, fault: Fault | null): Promise<Answer | null> {
  if (!fault) return to.send(push)
  switch (fault.do) {
    case 'status':
    case 'throttle':
    case 'conflict':
      return { status: fault.status ?? (fault.do === 'throttle' ? 429 : 500), headers: {}, body: '' }
    case 'drop-before':
      return null
    case 'commit-then-drop':
      await to.send(push)
      return null
    case 'slow':
      await wait(fault.ms ?? 1_000)
      return to.send(push)
    case 'hang':
      await wait(fault.ms ?? 10_000)
      return null
    case 'connection-reset':
      return to.send(push, 0)
    case 'truncate':
      return to.send(push, Math.floor(push.body.length / 2))
    case 'html':
      return to.send({ body: '<html><body>Bad gateway</body></html>', contentType: 'text/html' })
  }
}

export const wait = (ms: number) => new Promise<void>(resolve => setTimeout(resolve, ms))
