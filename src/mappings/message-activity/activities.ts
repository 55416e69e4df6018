/** Which Tasks follow from a record and its messages: one for each message, or one for all of a type within some time. */
import { type Expression, expression } from '../../core/define.ts'
import type { Json, JsonObject } from '../../model/resource.ts'
import type { Derive } from '../../model/watched.ts'
import { objectsIn, priceText } from '../codecs/basket.ts'
import { items } from '../codecs/items.ts'
import { localized } from '../codecs/localized.ts'
import type { Told, Words } from './words.ts'

export type ActivityOptions = {
  /** By message type. */
  readonly told: Readonly<Record<string, Told>>
  /** What is older makes no Task any more. */
  readonly historyMs: number
  /** The language where the record's own is missing. */
  readonly language: string
}

/** As many lines of a list as a Task's text holds in any org; Salesforce keeps 32,000 characters. */
const mostLines = 200

type Said = { readonly at: string; readonly ms: number; readonly message: JsonObject; readonly id: string }
type Ready = Omit<Told, 'subject' | 'text'> & { readonly subject: Template; readonly text: Template }
type Template = (locale: Json, view: JsonObject) => string | null

/** Takes the words of the record's language, and fills them in. */
function template(words: Words | undefined, language: string): Template {
  if (words === undefined) return () => null
  const byLanguage: Readonly<Record<string, string>> = typeof words === 'string' ? { [language]: words } : words
  const made = new Map<string, Expression>(
    Object.values(byLanguage).map(one => [one, /[{}]/.test(one) ? expression(one) : () => one]),
  )
  const choose = localized({ locale: 'locale', default: language })
  return (locale, view) => {
    const chosen = choose.toCrm(byLanguage, { get: () => locale, field: null })
    const text = chosen.is === 'value' && typeof chosen.value === 'string' ? chosen.value : null
    const filled = text === null ? null : made.get(text)?.(view)
    return typeof filled === 'string' ? filled : null
  }
}

function saidIn(body: JsonObject, types: ReadonlySet<string>, sinceMs: number): readonly Said[] {
  return objectsIn(body.messages).flatMap(message => {
    const { id, type, createdAt } = message
    if (typeof id !== 'string' || typeof type !== 'string' || typeof createdAt !== 'string') return []
    const ms = Date.parse(createdAt)
    return types.has(type) && ms >= sinceMs ? [{ at: createdAt, ms, message, id }] : []
  })
}

/** Messages of one type in fixed windows, by the time at which they were made, whenever they arrive. */
function windows(said: readonly Said[], coalesceMs: number): ReadonlyMap<string, readonly Said[]> {
  const byWindow = Map.groupBy(said, ({ ms, message }) => `${message.type}-${Math.floor(ms / coalesceMs) * coalesceMs}`)
  return new Map(
    [...byWindow].map(([id, some]) => [id, some.toSorted((a, b) => a.ms - b.ms || (a.id < b.id ? -1 : 1))] as const),
  )
}

function listText(lines: readonly string[]): string {
  const shown = lines.slice(0, mostLines)
  const rest = lines.length - shown.length
  return [...shown, ...(rest > 0 ? [`… ${rest} more`] : [])].join('\n')
}

export function activities({ told, historyMs, language }: ActivityOptions): Derive {
  const ready = new Map<string, Ready>(
    Object.entries(told).map(([type, { subject, text, ...rest }]) => [
      type,
      { ...rest, subject: template(subject, language), text: template(text, language) },
    ]),
  )
  const types = new Set(ready.keys())
  const lines = items({ language })
  return (body, { now }) => {
    const said = saidIn(body, types, Date.parse(now) - historyMs)
    if (said.length === 0) return { activities: [] }
    const locale = body.locale ?? null
    const coded = lines.toCrm(null, { get: path => body[path] ?? null, field: null })
    const view: JsonObject = {
      ...body,
      number: body.orderNumber ?? body.purchaseOrderNumber ?? body.key ?? body.id ?? null,
      total: priceText(body.totalPrice),
      lines: coded.is === 'value' ? coded.value : null,
    }
    const activity = (id: string, some: readonly Said[], { subject, text }: Ready): JsonObject => {
      const [first] = some
      const seen = (one: Said): JsonObject => ({ ...view, message: one.message })
      const lead = first === undefined ? view : seen(first)
      const texts = some.map(one => ({ at: one.at, text: text(locale, seen(one)) }))
      const isList = some.length > 1
      const name = subject(locale, lead) ?? String(first?.message.type ?? '')
      return {
        id,
        type: first?.message.type ?? null,
        at: some.at(-1)?.at ?? null,
        subject: isList ? `${name} (${some.length})` : name,
        text: isList
          ? listText(texts.map(one => `${one.at.slice(0, 19).replace('T', ' ')} ${one.text ?? ''}`.trim()))
          : (texts[0]?.text ?? null),
      }
    }
    const byType = Map.groupBy(said, ({ message }) => String(message.type))
    return {
      activities: [...byType].flatMap(([type, some]) => {
        const how = ready.get(type)
        if (how === undefined) return []
        if (how.coalesceMs === undefined) return some.map(one => activity(one.id, [one], how))
        return [...windows(some, how.coalesceMs)].map(([id, ones]) => activity(id, ones, how))
      }),
    }
  }
}
