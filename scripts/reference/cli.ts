/** The reference of the command line, from the program itself. */
import type { Command } from 'commander'
import { program } from '../../src/cli/program.ts'
import { code, table } from './markdown.ts'

const intro = `# The command \`ctsf\`

\`npx ctsf …\` in the checkout. With \`--json\` a command prints one JSON document on stdout; logs go to stderr. A long-running
command prints \`{"ready":true,"urls":{…}}\` once it is. Exit codes: 0 done, 1 failed, 2 wrong usage or configuration. A command
that talks to a running service finds it by \`--url\` or \`CTSF_URL\` and shows it \`CTSF_TOKEN\`.`

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`

function section(command: Command, above: string): string {
  const name = `${above} ${command.name()}`
  if (command.commands.length > 0)
    return [`## ${name}`, sentence(command.description()), ...command.commands.map(each => section(each, name))].join(
      '\n\n',
    )
  const args = command.registeredArguments.map(argument =>
    argument.required ? `<${argument.name()}>` : `[${argument.name()}]`,
  )
  const rows = [
    ...command.registeredArguments.map(argument => [code(argument.name()), argument.description]),
    ...command.options.map(option => [
      code(option.flags),
      option.defaultValue === undefined
        ? option.description
        : `${option.description} (default: ${String(option.defaultValue)})`,
    ]),
  ]
  const heading = `${above === 'ctsf' ? '##' : '###'} ${[name, ...args].join(' ')}`
  return [heading, sentence(command.description()), table(['', ''], rows)].join('\n\n')
}

export const cliPage = (): string =>
  [intro, ...program().commands.map(command => section(command, 'ctsf'))].join('\n\n')
