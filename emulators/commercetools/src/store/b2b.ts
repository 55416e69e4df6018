/** The tables of business customers, each with the indexes that queries and references may use. */
import type { AssociateRole, BusinessUnit, Quote, QuoteRequest, StagedQuote } from '../model/b2b.ts'
import { type Table, table } from './table.ts'

export type B2bTables = {
  associateRoles: Table<AssociateRole>
  businessUnits: Table<BusinessUnit>
  quoteRequests: Table<QuoteRequest>
  stagedQuotes: Table<StagedQuote>
  quotes: Table<Quote>
}

export const b2bTables = (): B2bTables => ({
  associateRoles: table({ key: row => [row.key] }),
  businessUnits: table({
    key: row => [row.key],
    'parentUnit.key': row => [row.parentUnit?.key],
    'topLevelUnit.key': row => [row.topLevelUnit.key],
    'stores.key': row => (row.stores ?? []).map(each => each.key),
    associate: row => row.associates.map(each => each.customer.id),
    role: row => row.associates.flatMap(each => each.associateRoleAssignments.map(role => role.associateRole.key)),
    customerGroup: row => (row.customerGroupAssignments ?? []).map(each => each.customerGroup.id),
  }),
  quoteRequests: table({
    key: row => [row.key],
    'customer.id': row => [row.customer.id],
    'businessUnit.key': row => [row.businessUnit?.key],
    'store.key': row => [row.store?.key],
  }),
  stagedQuotes: table({
    key: row => [row.key],
    'quoteRequest.id': row => [row.quoteRequest.id],
    'businessUnit.key': row => [row.businessUnit?.key],
    'store.key': row => [row.store?.key],
  }),
  quotes: table({
    key: row => [row.key],
    'quoteRequest.id': row => [row.quoteRequest.id],
    'stagedQuote.id': row => [row.stagedQuote.id],
    'customer.id': row => [row.customer?.id],
    'businessUnit.key': row => [row.businessUnit?.key],
    'store.key': row => [row.store?.key],
  }),
})
