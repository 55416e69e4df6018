// A reply as it goes over the wire.

import type { FastifyReply } from 'fastify'
import type { Reply } from './api.ts'

export type Sent = { status: number; type: string; text: string; headers: Record<string, string> }

export function encode({ status, body, csv, headers = {} }: Reply): Sent {
  return {
    status,
    type: csv === undefined ? 'application/json;charset=UTF-8' : 'text/csv',
    text: csv ?? (body === undefined ? '' : JSON.stringify(body)),
    headers: { ...headers },
  }
}

export function send(reply: FastifyReply, { status, type, text, headers }: Sent): FastifyReply {
  reply.code(status).headers(headers)
  return text === '' ? reply.send() : reply.type(type).send(text)
}
