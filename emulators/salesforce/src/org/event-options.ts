// Whether what an org file says of events has the shape that is read later: what its names mean is looked at with the schema.

/** Says what is wrong with a value at a place; null when nothing is. */
type Check = (value: unknown, place: string) => string | null
type Shape = Record<string, { is: Check; needed?: true }>

const must = (fits: (value: unknown) => boolean, what: string): Check => {
  return (value, place) => (fits(value) ? null : `${place} must be ${what}`)
}
const isText = (value: unknown): boolean => typeof value === 'string' && value !== ''
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const text = must(isText, 'a text')
const texts = must(value => Array.isArray(value) && value.every(isText), 'a list of texts')
const textByName = must(value => isObject(value) && Object.values(value).every(isText), 'an object of texts')
const oneOf = (...words: string[]): Check => must(value => words.includes(String(value)), words.join(' or '))
const listOf =
  (shape: Shape): Check =>
  (value, place) => {
    if (!Array.isArray(value)) return `${place} must be a list`
    return value.reduce<string | null>((wrong, entry, at) => wrong ?? inShape(shape, entry, `${place}[${at}]`), null)
  }

function inShape(shape: Shape, entry: unknown, place: string): string | null {
  if (!isObject(entry)) return `${place} must be an object`
  for (const [name, { is, needed }] of Object.entries(shape)) {
    const value = entry[name]
    const wrong = value === undefined ? (needed ? `${place} has no "${name}"` : null) : is(value, `${place}.${name}`)
    if (wrong !== null) return wrong
  }
  const stranger = Object.keys(entry).find(name => !Object.hasOwn(shape, name))
  const known = Object.keys(shape).join(', ')
  return stranger === undefined ? null : `${place}.${stranger} is unknown (known: ${known})`
}

const PRESET = { is: oneOf('LATEST', 'EARLIEST') }
const MEMBER: Shape = { event: { is: text, needed: true }, enrichedFields: { is: texts }, filter: { is: text } }
const SHAPES = {
  platformEvents: { name: { is: text, needed: true }, fields: { is: textByName } },
  channels: { name: { is: text, needed: true }, type: { is: oneOf('data', 'event') }, members: { is: listOf(MEMBER) } },
  managedSubscriptions: {
    developerName: { is: text, needed: true },
    topicName: { is: text, needed: true },
    defaultReplay: PRESET,
    errorRecoveryReplay: PRESET,
    state: { is: oneOf('RUN', 'STOP') },
  },
} satisfies Record<string, Shape>

/** What is wrong with the parts of an org file that tell of events; that they are lists is checked with the others. */
export function eventProblems(org: { [name in keyof typeof SHAPES]: readonly unknown[] }): string[] {
  return Object.entries(SHAPES).flatMap(([name, shape]: [string, Shape]) => {
    const given = org[name as keyof typeof SHAPES]
    return Array.isArray(given) ? (listOf(shape)(given, name) ?? []) : []
  })
}
