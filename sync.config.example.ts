/** An example: copy it to `sync.config.ts` and keep what differs from the defaults. All keys: docs/reference/config.md. */
import { defineConfig } from './src/index.ts'

export default defineConfig({
  // A customer becomes a Contact in an Account of its own; 'person-account': one record, in an org that has them.
  people: 'contact-with-own-account',

  // Somebody who buys without an account becomes a person, too; 'order-only': nobody.
  guests: 'contact',

  // Leave a third of the org's daily API calls to other integrations.
  apiReserve: 0.33,

  mappings: {
    'customer-person': {
      // What Salesforce keeps when a customer is deleted in commercetools.
      deletion: 'unlink',
      street: 'number-name',
      fields: {
        // Filled once, then sales' own.
        MobilePhone: { owner: 'seed' },
        // Not wanted in Salesforce at all.
        Birthdate: false,
        // A field that the mapping does not know: say the object, where it comes from and who is right about it.
        'Contact.Loyalty_Tier__c': { commerce: 'custom.fields.loyaltyTier', owner: 'commerce' },
      },
    },
  },

  // Several projects feed one org: each has variables of its own (CTP_EU_CLIENT_ID, CTP_EU_CLIENT_SECRET, …).
  // projects: [{ key: 'shop-eu', env: 'CTP_EU' }, { key: 'shop-us', env: 'CTP_US' }],
})
