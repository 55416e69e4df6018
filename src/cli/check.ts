/** `ctsf check`: everything that is wrong with the set-up, each with its fix. */
import type { Command } from 'commander'
import { check as checkAll } from '../app.ts'
import { ConfigError, configure } from '../config.ts'
import type { Problem } from '../model/ports.ts'
import { act } from './command.ts'
import { document, say } from './out.ts'

const timeoutMs = 60_000

export function check(program: Command): void {
  act<{ readonly json?: boolean }>(
    program
      .command('check')
      .description('configuration, credentials, permissions and mappings: all problems at once, each with its fix'),
    async (_args, { json }) => {
      const all = await found()
      const problems = all.filter(each => !each.hint)
      const hints = all.filter(each => each.hint)
      if (json) document({ ok: problems.length === 0, problems, hints })
      else {
        if (problems.length === 0) say('All is well: configuration, credentials, objects and fields.')
        for (const { place, problem, fix } of problems) say(`${place}\n  ${problem}\n  → ${fix}`)
        for (const { place, problem, fix } of hints) say(`${place} (a hint)\n  ${problem}\n  → ${fix}`)
      }
      return problems.length === 0 ? 0 : 2
    },
  )
}

async function found(): Promise<readonly Problem[]> {
  try {
    return await checkAll(await configure(), { signal: AbortSignal.timeout(timeoutMs) })
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
}
