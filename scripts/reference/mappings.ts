/** The reference of the mappings, from the mappings as they ship. */
import { mappings } from '../../src/mappings/index.ts'
import type {
  Each,
  FallbackRule,
  FieldRule,
  LinkRule,
  Mapping,
  MappingPart,
  MatchRule,
} from '../../src/model/mapping.ts'
import { code, table } from './markdown.ts'

const intro = `# Mappings

What maps to what, who is right about each field, and how an unlinked record finds its counterpart, as shipped;
\`sync.config.ts\` changes it. The words: [the merge](../3-merge.md).`

function conditionsOf({ when, agree, corroborate }: FallbackRule): string {
  const certain = [
    ...(when === undefined ? [] : [code(when)]),
    ...(agree ?? []).map(field => `the same ${code(field)}`),
  ]
  return [
    certain.length === 0 ? '' : `, certain with ${certain.join(' or ')}`,
    corroborate === undefined ? '' : `, unless ${corroborate.map(code).join(' or ')} says otherwise`,
  ].join('')
}

const matchOf = (rule: MatchRule): string =>
  rule.by === 'external-id'
    ? `the external ID ${code(rule.crm)}${rule.commerce === 'key' ? '' : ` equal to ${code(rule.commerce)}`}`
    : `${code(rule.crm)} equal to ${code(rule.commerce)}${conditionsOf(rule)}`

const notesOf = (rule: FieldRule): string =>
  [
    rule.codec?.doc,
    rule.required ? 'Required.' : undefined,
    rule.fallback === undefined ? undefined : `Made from ${code(rule.fallback)} at creation when empty.`,
    rule.personal === false ? 'Not personal.' : undefined,
    rule.orElse === undefined ? undefined : `In an org without it: ${code(rule.orElse)}.`,
  ]
    .filter(note => note !== undefined)
    .join(' ')

const waitOf = ({ required, patient }: LinkRule): string =>
  required ? 'it waits for it' : patient ? 'it waits for it as long as it may still come' : 'it does not wait for it'

const listOf = ({ of, id, whenGone }: Each): string =>
  `One record for each element of ${code(of)}, told apart by ${code(id)}: paths begin at the element, and the whole record is ${code('whole')}. ${
    whenGone === 'delete'
      ? 'The record of an element that is no longer there is deleted.'
      : 'The record of an element that is no longer there is left, and unlinked.'
  }`

function partOf({ role, each, object, match, fields, links, defaults }: MappingPart): string {
  return [
    `### ${role}: ${object}`,
    ...(each === undefined ? [] : [listOf(each)]),
    `Found by ${match.map(matchOf).join(', then by ')}.`,
    table(
      [object, 'commercetools', 'owner', ''],
      fields.map(rule => [code(rule.crm), code(rule.commerce), rule.owner, notesOf(rule)]),
    ),
    ...links.map(
      link => `${code(link.crm)} points at the ${link.role} of ${link.mapping} (${link.owner}; ${waitOf(link)}).`,
    ),
    ...Object.entries(defaults).map(([field, value]) =>
      typeof value === 'object' && value !== null
        ? `${code(field)} is the ${'recordType' in value ? `record type ${code(value.recordType)}` : `price book ${code(value.priceBook)}`} at creation.`
        : `${code(field)} is ${code(String(value))} at creation.`,
    ),
  ].join('\n\n')
}

function fromOf({ commerce, appearsIn }: Mapping): string {
  if (appearsIn === undefined) return code(commerce)
  const { in: where, unless, email } = appearsIn
  return `${code(commerce)}: whoever an ${code(where)} without ${code(unless)} shows by ${code(email)}`
}

const section = (mapping: Mapping, form = ''): string =>
  [
    `## ${mapping.name}${form}`,
    mapping.doc,
    table(
      ['', ''],
      [
        ['from', fromOf(mapping)],
        ['to', mapping.parts.map(part => code(part.object)).join(', ')],
        ['our key', code(mapping.keyField)],
        ['taking part', mapping.when ? `records with ${code(mapping.when)}` : 'all'],
        ['made by', mapping.creates],
        ...(mapping.takesOver === undefined
          ? []
          : [['takes over', `records of ${mapping.takesOver.mapping} with the same ${code(mapping.takesOver.email)}`]]),
        ['when deleted in commercetools', mapping.deletion],
        ['when the person is to be erased', mapping.erasure ?? 'anonymise'],
        ['read again when these change', mapping.touchedBy.map(({ type }) => code(type)).join(', ') || 'nothing else'],
      ],
    ),
    ...mapping.parts.map(partOf),
  ].join('\n\n')

/** Mappings that have another form when `people` is set, each in that form. */
const asPersonAccounts = (): readonly Mapping[] =>
  mappings({ people: 'person-account' }).filter(({ name }) => name === 'customer-person')

/** Customers with what they bought in all. */
const withRollUps = (): readonly Mapping[] =>
  mappings({ rollUps: 'person-and-account', carts: 'custom-object' }).filter(({ name }) => name === 'customer-person')

/** Orders and what their lines need, in Salesforce's own objects. */
const asOwnOrders = (): readonly Mapping[] =>
  mappings({ orders: 'order' }).filter(({ name }) => /^(order|product)-/.test(name))

export const mappingsPage = (): string =>
  [
    intro,
    ...mappings({ orders: 'custom-object', carts: 'custom-object', quotes: 'opportunity', activity: 'task' }).map(
      mapping => section(mapping),
    ),
    ...asOwnOrders().map(mapping => section(mapping, " with `orders: 'order'`")),
    ...withRollUps().map(mapping => section(mapping, " with `rollUps: 'person-and-account'`")),
    ...asPersonAccounts().map(mapping => section(mapping, " with `people: 'person-account'`")),
  ].join('\n\n')
