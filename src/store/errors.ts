/** Which errors of the database mean "try again", which "it is away", and how the rest is told without telling values. */
import { StoreDown } from '../model/ports.ts'

/** A statement the database refused. Message and cause are left out on purpose: PostgreSQL puts values in them. */
export class StoreFault extends Error {
  override readonly name = 'StoreFault'
  readonly code: string
  constructor(code: string, where: string) {
    super(`the database refused a statement: SQL state ${code}${where === '' ? '' : ` at ${where}`}`)
    this.code = code
  }
}

/** SQLSTATE, or the error code of Node's network layer; '' when there is none. */
export function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return ''
  return typeof error.code === 'string' ? error.code : ''
}

/** 40P01: deadlock, 40001: serialization. The work is repeated as a whole. */
export const isRace = (error: unknown): boolean => ['40P01', '40001'].includes(codeOf(error))

/** A unique index found what our own check could not see yet: the next try sees it. */
export const isTaken = (error: unknown): boolean => codeOf(error) === '23505'

const networkCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EPIPE',
  'ENOENT',
])

/** What `pg` says without a code when a connection ends or the pool gives up waiting for one. */
const networkMessage =
  /connection terminated|connection error|timeout (exceeded|expired)|query read timeout|client was closed|not queryable|already been destroyed/i

/**
 * 08: connection; 57P: the server shuts down or starts; 57014: our own time limit; 53: out of connections, memory or
 * disk; 58: its disk fails; 25006: read only after a failover.
 */
const awayStates = /^(08|53|58|57P)|^(57014|25006)$/

export function isAway(error: unknown): boolean {
  const code = codeOf(error)
  if (networkCodes.has(code) || awayStates.test(code)) return true
  if (error instanceof AggregateError) return error.errors.some(isAway)
  return code === '' && error instanceof Error && networkMessage.test(error.message)
}

function placeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return ''
  const parts: string[] = []
  if ('table' in error && typeof error.table === 'string') parts.push(error.table)
  if ('constraint' in error && typeof error.constraint === 'string') parts.push(error.constraint)
  if ('routine' in error && typeof error.routine === 'string') parts.push(error.routine)
  return parts.join(' ')
}

/** What leaves the store: `StoreDown`, a `StoreFault` without values, or the error as it is when no database spoke. */
export function translate(error: unknown): unknown {
  if (error instanceof StoreDown || error instanceof StoreFault) return error
  if (isAway(error))
    return new StoreDown(`the database cannot be reached or does not answer (${codeOf(error) || 'connection lost'})`)
  const code = codeOf(error)
  if (!/^[0-9A-Z]{5}$/.test(code)) return error
  // 42: our own statement is wrong. PostgreSQL names what it stumbled over, and values are never part of our statements.
  const told = code.startsWith('42') && error instanceof Error ? error.message : placeOf(error)
  return new StoreFault(code, told)
}
