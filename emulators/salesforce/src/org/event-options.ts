// Whether what an org file says of events has the shape that is read later: what its names mean is looked at with the schema.

import type { OrgOptions } from './options.ts'

type Shape = Record<string, (value: unknown) => boolean>

const isText = (value: unknown): boolean => typeof value === 'string' && value !== ''
const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every(isText)
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const oneOf =
  (...words: unknown[]) =>
  (value: unknown): boolean =>
    words.includes(value)
const listOf =
  (shape: Shape) =>
  (value: unknown): boolean =>
    Array.isArray(value) && value.every(entry => isObject(entry) && wrongIn(entry, shape) === null)

const MEMBER: Shape = { 'event!': isText, enrichedFields: isTexts, filter: isText }
const SHAPES: { [name in 'platformEvents' | 'channels' | 'managedSubscriptions']: Shape } = {
  platformEvents: { 'name!': isText, fields: value => isObject(value) && Object.values(value).every(isText) },
  channels: { 'name!': isText, type: oneOf('data', 'event'), members: listOf(MEMBER) },
  managedSubscriptions: {
    'developerName!': isText,
    'topicName!': isText,
    defaultReplay: oneOf('LATEST', 'EARLIEST'),
    errorRecoveryReplay: oneOf('LATEST', 'EARLIEST'),
    state: oneOf('RUN', 'STOP'),
  },
}

/** What is wrong with the parts of an org file that tell of events. */
export function eventProblems(org: OrgOptions): string[] {
  return Object.entries(SHAPES).flatMap(([name, shape]) => {
    const given: unknown = org[name as keyof typeof SHAPES]
    return (Array.isArray(given) ? given : []).flatMap((entry: unknown, at) => {
      const wrong = isObject(entry) ? wrongIn(entry, shape) : 'it is no object'
      return wrong === null ? [] : [`"${name}"[${at}] cannot be read: ${wrong}`]
    })
  })
}

function wrongIn(entry: Record<string, unknown>, shape: Shape): string | null {
  for (const [key, fits] of Object.entries(shape)) {
    const name = key.replace('!', '')
    const value = entry[name]
    if (value === undefined ? key.endsWith('!') : !fits(value)) return `"${name}" is missing or not what it must be`
  }
  const stranger = Object.keys(entry).find(name => !(name in shape) && !(`${name}!` in shape))
  return stranger === undefined ? null : `"${stranger}" is unknown`
}
