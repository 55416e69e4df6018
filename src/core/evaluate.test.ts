/** The expression language by example. */
import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../model/resource.ts'
import { evaluate } from './evaluate.ts'

const ada: JsonObject = {
  email: 'ada@example.com',
  firstName: 'Ada',
  lastName: '  ',
  title: null,
  count: 0,
  isEmailVerified: false,
  tags: [],
  stores: [{ key: 'berlin' }],
  defaultBillingAddressId: 'b2',
  addresses: [
    { id: 'b1', city: 'London' },
    { id: 'b2', city: 'Turin', street: 'Via Roma', floor: 'Scala B' },
  ],
}

test.each([
  ['firstName', 'Ada'],
  ['lastName', null],
  ['title', null],
  ['tags', null],
  ['unknown.deep.path', null],
  ['firstName.length', null],
  ['constructor', null],
  ['__proto__', null],
  ['count', 0],
  ['isEmailVerified', false],
  ['stores[0].key', 'berlin'],
  ['stores[1].key', null],
  ['addresses[@defaultBillingAddressId].city', 'Turin'],
  ['addresses[@defaultShippingAddressId].city', null],
  ['email|local', 'ada'],
  ['stores|local', null],
  ['{firstName} {lastName}', 'Ada'],
  ['{title} {lastName}', null],
  ['{firstName} has {count}', 'Ada has 0'],
  ['{addresses[@defaultBillingAddressId].street}\n{addresses[@defaultBillingAddressId].floor}', 'Via Roma\nScala B'],
  ['{addresses[0].street}\n{addresses[0].city}', 'London'],
  ['lastName ?? title ?? email|local', 'ada'],
  ['lastName ?? {title} ?? firstName', 'Ada'],
  ['isEmailVerified ?? firstName', false],
])('%j is %j', (expression, value) => {
  expect(evaluate(expression)(ada)).toEqual(value)
})

describe('a faulty expression is refused when the mapping is read, with its faulty piece', () => {
  test.each([
    ['', "''"],
    ['first name', "'first name'"],
    ['a..b', "''"],
    ['a[b]', "'a[b]'"],
    ['a??b', "'a??b'"],
    ['email|domain', "'|domain'"],
    ['email|local|local', "'|local|local'"],
    ['{firstName', 'brace'],
    ['firstName}', 'brace'],
    ['{}', "''"],
    ['lastName ?? ', "''"],
  ])('%j', (expression, piece) => {
    expect(() => evaluate(expression)).toThrow(RangeError)
    expect(() => evaluate(expression)).toThrow(piece)
  })
})
