/** `ctsf relink`: rebuilds the links from the keys in Salesforce, page by page, and says what it found. */
import type { Command } from 'commander'
import type { Relink, RelinkPage } from '../engine/relink.ts'
import { type CallOptions, call } from './call.ts'
import { act, remote } from './command.ts'
import { columns, document, note, say } from './out.ts'

type Options = CallOptions & { readonly dryRun?: boolean; readonly restart?: boolean }
type Page = RelinkPage & { readonly resumed: boolean }

type Total = {
  readonly mapping: string
  readonly role: string
  readonly object: string
  looked: number
  differing: number
  readonly counts: Record<Relink, number>
  readonly foreign: Record<string, number>
  readonly examples: Partial<Record<Relink, string[]>>
}

const examplesKept = 5
const words: readonly Relink[] = ['linked', 'known', 'elsewhere', 'orphan', 'foreign', 'apart']

const emptyTotal = ({ mapping, role, object }: RelinkPage): Total => ({
  mapping,
  role,
  object,
  looked: 0,
  differing: 0,
  counts: { linked: 0, known: 0, elsewhere: 0, orphan: 0, foreign: 0, apart: 0 },
  foreign: {},
  examples: {},
})

function add(total: Total, page: RelinkPage): void {
  total.looked += page.looked
  total.differing += page.differing
  for (const word of words) {
    total.counts[word] += page.counts[word]
    const some = [...(total.examples[word] ?? []), ...(page.examples[word] ?? [])].slice(0, examplesKept)
    if (some.length > 0) total.examples[word] = some
  }
  for (const [project, count] of Object.entries(page.foreign))
    total.foreign[project] = (total.foreign[project] ?? 0) + count
}

const meanings: Readonly<Partial<Record<Relink, string>>> = {
  elsewhere: 'one of the two is linked to another record, which stays so',
  orphan: 'the commerce record is gone; the record in Salesforce is left as it is',
  foreign: 'the key of a project that is not served here: see ctsf conflicts list',
  apart: 'takes no part in the mapping, or has a key of another kind',
}

function text(totals: readonly Total[], isDry: boolean): string {
  const linked = isDry ? 'would be linked' : 'linked'
  const heads = ['part', 'object', 'looked at', linked, 'of these differing', ...words.slice(1)]
  const rows = totals.map(one => [
    one.role,
    one.object,
    String(one.looked),
    String(one.counts.linked),
    String(one.differing),
    ...words.slice(1).map(word => String(one.counts[word])),
  ])
  const notes = words.flatMap(word => {
    const examples = totals.flatMap(one => one.examples[word] ?? []).slice(0, examplesKept)
    return examples.length === 0 ? [] : [`${word}: ${meanings[word] ?? ''}; ${examples.join(' ')}`]
  })
  const projects = totals.flatMap(one => Object.entries(one.foreign).map(([name, n]) => `${name} (${n} ${one.object})`))
  return [
    columns(heads, rows),
    ...(notes.length > 0 ? ['', ...notes] : []),
    ...(projects.length > 0 ? [`projects not served: ${projects.join(', ')}`] : []),
    ...(isDry ? ['', 'Nothing was entered: a dry run.'] : []),
  ].join('\n')
}

async function run(options: Options): Promise<number> {
  const isDry = options.dryRun === true
  const totals = new Map<string, Total>()
  let position: string | null = null
  let resumed = false
  let looked = 0
  do {
    const first: object = position === null ? { restart: options.restart === true } : { position }
    // Our own service's answer: its form is the API's.
    const page = (await call('/relink', options, { method: 'POST', body: { ...first, dryRun: isDry } })) as Page
    if (page.resumed) {
      resumed = true
      note(`continues where it was interrupted, at ${page.object}; --restart begins anew`)
    }
    const key = `${page.mapping} ${page.role}`
    const total = totals.get(key) ?? emptyTotal(page)
    totals.set(key, total)
    add(total, page)
    looked += page.looked
    position = page.next
    if (!options.json) note(`${looked} records looked at`)
  } while (position !== null)
  const all = [...totals.values()]
  if (options.json) document({ dryRun: isDry, resumed, looked, parts: all })
  else say(text(all, isDry))
  return 0
}

export function relink(program: Command): void {
  act<Options>(
    remote(
      program
        .command('relink')
        .description('rebuild our links from the keys in Salesforce: after a lost database, in a refreshed sandbox')
        .option('--dry-run', 'only count what would be linked')
        .option('--restart', 'from the beginning, also where an earlier run was interrupted'),
    ),
    (_args, options) => run(options),
  )
}
