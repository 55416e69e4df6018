/** Correlation ids: the one name under which a change is found in logs, in the database, on screen and at both remotes. */
import { randomUUID } from 'node:crypto'

/** What both systems and every log take without quoting. */
const acceptable = /^[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}$/
/** W3C Trace Context: version, trace id, parent id, flags. */
const traceparent = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/

export const newCorrelationId = (): string => randomUUID()

/** The id that a request brings in `X-Correlation-ID` or `traceparent`, or a new one; anything odd is not passed on. */
export function correlationIdOf(headers: Readonly<Record<string, string | string[] | undefined>>): string {
  const given = headers['x-correlation-id']
  if (typeof given === 'string' && acceptable.test(given)) return given
  const parent = headers.traceparent
  const trace = typeof parent === 'string' ? traceparent.exec(parent)?.[1] : undefined
  return trace !== undefined && !/^0+$/.test(trace) ? trace : newCorrelationId()
}
