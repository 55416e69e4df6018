/** `ctsf start`: the service against what the environment names. */
import { flushCompileCache } from 'node:module'
import type { Command } from 'commander'
import { app, type Role, roles } from '../app.ts'
import { configure, environment } from '../config.ts'
import { act, endAsked } from './command.ts'
import { CommandError, document, note, say } from './out.ts'

type Options = { readonly json?: boolean; readonly role?: string; readonly port?: string }

function rolesOf(given: string | undefined): readonly Role[] {
  if (given === undefined) return roles
  const wanted = given.split(',').map(name => name.trim())
  const found = roles.filter(role => wanted.includes(role))
  const unknown = wanted.filter(name => !roles.some(role => role === name))
  if (unknown.length > 0)
    throw new CommandError(
      2,
      'bad-role',
      `There is no role '${unknown.join(', ')}'.`,
      `Use some of ${roles.join(',')}.`,
    )
  return found
}

export function start(program: Command): void {
  act<Options>(
    program
      .command('start')
      .description('run the service against what the environment names')
      .option('--role <roles>', `what this process does, separated by commas (default: ${roles.join(',')})`)
      .option(
        '--port <port>',
        'port to listen on; 0 takes any free one (default: PORT, else 8080; without the role intake none)',
      ),
    async (_args, { json, role, port }) => {
      const playing = rolesOf(role)
      const env = environment(port === undefined ? {} : { PORT: port })
      const config = await configure({ env })
      // A worker beside the service on one machine must not want the same port; one that is given a port has its health there.
      const listen = playing.includes('intake') || Boolean(env.PORT)
      const ended = endAsked()
      await using running = await app(config, { roles: playing, listen })
      const urls = running.url === null ? {} : { service: running.url }
      if (json) document({ ready: true, urls })
      else say(running.url === null ? `ctsf runs as ${playing.join(', ')}.` : `ctsf listens at ${running.url}`)
      // Now and not at the end: a service is often ended in a way that leaves no time.
      flushCompileCache()
      const signal = await ended
      note(`${signal}: stopping`)
      return 0
    },
  )
}
