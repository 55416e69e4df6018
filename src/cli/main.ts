/** The command: parses, runs, and ends with 0 done, 1 failed, 2 wrong usage or configuration. */
import { type Command, CommanderError } from 'commander'
import { complain } from './out.ts'
import { program } from './program.ts'

/** Commander ends the process itself, with 1 for what is wrong usage: we want to say 2. */
function settle(command: Command): Command {
  command.exitOverride()
  for (const each of command.commands) settle(each)
  return command
}

const usage = 2

try {
  const command = settle(program())
  if (process.argv.length <= 2) {
    command.outputHelp({ error: true })
    process.exitCode = usage
  } else await command.parseAsync()
} catch (error) {
  process.exitCode =
    error instanceof CommanderError ? (error.exitCode === 0 ? 0 : usage) : complain(error, { json: false })
}
// What is still open now (an idle connection, a timer of a library) is nothing that anybody waits for.
process.exit()
