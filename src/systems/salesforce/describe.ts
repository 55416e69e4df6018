/** What the org says of its objects, asked once and kept: describes are large and change with deployments only. */
import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import type { FieldSchema, ObjectSchema, PriceBook, Schema } from '../../model/mapping.ts'
import { RemoteFailure } from '../../model/outcome.ts'
import type { CallContext } from '../../model/ports.ts'
import type { Client } from './client.ts'
import { composite, mostSubs } from './composite.ts'
import { type Answer, callFailure } from './failure.ts'
import { inTurn } from './inTurn.ts'
import { ask as query } from './query.ts'

const fieldForm = z.object({
  name: z.string(),
  label: z.string().catch(''),
  type: z.string(),
  length: z.number().catch(0),
  precision: z.number().catch(0),
  scale: z.number().catch(0),
  nillable: z.boolean(),
  defaultedOnCreate: z.boolean().catch(false),
  createable: z.boolean(),
  updateable: z.boolean(),
  unique: z.boolean().catch(false),
  externalId: z.boolean().catch(false),
  filterable: z.boolean().catch(true),
  restrictedPicklist: z.boolean().catch(false),
  picklistValues: z
    .array(z.object({ active: z.boolean(), value: z.string(), validFor: z.string().nullish() }))
    .catch([]),
  controllerName: z.string().nullish(),
  referenceTo: z.array(z.string()).catch([]),
})
const recordTypeForm = z.object({
  active: z.boolean().catch(true),
  available: z.boolean(),
  developerName: z.string().catch(''),
  master: z.boolean(),
  recordTypeId: z.string(),
})
const objectForm = z.object({
  name: z.string(),
  createable: z.boolean(),
  updateable: z.boolean(),
  fields: z.array(fieldForm),
  childRelationships: z.array(z.object({ relationshipName: z.string().nullish() })).optional(),
  recordTypeInfos: z.array(recordTypeForm).catch([]),
})

export type Describe = {
  schema(objects: readonly string[], options: { readonly refresh: boolean }, context: CallContext): Promise<Schema>
  /** What is known of an object without asking. */
  known(object: string): ObjectSchema | undefined
}

const atOnce = 4

export function describe(client: Client): Describe {
  /** Null for an object that does not exist for us. */
  const seen = new Map<string, ObjectSchema | null>()
  // The same answer for the same question until the org says something else: callers keep what they derive from it.
  const made = new Map<string, Schema>()
  return {
    known: object => seen.get(object) ?? undefined,
    async schema(objects, { refresh }, context) {
      context.signal.throwIfAborted()
      const names = [...new Set(objects)].sort()
      const wanted = refresh ? names : names.filter(name => !seen.has(name))
      if (wanted.length > 0) {
        const found = await ask(client, wanted, context)
        const books = found[wanted.indexOf('Pricebook2')]
        if (books) found[wanted.indexOf('Pricebook2')] = { ...books, priceBooks: await priceBooks(client, context) }
        const news = wanted
          .map((name, at) => [name, found[at] ?? null] as const)
          .filter(([name, object]) => !isDeepStrictEqual(seen.get(name), object))
        for (const [name, object] of news) seen.set(name, object)
        if (news.length > 0) made.clear()
      }
      const key = names.join()
      const schema = made.get(key) ?? new Map(names.flatMap(name => entry(name, seen.get(name))))
      made.set(key, schema)
      return schema
    },
  }
}

const entry = (name: string, object: ObjectSchema | null | undefined): [string, ObjectSchema][] =>
  object ? [[name, object]] : []

async function ask(client: Client, names: readonly string[], context: CallContext): Promise<(ObjectSchema | null)[]> {
  const urls = names.map(name => `${client.root}/sobjects/${encodeURIComponent(name)}/describe`)
  const groups: string[][] = []
  for (let at = 0; at < urls.length; at += mostSubs) groups.push(urls.slice(at, at + mostSubs))
  const answers = await inTurn(groups, atOnce, group =>
    composite(
      client,
      group.map(url => ({ method: 'GET', url })),
      'read',
      context,
    ),
  )
  return answers.flat().map(read)
}

function read(answer: Answer | null): ObjectSchema | null {
  if (answer?.status === 404) return null
  const object = objectForm.safeParse(answer?.json)
  if (answer?.status !== 200 || !object.success)
    throw new RemoteFailure(callFailure(answer ?? { status: 200, json: undefined }, 'read'))
  const { name, createable, updateable, fields, recordTypeInfos, childRelationships } = object.data
  return {
    name,
    createable,
    updateable,
    fields: new Map(fields.map(field => [field.name, fieldOf(field, fields)])),
    ...(childRelationships && {
      relationships: new Set(childRelationships.flatMap(one => one.relationshipName ?? [])),
    }),
    recordTypes: recordTypeInfos
      .filter(one => one.active && one.available && !one.master)
      .map(({ recordTypeId: id, developerName }) => ({ id, developerName })),
  }
}

type Field = z.infer<typeof fieldForm>

function fieldOf(
  { restrictedPicklist, picklistValues, controllerName, ...field }: Field,
  all: readonly Field[],
): FieldSchema {
  const values = picklistValues.filter(one => one.active).map(one => one.value)
  const controller = all.find(one => one.name === controllerName)
  return {
    ...field,
    label: field.label || field.name,
    restricted: restrictedPicklist,
    values,
    ...(field.type === 'currency' && all.some(one => one.name === 'CurrencyIsoCode') && { inCurrency: true }),
    ...(controller && { depends: { on: controller.name, values: dependent(picklistValues, controller) } }),
  }
}

/**
 * `validFor` of a dependent value is a base64 bit map over the controlling field's values, in their order, the first in
 * the highest bit. Source: SOAP API Developer Guide, describeSObjects, PicklistEntry.
 */
function dependent(values: Field['picklistValues'], controller: Field): ReadonlyMap<string, ReadonlySet<string>> {
  const bits = values.map(({ value, active, validFor }) => ({
    value,
    active,
    map: Buffer.from(validFor ?? '', 'base64'),
  }))
  return new Map(
    controller.picklistValues.map(({ value: of }, at) => {
      const fits = bits.filter(({ active, map }) => active && ((map[at >> 3] ?? 0) & (0x80 >> (at & 7))) !== 0)
      return [of, new Set(fits.map(one => one.value))]
    }),
  )
}

const bookForm = z.looseObject({ Id: z.string(), Name: z.string(), IsStandard: z.boolean() })

/** A handful in any org, and the only records that mappings know by name. */
async function priceBooks(client: Client, context: CallContext): Promise<readonly PriceBook[]> {
  const names = ['Id', 'Name', 'IsStandard', 'SystemModstamp', 'LastModifiedDate']
  const text = encodeURIComponent(`SELECT ${names.join(',')} FROM Pricebook2 ORDER BY Name LIMIT 2000`)
  const [rows = []] = await query(client, [{ resource: 'query', text, names }], context)
  return rows.map(row => {
    const { Id: id, Name: name, IsStandard: isStandard } = bookForm.parse(row)
    return { id, name, isStandard }
  })
}
