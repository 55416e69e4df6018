/** People who have several customers, in memory: the mapping of the tests with the rows that hold their keys. */
import { define } from '../../src/core/define.ts'
import type { ClaimedPolicy, FieldOwnership, FieldRule, Mapping, MatchRule } from '../../src/model/mapping.ts'
import { personMapping } from './world.ts'

const byEmail: MatchRule = { by: 'fallback', crm: 'Email', commerce: 'email', corroborate: ['LastName'] }
const field = (crm: string, commerce: string): FieldRule => ({ crm, commerce, owner: 'commerce' })

/** As the shipped one: the contact is found by email, its account is made with it, and what is shared has rows. */
export function sharedMapping(onClaimed: ClaimedPolicy, more: Partial<Mapping> = {}, owner?: FieldOwnership): Mapping {
  return define({
    ...personMapping,
    onClaimed,
    parts: personMapping.parts.map(part =>
      part.role === 'account'
        ? { ...part, follows: 'contact' }
        : {
            ...part,
            match: [...part.match, byEmail],
            fields: [
              ...part.fields.map(rule => (rule.crm === 'FirstName' && owner ? { ...rule, owner } : rule)),
              field('Phone', 'phone'),
            ],
          },
    ),
    sharing: {
      of: 'contact',
      part: {
        role: 'identity',
        object: 'CT_Identity__c',
        match: [],
        fields: [
          field('CT_Contact__c', 'sharing.record'),
          field('CT_Project__c', 'sharing.project'),
          field('CT_Email__c', 'email'),
          field('CT_Is_Primary__c', 'sharing.primary'),
        ],
        links: [],
        defaults: {},
      },
    },
    ...more,
  })
}

export const booleans = { CT_Is_Primary__c: { type: 'boolean' } } as const
