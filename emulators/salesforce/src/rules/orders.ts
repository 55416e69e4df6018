// Orders and their lines: made as drafts, activated by their status alone, and closed to changes of their lines then.

import type { Row, Value } from '../entities.ts'
import { childrenBy, isChanged, type ObjectRule, object, rowById, type Saving } from './object-rule.ts'
import { refuse } from './refusal.ts'
import type { Actor, World } from './world.ts'

function categoryOf(world: World, status: Value | undefined): 'Draft' | 'Activated' {
  const own = world.options.orderStatuses.find(({ label }) => label === status)
  return own?.category ?? (status === 'Activated' ? 'Activated' : 'Draft')
}

const isActive = (order: Row | undefined): boolean => order?.values.StatusCode === 'Activated'

export const orderRule: ObjectRule = {
  before(saving) {
    const { world, row, values } = saving
    const category = categoryOf(world, values.Status)
    if (row === null && category === 'Activated') {
      throw refuse(
        'FAILED_ACTIVATION',
        'Choose a valid order status and save your changes. A new order must be a draft.',
        ['Status'],
      )
    }
    if (row !== null && category === 'Activated' && !isActive(row)) activate(saving, row)
    else if (
      isActive(row ?? undefined) &&
      isChanged(saving, 'AccountId') &&
      row?.values.AccountId !== values.AccountId
    ) {
      throw refuse('FIELD_INTEGRITY_EXCEPTION', 'The account of an activated order cannot be changed.: Account ID', [
        'AccountId',
      ])
    } else if (category === 'Draft') {
      delete values.ActivatedDate
      delete values.ActivatedById
    }
    if (row !== null && isChanged(saving, 'Pricebook2Id') && row.values.Pricebook2Id !== values.Pricebook2Id) {
      if (childrenBy(world, 'OrderItem', 'OrderId', row.id).length > 0) {
        throw refuse(
          'FIELD_INTEGRITY_EXCEPTION',
          'The price book of an order with order products cannot be changed.: Price Book ID',
          ['Pricebook2Id'],
        )
      }
    }
    values.StatusCode = category
    values.TotalAmount ??= 0
  },
  beforeDelete(_world, _actor, row) {
    if (isActive(row))
      throw refuse('DELETE_FAILED', 'An activated order cannot be deleted: set it to a draft status first')
  },
}

function activate(saving: Saving, row: Row): void {
  const { world, actor, changes, values } = saving
  for (const field of changes.keys()) {
    if (field.name === 'Status' || (row.values[field.name] ?? null) === (values[field.name] ?? null)) continue
    throw refuse('FAILED_ACTIVATION', 'Status is the only field that can be changed when an order is activated', [
      field.name,
    ])
  }
  if (childrenBy(world, 'OrderItem', 'OrderId', row.id).length === 0) {
    throw refuse('FAILED_ACTIVATION', 'An order must have at least one product.')
  }
  values.ActivatedDate = Math.floor(world.now() / 1000) * 1000
  values.ActivatedById = actor.userId
}

const FOREIGN_ENTRY =
  'Order Products must have a Price Book Entry that belongs to the Price Book related to the parent Order.: Price Book Entry ID'

export const orderItemRule: ObjectRule = {
  before({ world, row, values }) {
    const order = rowById(world, 'Order', values.OrderId)
    if (row === null) {
      if (isActive(order))
        throw refuse('FIELD_INTEGRITY_EXCEPTION', 'Order products cannot be added to an activated order.: Order ID', [
          'OrderId',
        ])
      const entry = rowById(world, 'PricebookEntry', values.PricebookEntryId)
      if (!entry || entry.values.Pricebook2Id !== order?.values.Pricebook2Id) {
        throw refuse('FIELD_INTEGRITY_EXCEPTION', FOREIGN_ENTRY, ['PricebookEntryId'])
      }
      if (entry.values.IsActive !== true) {
        throw refuse('FIELD_INTEGRITY_EXCEPTION', 'The price book entry is inactive.: Price Book Entry ID', [
          'PricebookEntryId',
        ])
      }
      if (entry.values.CurrencyIsoCode !== order?.values.CurrencyIsoCode) {
        throw refuse(
          'FIELD_INTEGRITY_EXCEPTION',
          'The currency of the price book entry must be that of the order.: Price Book Entry ID',
          ['PricebookEntryId'],
        )
      }
      if (entry.values.Product2Id !== undefined) values.Product2Id = entry.values.Product2Id
      values.ListPrice = entry.values.UnitPrice ?? 0
      if (entry.values.CurrencyIsoCode !== undefined) values.CurrencyIsoCode = entry.values.CurrencyIsoCode
    }
    values.TotalPrice = cents(Number(values.Quantity ?? 0) * Number(values.UnitPrice ?? 0))
  },
  after: (world, actor, row) => total(world, actor, row),
  beforeDelete(world, _actor, row) {
    if (isActive(rowById(world, 'Order', row.values.OrderId))) {
      throw refuse('DELETE_FAILED', 'Order products of an activated order cannot be deleted')
    }
  },
  afterDelete: (world, actor, row) => total(world, actor, row),
}

const cents = (amount: number): number => Math.round(amount * 100) / 100

/** The order's amount is what its lines come to. */
function total(world: World, actor: Actor, line: Row): void {
  const order = rowById(world, 'Order', line.values.OrderId)
  if (!order || order.deleted) return
  const lines = childrenBy(world, 'OrderItem', 'OrderId', order.id)
  const TotalAmount = cents(lines.reduce((sum, row) => sum + Number(row.values.TotalPrice ?? 0), 0))
  if (order.values.TotalAmount === TotalAmount) return
  world.store.change(object(world, 'Order'), order, {
    modifiedBy: actor.userId,
    values: { ...order.values, TotalAmount },
  })
}
