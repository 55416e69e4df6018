/** `ctsf plan --match-only`: how a mapping would find its records in the org, counted, before the first load. */
import type { MatchPage, WouldBe } from '../engine/matchOnly.ts'
import { type CallOptions, call } from './call.ts'
import { columns, document, note, say } from './out.ts'

export type MatchOptions = CallOptions & {
  readonly mapping?: string
  readonly project?: string
  readonly sample?: string
}

/** What of one kind was met: how often, and a few of them. */
type Group = {
  readonly role: string
  readonly is: WouldBe['is'] | 'twice'
  readonly why: string
  count: number
  readonly examples: { readonly source: string; readonly crm: string | null }[]
}

type Tally = {
  looked: number
  readonly groups: Map<string, Group>
  readonly seen: Map<string, string>
  /** A guest of many orders comes on many pages, and counts once. */
  readonly counted: Set<string>
}

const examplesKept = 5

export const emptyTally = (): Tally => ({ looked: 0, groups: new Map(), seen: new Map(), counted: new Set() })

function count(tally: Tally, one: Pick<Group, 'role' | 'is' | 'why'>, source: string, crm: string | null): void {
  // The conflict of 2 records and of 3 is one kind: numbers would make a group of each.
  const why = one.why.replace(/\d+/g, 'n')
  const key = `${one.role} ${one.is} ${why}`
  const group = tally.groups.get(key) ?? { ...one, why, count: 0, examples: [] }
  tally.groups.set(key, group)
  group.count++
  if (group.examples.length < examplesKept) group.examples.push({ source, crm })
}

/** Adds a page. A record whose identity an earlier one has already would be asked about, once that one is linked. */
export function add(tally: Tally, page: MatchPage): void {
  tally.looked += page.looked
  const twice = new Set<string>()
  for (const { source, keys } of page.identities)
    for (const key of keys) {
      const first = tally.seen.get(key)
      if (first === undefined) tally.seen.set(key, source.id)
      else if (first !== source.id) twice.add(source.id)
    }
  for (const part of page.parts) {
    const name = `${part.role} ${part.source.id}`
    if (tally.counted.has(name)) continue
    tally.counted.add(name)
    const crm = part.crm === null ? null : `${part.crm.type}/${part.crm.id}`
    const isTwice = twice.has(part.source.id) && (part.is === 'new' || part.is === 'found')
    if (isTwice)
      count(
        tally,
        { role: part.role, is: 'twice', why: 'another record has the same identity key' },
        part.source.id,
        crm,
      )
    else count(tally, part, part.source.id, crm)
  }
}

const words: Readonly<Partial<Record<Group['is'], string>>> = {
  linked: 'linked already',
  found: 'would be linked',
  new: 'would be created',
  nothing: 'would not be made',
}

function text({ looked, groups }: Tally, mapping: string): string {
  const sorted = [...groups.values()].sort((a, b) => a.role.localeCompare(b.role) || b.count - a.count)
  const rows = sorted.map(({ role, is, why, count: n, examples }) => [
    role,
    words[is] ?? `conflict ${is === 'twice' ? 'claimed' : is}`,
    String(n),
    why,
    examples.map(one => one.source).join(' '),
  ])
  return `${looked} records of ${mapping}\n\n${columns(['part', 'outcome', 'count', 'why', 'for example'], rows)}`
}

/** Pages until the end or the sample; progress on stderr. */
export async function matches(options: MatchOptions & { readonly mapping: string }): Promise<number> {
  const { mapping, project, sample } = options
  const most = sample === undefined ? Number.POSITIVE_INFINITY : Number(sample)
  const tally = emptyTally()
  let position: string | null = null
  do {
    const query = new URLSearchParams({ mapping, ...(project && { project }), ...(position && { position }) })
    // Our own service's answer: its form is the API's.
    const page = (await call(`/plan/matches?${query}`, options)) as MatchPage
    add(tally, page)
    position = page.next
    if (position !== null && !options.json) note(`${tally.looked} records looked at`)
  } while (position !== null && tally.looked < most)
  if (options.json) document({ mapping, looked: tally.looked, groups: [...tally.groups.values()] })
  else say(text(tally, mapping))
  return 0
}
