import { expect, it } from 'vitest'
import { elements, isRoleOf, partNameOf } from './elements.ts'

const part = { role: 'line', object: 'O', match: [], fields: [], links: [], defaults: {} }
const ofList = elements({ ...part, each: { of: 'order.lines', id: 'sku', whenGone: 'delete' } })

it('is one for each element that has an id of its own, and sees the element and the whole', () => {
  const body = { order: { lines: [{ sku: 'a', n: 1 }, { sku: 7 }, { sku: 'a', n: 2 }, { n: 3 }, null, 'x'] } }
  expect(ofList(body)).toEqual([
    { role: 'line/a', id: 'a', body: { sku: 'a', n: 1, whole: body } },
    { role: 'line/7', id: '7', body: { sku: 7, whole: body } },
  ])
})

it.each([{}, { order: null }, { order: { lines: 'many' } }, { order: { lines: [] } }])('is none of %j', body => {
  expect(ofList(body)).toEqual([])
})

it('is one of a part without a list', () => {
  expect(elements(part)({ a: 1 })).toEqual([{ role: 'line', id: null, body: { a: 1 } }])
})

it('tells whose role it is', () => {
  expect(['line', 'line/a', 'line/a/b'].map(partNameOf)).toEqual(['line', 'line', 'line'])
  const listed = { ...part, each: { of: 'lines', id: 'id', whenGone: 'unlink' } } as const
  expect(['line', 'line/a', 'lines/a'].map(role => isRoleOf(listed, role))).toEqual([false, true, false])
  expect(['line', 'line/a'].map(role => isRoleOf(part, role))).toEqual([true, false])
})
