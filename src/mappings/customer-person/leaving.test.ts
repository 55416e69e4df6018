/** What a deletion finds in the mapping: what is personal, what deactivates, and what an Account would take along. */
import { expect, test } from 'vitest'
import { customerPerson } from './index.ts'

const kept = (part: ReturnType<typeof customerPerson>['parts'][number] | undefined) =>
  part?.fields.filter(rule => rule.personal === false).map(rule => rule.crm)

test('all is personal but language, group, stores and a verified email', () => {
  const [account, contact] = customerPerson().parts
  expect(kept(account)).toEqual([])
  expect(kept(contact)).toEqual(['CT_Locale__c', 'CT_Customer_Group__c', 'CT_Store_Keys__c', 'CT_Email_Verified__c'])
})

test('the same of a person account, whose own Contact does not hold it back', () => {
  const [account] = customerPerson({ people: 'person-account' }).parts
  expect(kept(account)).toEqual([
    'CT_Locale__pc',
    'CT_Customer_Group__pc',
    'CT_Store_Keys__pc',
    'CT_Email_Verified__pc',
  ])
  expect(account?.takesAlong?.map(one => one.object)).toEqual(['Opportunity', 'Case', 'Contract', 'Order', 'Asset'])
})

test('the field that deactivates follows the prefix', () => {
  const parts = customerPerson({ fieldPrefix: 'acme__CT_' }).parts.map(part => part.deactivate)
  expect(parts).toEqual(Array.from({ length: 2 }, () => ({ acme__CT_Deleted_At__c: { at: 'deletion' } })))
})
