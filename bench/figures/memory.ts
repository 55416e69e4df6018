/** How much more memory the worker takes when a million records wait for it instead of ten thousand. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { root } from '../../test/ports.ts'
import { database, dirtySql, idSql, statement } from '../database.ts'
import { engineOver } from '../fakes.ts'
import { type Group, type Measured, type Options, round } from '../figure.ts'

const exec = promisify(execFile)
const megabyte = 1024 * 1024

type Told = { readonly passes: number; readonly startedAt: number; readonly peak: number; readonly left: number }

async function peakOf(backlog: number, passes: number): Promise<Told> {
  await using db = await database()
  {
    await using _ = await engineOver(db.url, { birthday: () => '', pass() {} })
  }
  await statement(db.url, dirtySql(`(select ${idSql('n')} as id from generate_series(1, ${backlog}) n)`))
  await statement(db.url, 'vacuum analyze dirty')
  const { stdout } = await exec(process.execPath, ['bench/memoryWorker.ts', db.url, `${passes}`, `${backlog}`], {
    cwd: root,
  })
  return JSON.parse(stdout) as Told
}

async function run({ quick, say }: Options): Promise<readonly Measured[]> {
  const [few, many, passes] = quick ? [2_000, 20_000, 5] : [10_000, 1_000_000, 60]
  say(`${passes} passes at a backlog of ${few}, then of ${many}`)
  const small = await peakOf(few, passes)
  const large = await peakOf(many, passes)
  const inMegabytes = ({ peak, startedAt }: Told): string =>
    `${Math.round(peak / megabyte)} MB (${Math.round(startedAt / megabyte)} before the first pass)`
  const against = `peak ${inMegabytes(large)} at ${many} waiting, ${inMegabytes(small)} at ${few}; ${passes} passes of 1,000 new customers each`
  return [{ name: 'memory-1m-vs-10k-backlog', value: round(large.peak / small.peak), against }]
}

export const memory: Group = { names: ['memory-1m-vs-10k-backlog'], run }
