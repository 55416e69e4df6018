/** What quote requests, staged quotes and quotes have in common: workflow states, Custom Fields, customers, deletion. */
import type { Quote, QuoteRequest, StagedQuote } from '../model/b2b.ts'
import type { Act, CustomFields } from '../model/entities.ts'
import { concurrentModification, invalidField, referenceExists } from '../model/errors.ts'
import { integer, type JsonObject, sameJson, text } from '../model/json.ts'
import { given, withValue } from '../model/rows.ts'
import { customOf } from '../resources/custom.ts'
import { setField, setType } from '../resources/customActions.ts'
import { customer } from '../resources/references.ts'
import { transitioned } from '../resources/states.ts'
import type { Action, Actions } from '../resources/update.ts'
import type { Project } from '../store/project.ts'
import type { World } from '../store/world.ts'

type Negotiated = QuoteRequest | StagedQuote | Quote
export type Word = 'QuoteRequest' | 'StagedQuote' | 'Quote'

/** The version of what a draft is made from must be the present one. */
export function checkVersionOf(row: { id: string; version: number }, draft: JsonObject, field: string) {
  const version = integer(draft, field)
  if (version !== row.version) throw concurrentModification(row.id, version, row.version)
}

/** Custom Fields of a draft lie over those of what it is made from. */
export function inheritedCustom(
  project: Project,
  draft: JsonObject,
  from: CustomFields | undefined,
  typeId: string,
): CustomFields | undefined {
  const own = customOf(project, draft.custom, typeId)
  if (!own || own.type.id !== from?.type.id) return own ?? from
  return { ...own, fields: { ...from.fields, ...own.fields } }
}

export function oneOf<T extends string>(action: JsonObject, field: string, allowed: readonly T[]): T {
  const value = text(action, field)
  const found = allowed.find(each => each === value)
  if (found === undefined) throw invalidField(field, value, [...allowed])
  return found
}

/** The predefined state; the message names the old one too. */
export const changeState =
  <T extends Negotiated, S extends string>(
    word: Word,
    field: keyof T & string,
    allowed: readonly S[],
    check: (from: T, to: S) => void = () => undefined,
  ): Action<T> =>
  (row, action) => {
    const next = oneOf(action, field, allowed)
    const old = row[field]
    if (next === old) return null
    check(row, next)
    const told = { [field]: next, [`old${field.charAt(0).toUpperCase()}${field.slice(1)}`]: old }
    return { row: { ...row, [field]: next }, messages: [{ type: `${word}StateChanged`, ...told }] }
  }

/** Custom Fields of quotes change without a message. Source: Quote Messages. */
export function sharedActions<T extends Negotiated>(word: Word, typeId: string): Actions<T> {
  return {
    transitionState(row, action, { project }) {
      const made = transitioned(project, action, row.state, `${word}State`)
      if (made === null) return null
      const { state, force } = made
      return {
        row: { ...row, state },
        messages: [{ type: `${word}StateTransition`, state, ...given('oldState', row.state), force }],
      }
    },
    setCustomType(row, action, { project }) {
      const done = setType(project, row.custom, action, typeId, word)
      return done && { row: withValue<T, 'custom'>(row, 'custom', done.custom) }
    },
    setCustomField(row, action, { project }) {
      const done = setField(project, row.custom, action, word)
      return done && { row: withValue<T, 'custom'>(row, 'custom', done.custom) }
    },
  }
}

/** The group of the customer stays the one it was. Source: Quote Request and Quote, Change Customer. */
export const changeCustomer =
  <T extends QuoteRequest | Quote>(word: Word): Action<T> =>
  (row, action, { project }) => {
    const next = { typeId: 'customer', id: customer(project, action.customer).id } as const
    if (sameJson(next, row.customer)) return null
    const told = { customer: next, ...given('previousCustomer', row.customer) }
    return { row: { ...row, customer: next }, messages: [{ type: `${word}CustomerChanged`, ...told }] }
  }

const TYPE_IDS = { QuoteRequest: 'quote-request', StagedQuote: 'staged-quote', Quote: 'quote' } as const

/** What a later step of the negotiation refers to stays. */
export const removal =
  (word: Word) =>
  (world: World, project: Project, row: { id: string; version: number }, dataErasure: boolean, act: Act) => {
    const typeId = TYPE_IDS[word]
    const later: Partial<Record<'staged-quote' | 'quote' | 'order', boolean>> = {
      'staged-quote': word === 'QuoteRequest' && project.stagedQuotes.find('quoteRequest.id', row.id).length > 0,
      quote: word === 'StagedQuote' && project.quotes.find('stagedQuote.id', row.id).length > 0,
    }
    for (const [by, refers] of Object.entries(later)) if (refers) throw referenceExists(typeId, by)
    const before = {
      'quote-request': project.quoteRequests,
      'staged-quote': project.stagedQuotes,
      quote: project.quotes,
    }[typeId].get(row.id)
    const messages = [{ body: { type: `${word}Deleted` }, version: row.version }]
    world.commit({ project, typeId, act, before, messages, dataErasure })
  }
