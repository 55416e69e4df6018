// What injected faults make of a request: what they answer in its place, what they do to its rows, and how they spoil its reply.

import type { FastifyReply } from 'fastify'
import type { RowError } from '../entities.ts'
import type { Fault } from '../org/faults.ts'
import { errorReply, type Reply } from './api.ts'
import { limitExceeded } from './limits.ts'
import type { Sent } from './outgoing.ts'

/** What a fault answers in place of the work. */
export function instead(fault: Fault): Reply {
  if (fault.do === 'status') return statusReply(fault.status ?? 503)
  if (fault.do === 'html') return { status: fault.status ?? 503 }
  return fault.do === 'limit-exceeded' ? errorReply(limitExceeded()) : { status: 0 }
}

/** Faults that stand in for the work, and faults whose answer never arrives. */
export const REPLACES = new Set(['status', 'drop-before', 'hang', 'connection-reset', 'html', 'limit-exceeded'])
export const DROPS = new Set(['drop-before', 'commit-then-drop', 'hang', 'connection-reset'])
export const OUTAGE =
  '<html><head><title>Service Unavailable</title></head><body><h1>Service Unavailable</h1><p>We are down for maintenance.</p></body></html>'

/** Locks on all rows of the request, or on every second one. */
export function spoiler(fault: Fault | null): { spoil?: (id: string | null) => RowError | null } {
  if (fault?.do !== 'unable-to-lock-row' && fault?.do !== 'partial') return {}
  let count = 0
  return {
    spoil(id) {
      count++
      if (fault.do === 'partial' && count % 2 === 1) return null
      const message = `unable to obtain exclusive access to this record or 1 records: ${id ?? ''}`.trimEnd()
      return { statusCode: 'UNABLE_TO_LOCK_ROW', message, fields: [] }
    },
  }
}

function statusReply(status: number): Reply {
  const code = status === 503 ? 'SERVER_UNAVAILABLE' : status === 401 ? 'INVALID_SESSION_ID' : 'UNKNOWN_EXCEPTION'
  return {
    status,
    body: [
      { message: 'An unexpected error occurred. Please include this ErrorId if you contact support', errorCode: code },
    ],
  }
}

export function drop(reply: FastifyReply, fault: Fault): FastifyReply {
  reply.hijack()
  const { socket } = reply.raw
  if (fault.do === 'connection-reset') socket?.resetAndDestroy()
  else if (fault.do !== 'hang') socket?.destroy()
  else if (fault.ms !== undefined) setTimeout(() => socket?.destroy(), fault.ms).unref()
  return reply
}

/** The length of the whole, half of the text, and then nothing. */
export function truncate(reply: FastifyReply, sent: Sent): FastifyReply {
  reply.hijack()
  const bytes = Buffer.from(sent.text)
  reply.raw.writeHead(sent.status, {
    ...sent.headers,
    'Content-Type': sent.type,
    'Content-Length': Math.max(bytes.length, 2),
  })
  reply.raw.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => reply.raw.socket?.destroy())
  return reply
}
