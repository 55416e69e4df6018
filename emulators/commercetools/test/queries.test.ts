/** Predicates, sorting and paging: the language of `where`, on rows that a table keeps. */
import { describe, expect, test } from 'vitest'
import type { Resource } from '../src/model/entities.ts'
import type { ApiError } from '../src/model/errors.ts'
import { random } from '../src/model/random.ts'
import { page, type Query } from '../src/query/page.ts'
import { sorted } from '../src/store/sorted.ts'
import { table } from '../src/store/table.ts'

type Row = Resource & { [name: string]: unknown }

const by = { clientId: 'c', isPlatformClient: false } as const
const row = (id: string, rest: Record<string, unknown> = {}, second = 0): Row => {
  const at = new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString()
  return {
    id,
    version: 1,
    createdAt: at,
    lastModifiedAt: at,
    createdBy: by,
    lastModifiedBy: by,
    sequence: 0,
    email: `${id}@x.de`,
    ...rest,
  }
}

function customers(...rows: Row[]) {
  const made = table<Row>({ key: each => [each.key], lowercaseEmail: each => [String(each.email).toLowerCase()] })
  for (const each of rows) made.put(each)
  return made
}

const people = customers(
  row('a', { firstName: 'Ana', addresses: [{ country: 'DE', city: 'Köln' }], stores: [], isEmailVerified: true }, 3),
  row(
    'b',
    {
      firstName: 'Bo',
      addresses: [{ country: 'US' }, { country: 'DE', state: 'NY' }],
      stores: [{ key: 's' }],
      key: 'kb',
    },
    1,
  ),
  row(
    'c',
    {
      lastName: 'C "quoted"',
      shippingAddressIds: ['x', 'y'],
      custom: { type: { typeId: 'type', id: 't' }, fields: { 'my-field': 'v', n: 5 } },
    },
    2,
  ),
)
const ids = (where: string, more: Query = {}) =>
  page(people, 'customers', { where, ...more })
    .results.map(each => each.id)
    .join('')
const complaint = (query: Query) => {
  try {
    page(people, 'customers', query)
    return 'none'
  } catch (error) {
    return (error as ApiError).message
  }
}

describe('a predicate', () => {
  test.each([
    ['firstName = "Ana"', 'a'],
    ['firstName != "Ana"', 'bc'],
    ['firstName <> "Ana" and firstName is defined', 'b'],
    ['firstName is not defined', 'c'],
    ['firstName in ("Ana", "Bo")', 'ab'],
    ['firstName not in ("Ana")', 'bc'],
    ['not(firstName = "Ana" or key = "kb")', 'c'],
    ['firstName = "Ana" or firstName = "Bo" and key = "nobody"', 'a'],
    ['(firstName = "Ana" or firstName = "Bo") and key = "kb"', 'b'],
    ['addresses(country = "DE")', 'ab'],
    ['addresses(country = "US" and state = "NY")', ''],
    ['addresses(country = "US") and addresses(state = "NY")', 'b'],
    ['stores(key = "s")', 'b'],
    ['stores is empty', 'ac'],
    ['stores is not empty', 'b'],
    ['isEmailVerified = true', 'a'],
    ['lastName = "C \\"quoted\\""', 'c'],
    ['custom(fields(my-field = "v"))', 'c'],
    ['custom(fields(`my-field` = "v" and n >= 5))', 'c'],
    ['custom(type(id = "t"))', 'c'],
    ['shippingAddressIds contains any ("y", "z")', 'c'],
    ['shippingAddressIds contains all ("y", "z")', ''],
    ['version > 0 and version < 2', 'abc'],
    ['lastModifiedAt > "2026-01-01T00:00:01Z"', 'ac'],
    ['lastModifiedAt >= "2026-01-01T02:00:01+02:00" and lastModifiedAt < "2026-01-01T00:00:03.000Z"', 'bc'],
    ['createdAt = "2026-01-01T00:00:02Z"', 'c'],
    ['id in ("c", "a", "c", "nobody")', 'ac'],
    ['lowercaseEmail in ("b@x.de")', 'b'],
    ['email = "B@x.de"', ''],
    ['lastModifiedBy(clientId = "c")', 'abc'],
    ['id > "a" and id <= "c"', 'bc'],
  ])('%s', (where, expected) => {
    expect(ids(where)).toBe(expected)
  })

  test('takes variables, single and many', () => {
    expect(ids('firstName = :name', { 'var.name': 'Bo' })).toBe('b')
    expect(ids('firstName in :names', { 'var.names': ['Bo', 'Ana'] })).toBe('ab')
    expect(ids('firstName in (:names, "x")', { 'var.names': ['Bo', 'Ana'] })).toBe('ab')
    expect(complaint({ where: 'firstName = :name' })).toContain("Missing value for input variable 'name'")
  })

  test('holds with the others that are given', () => {
    expect(
      page(people, 'customers', { where: ['addresses(country="DE")', 'key is defined'] }).results.map(each => each.id),
    ).toEqual(['b'])
  })

  test.each([
    ['limit = 5', "Malformed parameter: where: The field 'limit' does not exist."],
    ['addresses(planet = "Mars")', "The field 'planet' does not exist."],
    [
      'id in ()',
      "Syntax error while parsing 'where'. Invalid input ')', expected StringLiteral, NumberLiteral, boolean or inputParam (line 1, column 8)",
    ],
    ['firstName = ', 'Unexpected end of input'],
    ['firstName "x"', 'Invalid input'],
    ['firstName = "x" firstName', 'Invalid input'],
    ['firstName = "x', 'Unexpected end of input'],
    ['lastModifiedAt > "yesterday"', 'is not a date and time'],
  ])('%s is refused', (where, message) => {
    expect(complaint({ where })).toContain(message)
  })
})

describe('a page', () => {
  test('is sorted by several fields, absent values first', () => {
    const sort = (...by: string[]) =>
      page(people, 'customers', { sort: by })
        .results.map(each => each.id)
        .join('')
    expect(sort('lastModifiedAt asc', 'id asc')).toBe('bca')
    expect(sort('lastModifiedAt desc')).toBe('acb')
    expect(sort('id desc')).toBe('cba')
    expect(sort('firstName asc')).toBe('cab')
    expect(sort('stores.key desc', 'id desc')).toBe('bca')
  })

  test('has limits', () => {
    expect(page(people, 'customers', { limit: '1', offset: '1' })).toMatchObject({
      limit: 1,
      offset: 1,
      count: 1,
      total: 3,
    })
    expect(page(people, 'customers', { withTotal: 'false' })).not.toHaveProperty('total')
    expect(page(people, 'customers', { where: 'addresses(country="DE")', limit: '1' }).total).toBe(2)
    expect(complaint({ limit: '501' })).toContain('Malformed parameter: limit')
    expect(complaint({ offset: '10001' })).toContain('Malformed parameter: offset')
    expect(complaint({ sort: 'nothing asc' })).toContain('Malformed parameter: sort')
  })
})

describe('an ordered scan', () => {
  test('finds the same rows as a full one, whatever the bounds', () => {
    const dice = random(7)
    const rows = Array.from({ length: 3_000 }, () =>
      row(dice.uuid(), { key: dice.chance(0.5) ? `k${dice.int(9)}` : undefined }, dice.int(40)),
    )
    const many = customers(...rows)
    for (let n = 0; n < 200; n += 1) {
      const from = dice.pick(rows)
      const to = dice.pick(rows).lastModifiedAt
      const where = `(lastModifiedAt > "${from.lastModifiedAt}" or (lastModifiedAt = "${from.lastModifiedAt}" and id > "${from.id}")) and lastModifiedAt <= "${to}"`
      const found = page(many, 'customers', { where, sort: ['lastModifiedAt asc', 'id asc'], limit: '500' })
      const expected = rows
        .filter(
          each =>
            (each.lastModifiedAt > from.lastModifiedAt ||
              (each.lastModifiedAt === from.lastModifiedAt && each.id > from.id)) &&
            each.lastModifiedAt <= to,
        )
        .toSorted((a, b) => (a.lastModifiedAt + a.id < b.lastModifiedAt + b.id ? -1 : 1))
      expect(found.results.map(each => each.id)).toEqual(expected.slice(0, 500).map(each => each.id))
      expect(found.total).toBe(expected.length)
    }
  })

  test('survives random inserts and removals', () => {
    const dice = random(8)
    const list = sorted<number>((a, b) => a - b)
    const model = new Set<number>()
    for (let n = 0; n < 20_000; n += 1) {
      const value = dice.int(5_000)
      if (model.has(value)) {
        list.remove(value)
        model.delete(value)
      } else {
        list.insert(value)
        model.add(value)
      }
    }
    const expected = [...model].sort((a, b) => a - b)
    expect([...list.from()]).toEqual(expected)
    expect([...list.backwards()]).toEqual(expected.toReversed())
    expect([...list.from(each => each < 2_500)]).toEqual(expected.filter(each => each >= 2_500))
    expect(list.size()).toBe(model.size)
  })
})
