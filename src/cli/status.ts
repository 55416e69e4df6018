/** `ctsf status`: what waits, what went, what is spent. */
import type { Command } from 'commander'
import type { Status } from '../app.ts'
import { lanes } from '../model/resource.ts'
import { type CallOptions, call } from './call.ts'
import { act, remote } from './command.ts'
import { columns, document, say } from './out.ts'

const queued = ({ problem, answeredAt }: NonNullable<Status['queue']>): string =>
  problem
    ? `not read since ${problem.since}: ${problem.why} (${problem.code})`
    : answeredAt
      ? `read at ${answeredAt}`
      : 'not read yet'

function text(status: Status): string {
  const { passes, budget, totals, paused, swept, queue } = status
  const rows = lanes.map(lane => {
    const { due, later, claimed, oldestDueAt } = status.lanes[lane]
    return [lane, String(due), String(claimed), String(later), oldestDueAt ?? '']
  })
  return [
    `${status.projects.join(', ')} → ${status.org ?? 'an org not reached yet'}: ${status.ready ? 'working' : `not ready: ${status.reasons.join('; ')}`}`,
    ...(paused ? [`paused until ${paused.until}: ${paused.message} (${paused.code})`] : []),
    '',
    columns(['lane', 'due', 'claimed', 'later', 'oldest'], rows),
    '',
    `oldest waits for   ${(status.lagMs / 1_000).toFixed(1)} s`,
    `linked pairs       ${status.links}`,
    `passes             ${passes.count} with ${passes.rows} records: ${totals.created} created, ${totals.updated} updated, ${totals.unchanged} unchanged`,
    `waiting            ${status.waiting} for a parent`,
    `conflicts          ${status.conflicts}${status.conflicts > 0 ? '  (ctsf conflicts list)' : ''}`,
    `failures           ${status.failures}${status.failures > 0 ? '  (ctsf failures list)' : ''}`,
    `API calls today    ${budget ? `${budget.used} of ${budget.max}` : 'not known yet'}`,
    ...(swept ? [`last sweep         ${swept.at}: ${swept.found} lost of ${swept.listed} changed`] : []),
    ...(queue ? [`queue              ${queued(queue)}  ${queue.name}`] : []),
    ...status.feeds.map(({ stream, at }) => `looked at ${at}  ${stream}`),
  ].join('\n')
}

export function status(program: Command): void {
  act<CallOptions>(
    remote(program.command('status').description('lanes, backlog, lag, budget, feeds')),
    async (_args, options) => {
      const found = await call('/status', options)
      if (options.json) document(found)
      else say(text(found as Status))
      return 0
    },
  )
}
