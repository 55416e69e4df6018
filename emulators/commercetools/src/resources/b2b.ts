/** The resources of business customers in the registry: roles, business units, quotes. */
import type { AssociateRole, BusinessUnit, Quote, QuoteRequest, StagedQuote } from '../model/b2b.ts'
import { removal } from '../quotes/common.ts'
import { createQuote, quoteActions } from '../quotes/quotes.ts'
import { createQuoteRequest, requestActions } from '../quotes/requests.ts'
import { createStagedQuote, stagedActions } from '../quotes/staged.ts'
import { createUnit } from '../units/create.ts'
import { deleteUnit, unitActions, updateUnit } from '../units/update.ts'
import { createRole, deleteRole, roleActions } from './associateRoles.ts'
import { type ResourceKind, tellingKind } from './kind.ts'

export const B2B: Record<string, ResourceKind> = {
  'associate-roles': tellingKind<AssociateRole>('associate-role', 'associate_roles', createRole, roleActions, {
    remove: (world, project, row, _, act) => deleteRole(world, project, row as AssociateRole, act),
  }),
  'business-units': tellingKind<BusinessUnit>('business-unit', 'business_units', createUnit, unitActions, {
    update: (world, project, row, actions, act) => updateUnit(world, project, row as BusinessUnit, actions, act),
    remove: (world, project, row, _, act) => deleteUnit(world, project, row as BusinessUnit, act),
  }),
  'quote-requests': tellingKind<QuoteRequest>('quote-request', 'quote_requests', createQuoteRequest, requestActions, {
    remove: removal('QuoteRequest'),
  }),
  'staged-quotes': tellingKind<StagedQuote>('staged-quote', 'staged_quotes', createStagedQuote, stagedActions, {
    remove: removal('StagedQuote'),
  }),
  quotes: tellingKind<Quote>('quote', 'quotes', createQuote, quoteActions, { remove: removal('Quote') }),
}
