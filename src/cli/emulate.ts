/** `ctsf emulate`: one emulator alone, with its own options. */
import { spawn } from 'node:child_process'
import { Command } from 'commander'
import { environment } from '../config.ts'
import { type EmulatorName, programOf } from './demo/emulator.ts'

type Flag = readonly [flags: string, description: string]

const common: readonly Flag[] = [
  ['--port <port>', 'port to listen on; 0 takes any free one'],
  ['--host <host>', 'address to listen on'],
  ['--data <file>', 'what it holds when its state is empty'],
  ['--state <dir>', 'keeps what happens here, written as it goes'],
  ['--json', 'print one JSON document on stdout'],
]

const own: Readonly<Record<EmulatorName, readonly Flag[]>> = {
  salesforce: [
    ['--org <file>', 'edition, API limit, person accounts, rules, currencies'],
    ['--package <dir>', 'SFDX project whose fields the org has (default: salesforce/)'],
    ['--grpc-port <port>', 'port of the Pub/Sub API; 0 takes any free one, and without it there is none'],
    ['--grpc-key <file>', 'key of the Pub/Sub API (PEM); plain text without it'],
    ['--grpc-cert <file>', 'certificate of the Pub/Sub API (PEM)'],
  ],
  commercetools: [
    ['--project <key...>', 'key of the project (default: demo), and of others beside it'],
    ['--deliver-to <url>', 'where deliveries of Subscriptions are pushed'],
    ['--sqs <where>', "fill the SQS queues of Subscriptions: 'aws', or the URL of a stand-in"],
    ['--auto-subscribe', 'make the Subscription when there is none'],
    ['--subscribe-to <types>', 'let that Subscription tell of more: order,cart,payment'],
  ],
}

const descriptions: Readonly<Record<EmulatorName, string>> = {
  salesforce: 'a Salesforce org (default port: 4010)',
  commercetools: 'commercetools projects (default port: 4020)',
}

/** The options as they were given, for the child. */
function argumentsOf(options: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(options).flatMap(([name, value]) => {
    const flag = `--${name.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`
    if (Array.isArray(value)) return value.flatMap(each => [flag, String(each)])
    return value === true ? [flag] : value === undefined || value === false ? [] : [flag, String(value)]
  })
}

/** The child's exit code becomes ours; signals go to it, and it ends when we are killed. */
function runChild(name: EmulatorName, args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [programOf(name), ...args, '--exit-with-parent'], {
    stdio: ['pipe', 'inherit', 'inherit'],
    detached: true,
    env: environment(),
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal))
  return new Promise(resolve => {
    child.on('exit', (code, signal) => resolve(code ?? (signal === null ? 1 : 0)))
  })
}

export function emulate(program: Command): void {
  const group = program.command('emulate').description('one emulator alone')
  for (const name of ['salesforce', 'commercetools'] as const) {
    const command = new Command(name).description(descriptions[name])
    for (const [flags, description] of [...common, ...own[name]]) command.option(flags, description)
    command.action(async (options: Record<string, unknown>) => {
      process.exitCode = await runChild(name, argumentsOf(options))
    })
    group.addCommand(command)
  }
}
