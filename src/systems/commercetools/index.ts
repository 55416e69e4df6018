/** commercetools, as the engine sees it: one port over any number of projects. */

import { gate } from '../../lib/gate.ts'
import type { CommerceSystem, CommerceWriter } from '../../model/ports.ts'
import { decode } from './changes/decode.ts'
import { check } from './check.ts'
import { client } from './client.ts'
import { endpointOf } from './endpoints.ts'
import { list, positionAt } from './list.ts'
import { type Deps, defaults, type Options } from './options.ts'
import { read } from './read.ts'
import { transport } from './transport.ts'
import { writable } from './write/paths.ts'
import { write } from './write/write.ts'

export type { Deps, Options } from './options.ts'

/** Connects lazily: the first call asks for a token. Disposing closes the connections and fails what is in flight. */
export function commercetools(options: Options, deps: Deps): CommerceSystem & CommerceWriter & AsyncDisposable {
  const { timeoutMs, concurrency, lagMs, types, writes: changed } = { ...defaults, ...options }
  const told = new Set(options.messages)
  const http = transport({ timeoutMs, connections: concurrency })
  const width = gate(concurrency)
  const clients = new Map(options.projects.map(project => [project.key, client(project, http.send, width, deps)]))

  return {
    side: 'commerce',
    projects: [...clients.keys()],
    read: (refs, expand, context) => read(clients, refs, expand, context),
    list({ project, upToNow = false, ...query }, context) {
      const of = clients.get(project)
      if (!of) throw new RangeError(`project ${project} is not served`)
      endpointOf(query.type)
      return list(of, query, new Date(Date.parse(deps.clock.now()) - (upToNow ? 0 : lagMs)).toISOString(), context)
    },
    positionAt,
    write: (writes, context) => write(clients, writes, context, { ...deps, timeoutMs }),
    writable,
    decode: (body, received) => decode(body, { ...received, projects: clients, told, log: deps.log }),
    check: signal => check([...clients.values()], { types, writes: changed }, signal, deps),
    [Symbol.asyncDispose]: () => http[Symbol.asyncDispose](),
  }
}
