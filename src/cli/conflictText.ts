/** A conflict as people read it in a terminal. */
import type { Choice, ListedConflict, PastDecision } from '../model/plan.ts'
import { columns } from './out.ts'

/** One part of what a decision would write, as the service tells it. */
type ForeseenPart = {
  readonly role: string
  readonly object: string
  readonly do: string
  readonly why: string
  readonly crm: { readonly type: string; readonly id: string } | null
  readonly values: Readonly<Record<string, unknown>>
  readonly verdicts: readonly { readonly field: string; readonly verdict: string }[]
}

/** A conflict with what the service adds when one is shown. */
export type Shown = ListedConflict & {
  readonly decisions?: readonly PastDecision[]
  readonly foreseen?: readonly { readonly choice: Choice; readonly parts: readonly ForeseenPart[] }[]
}

export const summary = ({ id, openedAt, state, waiting, source, kind, why }: Shown): readonly string[] => [
  id,
  openedAt.slice(0, 19),
  state,
  String(waiting),
  `${source.type} ${source.id}`,
  kind,
  why,
]

export const overview = (some: readonly Shown[]): string =>
  columns(['id', 'since', 'state', 'waiting', 'record', 'kind', 'why'], some.map(summary))

/** A choice as the command that makes it. */
const option = (choice: Choice): string => {
  if (choice.do === 'link') return `--link ${choice.crm.type}/${choice.crm.id}`
  if (choice.do === 'take') return `--take ${choice.side}`
  return choice.do === 'wait' ? '--wait-for-merge' : `--${choice.do}`
}

function past({ choice, by, at, appliedAt, undoneAt, undoneBy }: PastDecision): string {
  const after = [
    ...(appliedAt === null ? [] : [`carried out ${appliedAt}`]),
    ...(undoneAt === null ? [] : [`taken back by ${undoneBy} ${undoneAt}`]),
  ]
  return `decision      ${[`${option(choice).slice(2)} by ${by} ${at}`, ...after].join(', ')}`
}

function written({ object, do: what, why, crm, values, verdicts }: ForeseenPart): readonly string[] {
  const target = crm === null ? object : `${crm.type}/${crm.id}`
  const back = verdicts.filter(one => one.verdict === 'yield').map(one => one.field)
  return [
    `    ${what} ${target}${why === '' ? '' : `: ${why}`}`,
    ...Object.entries(values).map(([field, value]) => `      ${field} = ${JSON.stringify(value)}`),
    ...(back.length > 0 ? [`      Salesforce's value stands: ${back.join(', ')}`] : []),
  ]
}

/** Of a record of Salesforce to which a second key led: whoever has that key is linked to another one, and goes on. */
const isDoubt = ({ kind, source }: Shown): boolean => kind === 'disagrees' && source.side === 'crm'

export const detail = (conflict: Shown): string =>
  [
    `${conflict.kind}: ${conflict.why}`,
    `record        ${conflict.source.type} ${conflict.source.id} (${conflict.mapping}, ${conflict.role})`,
    `since         ${conflict.openedAt}, ${conflict.state}`,
    isDoubt(conflict)
      ? 'waiting       nothing waits for the answer: merge the two in Salesforce, or ignore it'
      : `waiting       ${conflict.waiting} records wait for this one`,
    `correlation   ${conflict.correlationId}`,
    ...conflict.candidates.map(ref => `candidate     ${ref.type}/${ref.id}`),
    ...(conflict.decisions ?? []).map(past),
    ...(conflict.fields.length > 0
      ? [
          '',
          columns(
            ['field', 'commercetools', 'Salesforce'],
            conflict.fields.map(({ field, commerce, crm }) => [field, JSON.stringify(commerce), JSON.stringify(crm)]),
          ),
        ]
      : []),
    ...(conflict.foreseen ?? []).flatMap(({ choice, parts }) => ['', `  ${option(choice)}`, ...parts.flatMap(written)]),
    ...(conflict.state === 'open'
      ? [
          '',
          `Decide: ctsf conflicts resolve ${conflict.id} --link Object/Id | --create | --ignore | --take commerce|crm | --wait-for-merge`,
        ]
      : []),
    ...(['decided', 'awaits-merge', 'ignored'].includes(conflict.state)
      ? ['', `Take it back: ctsf conflicts undo ${conflict.id}`]
      : []),
  ].join('\n')
