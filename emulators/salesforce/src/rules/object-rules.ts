// Which standard objects have rules of their own.

import { accountRule } from './hierarchy.ts'
import type { ObjectRule } from './object-rule.ts'
import { orderItemRule, orderRule } from './orders.ts'
import { entryRule } from './prices.ts'
import { contactRule, mergedAccounts, relationRule } from './relations.ts'
import { caseRule, contactRoleRule, leadRule, opportunityRule, taskRule } from './stages.ts'

export const OBJECT_RULES: ReadonlyMap<string, ObjectRule> = new Map<string, ObjectRule>([
  ['Account', { ...accountRule, beforeMerge: mergedAccounts }],
  ['AccountContactRelation', relationRule],
  ['Case', caseRule],
  ['Contact', contactRule],
  ['Lead', leadRule],
  ['Opportunity', opportunityRule],
  ['OpportunityContactRole', contactRoleRule],
  ['Order', orderRule],
  ['OrderItem', orderItemRule],
  ['PricebookEntry', entryRule],
  ['Task', taskRule],
])
