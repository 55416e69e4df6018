// Who is logged in: access tokens that end after a time without use, on the org's clock.

import { randomBytes } from 'node:crypto'
import type { Session } from '../store/journal.ts'

export type Sessions = {
  open(userId: string, clientId: string): Session
  /** The live session of a token, its time renewed by this use. */
  use(token: string): Session | undefined
  end(token: string): void
  restore(session: Session): void
  all(): Session[]
  clear(): void
}

export function sessions(orgId: string, sessionMs: number, now: () => number): Sessions {
  const live = new Map<string, Session>()
  return {
    open(userId, clientId) {
      const token = `${orgId.slice(0, 15)}!AQ${randomBytes(42).toString('base64url')}`
      const session = { token, userId, clientId, expiresAt: now() + sessionMs }
      live.set(token, session)
      return session
    },
    use(token) {
      const session = live.get(token)
      if (!session) return undefined
      if (session.expiresAt <= now()) {
        live.delete(token)
        return undefined
      }
      session.expiresAt = now() + sessionMs
      return session
    },
    end: token => void live.delete(token),
    restore: session => void live.set(session.token, session),
    all: () => [...live.values()],
    clear: () => live.clear(),
  }
}
