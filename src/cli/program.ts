/** All commands, as one program: what the reference of the command line is generated from. */
import { Command } from 'commander'
import { version } from '../app.ts'
import { check } from './check.ts'
import { conflicts } from './conflicts.ts'
import { demo } from './demo/demo.ts'
import { emulate } from './emulate.ts'
import { failures } from './failures.ts'
import { plan } from './plan.ts'
import { relink } from './relink.ts'
import { start } from './start.ts'
import { status } from './status.ts'
import { trace } from './trace.ts'

export function program(): Command {
  const all = new Command('ctsf')
    .description('Keeps commercetools and Salesforce CRM telling the same story.')
    .version(version)
    .showHelpAfterError('(ctsf --help, or ctsf help <command>)')
    .showSuggestionAfterError()
  for (const add of [demo, start, check, plan, trace, status, conflicts, failures, relink, emulate]) add(all)
  return all
}
