/** What becomes of one record, rule by rule. */
import { describe, expect, test } from 'vitest'
import { type Given, given } from '../../test/given.ts'
import type { FieldOwnership, FieldRule, Mapping } from '../model/mapping.ts'

const byKey = { by: 'external-id', crm: 'CT_Id__c', commerce: 'key' } as const
const byEmail = { by: 'fallback', crm: 'Email', commerce: 'email', corroborate: ['LastName'] } as const

const rule = (crm: string, owner: FieldOwnership, more: Partial<FieldRule> = {}): FieldRule => ({
  crm,
  commerce: crm,
  owner,
  ...more,
})

/** A Contact with a field of each owner. */
const fields = [
  rule('LastName', 'commerce', { required: true, fallback: 'Email|local' }),
  rule('City', 'commerce'),
  rule('Email', 'latest'),
  rule('Score', 'crm'),
  rule('Title', 'seed'),
  rule('Phone', 'review'),
  rule('OptOut', 'strictest', { stricter: ['out', 'in'] }),
]
const person: Mapping = {
  name: 'person',
  doc: '',
  commerce: 'customer',
  keyField: 'CT_Id__c',
  parts: [{ role: 'contact', object: 'Contact', match: [byKey, byEmail], fields, links: [], defaults: {} }],
  deletion: 'ignore',
  creates: 'commerce',
  expand: [],
  touchedBy: [],
}
const ada = { id: 'ada', LastName: 'Lovelace', City: 'London', Email: 'ada@example.com', Title: 'Countess' }

const contact = (some: Omit<Given, 'mapping' | 'snapshot'> & { snapshot?: Given['snapshot'] }) =>
  given({ mapping: person, snapshot: ada, ...some })
const linked = { contact: { id: '003A', was: {} } }

describe('a new record', () => {
  test('gets all values but those that the CRM owns', () => {
    contact({ snapshot: { ...ada, Score: '7' } }).plans({
      do: 'create',
      fields: { LastName: 'Lovelace', City: 'London', Email: 'ada@example.com', Title: 'Countess' },
      verdicts: { Score: 'same', City: 'write' },
    })
  })

  test('gets a fallback where a value is missing', () => {
    contact({ snapshot: { id: 'ada', Email: 'ada@example.com' } }).plans({
      do: 'create',
      fields: { LastName: 'ada', Email: 'ada@example.com' },
    })
  })

  test('gets a fallback where a value could not be carried over', () => {
    const schema = { Contact: { LastName: { type: 'picklist', restricted: true, values: ['ada'] } } }
    contact({ schema }).plans({
      fields: { ...without(ada, 'id'), LastName: 'ada' },
      dropped: { LastName: expect.any(String) },
    })
  })

  test('agrees on nothing where commerce has no value: what stands there is not erased later', () => {
    const [made] = contact({ snapshot: { id: 'ada', Email: 'ada@example.com' } }).made
    expect(made?.plan).toMatchObject({ base: { Email: expect.anything(), Title: expect.anything() } })
    expect(made?.plan).not.toMatchObject({ base: { LastName: expect.anything() } })
    expect(made?.plan).not.toMatchObject({ base: { City: expect.anything() } })
  })
})

describe('a linked record', () => {
  test('that is as last agreed is left alone, and nothing is read', () => {
    contact({ link: linked }).plans({ do: 'nothing', why: 'nothing changed', asks: [] })
  })

  test('gets a changed field of commerce without a read: the busy case', () => {
    contact({ link: { contact: { id: '003A', was: { City: 'Ockham' } } } }).plans({
      do: 'update',
      crm: '003A',
      fields: { City: 'London' },
      asks: [],
    })
  })

  test('loses a value that commerce took away', () => {
    contact({ snapshot: without(ada, 'City'), link: { contact: { id: '003A', was: { City: 'London' } } } }).plans({
      do: 'update',
      fields: { City: null },
    })
  })

  test('keeps its last value where Salesforce requires one, and gets no fallback', () => {
    const gone = { snapshot: without(ada, 'LastName'), link: { contact: { id: '003A', was: { LastName: 'Byron' } } } }
    contact(gone).plans({ do: 'nothing', verdicts: { LastName: 'same' } })
  })

  test('keeps a fallback or an agent’s value where commerce never had one, read or unread', () => {
    const link = {
      contact: { id: '003A', agreed: { Email: 'ada@example.com', Title: null, Phone: null, OptOut: null } },
    }
    const snapshot = { id: 'ada', Email: 'ada@example.com' }
    const present = { contact: { values: { LastName: 'ada', City: 'Turin', Email: 'ada@example.com' } } }
    contact({ snapshot, link }).plans({ do: 'nothing', asks: [] })
    contact({ snapshot, link, present, uncertain: true }).plans({ do: 'nothing', yields: [] })
  })

  test('keeps its own value of a field that the CRM owns; the CRM end is marked', () => {
    contact({ snapshot: { ...ada, Score: '9' }, link: { contact: { id: '003A', was: { Score: '7' } } } }).plans({
      do: 'nothing',
      yields: ['Score'],
      asks: [],
    })
  })

  test('is never seeded twice', () => {
    contact({
      snapshot: { ...ada, Title: 'Lady' },
      link: { contact: { id: '003A', was: { Title: 'Countess' } } },
    }).plans({
      do: 'nothing',
      yields: [],
      asks: [],
    })
  })

  test('is read where the other side’s edit matters, and the later edit stands', () => {
    const link = { contact: { id: '003A', was: { Email: 'a@example.com' } } }
    const theirs = (modifiedAt: string) => ({ contact: { values: { Email: 'b@example.com' }, modifiedAt } })
    const older = theirs('2026-01-01T00:00:00.000Z')
    const newer = theirs('2026-01-03T00:00:00.000Z')
    contact({ link, present: older }).plans({ do: 'update', fields: { Email: 'ada@example.com' }, asks: ['Email'] })
    contact({ link, present: newer }).plans({ do: 'nothing', yields: ['Email'] })
  })
})

describe('a field that a person decides', () => {
  const both = {
    snapshot: { ...ada, Phone: '+1' },
    link: { contact: { id: '003A', was: { Phone: '+0' } } },
    present: { contact: { values: { Phone: '+2' }, modifiedAt: '2026-01-03T00:00:00.000Z' } },
  }

  test('is a conflict with both values when both sides changed it', () => {
    contact(both).plans({
      do: 'review',
      conflict: { kind: 'both-changed', candidates: ['003A'], fields: [{ field: 'Phone', commerce: '+1', crm: '+2' }] },
    })
  })

  test('is written alone and guarded when the person chose commerce', () => {
    contact({ ...both, decision: { do: 'take', side: 'commerce' } }).plans({
      do: 'update',
      fields: { Phone: '+1' },
      ifUnmodifiedSince: '2026-01-03T00:00:00.000Z',
    })
  })

  test('stays and flows back when the person chose Salesforce', () => {
    contact({ ...both, decision: { do: 'take', side: 'crm' } }).plans({ do: 'nothing', yields: ['Phone'] })
  })
})

describe('a record that was found', () => {
  const values = { CT_Id__c: null, LastName: 'LOVELACE', City: null, Email: 'ada@example.com', Title: 'Dr' }

  test('by a fallback key is linked, stamped with our key, and filled as ownership allows', () => {
    contact({ candidates: { contact: [{ id: '003B', by: 'fallback', values }] } }).plans({
      do: 'update',
      crm: '003B',
      fields: { LastName: 'Lovelace', City: 'London', CT_Id__c: 'demo/ada' },
      verdicts: { Title: 'yield', Email: 'same' },
    })
  })

  test('by our key and equal already is only linked', () => {
    const same = { ...values, CT_Id__c: 'demo/ada', LastName: 'Lovelace', City: 'London' }
    contact({ candidates: { contact: [{ id: '003B', values: same }] } }).plans({
      do: 'nothing',
      crm: '003B',
      why: 'found, and already equal',
    })
  })

  test('keeps what an empty value would erase', () => {
    const own = { ...values, City: 'Ockham' }
    contact({
      snapshot: without(ada, 'City'),
      candidates: { contact: [{ id: '003B', by: 'fallback', values: own }] },
    }).plans({ fields: { LastName: 'Lovelace', CT_Id__c: 'demo/ada' } })
  })
})

describe('a person is asked', () => {
  const plansReview = (
    candidates: Given['candidates'] & object,
    kind: 'ambiguous' | 'claimed' | 'foreign' | 'disagrees',
  ) => contact({ candidates }).plans({ do: 'review', conflict: { kind } })

  test('when several records match', () => plansReview({ contact: [{ id: 'A' }, { id: 'B' }] }, 'ambiguous'))
  test('when the record found is held by another customer', () =>
    plansReview({ contact: [{ id: 'A', claimedBy: 'demo/grace' }] }, 'claimed'))
  test('when it carries another customer’s key', () =>
    plansReview({ contact: [{ id: 'A', by: 'fallback', values: { CT_Id__c: 'demo/grace' } }] }, 'claimed'))
  test('when it carries the key of another project', () =>
    plansReview({ contact: [{ id: 'A', by: 'fallback', values: { CT_Id__c: 'old/ada' } }] }, 'foreign'))
  test('when another detail contradicts the fallback key', () =>
    plansReview({ contact: [{ id: 'A', by: 'fallback', values: { LastName: 'Hopper' } }] }, 'disagrees'))

  const link = { contact: { id: '003A', was: {} } }

  test('when the linked record was deleted, unless the policy says what that means', () => {
    const deleted = { link, uncertain: true, present: { contact: 'absent' } } as const
    contact(deleted).plans({ do: 'review', conflict: { kind: 'deleted', candidates: [] } })
    contact({ ...deleted, whenGone: 'recreate' }).plans({ do: 'create' })
    contact({ ...deleted, whenGone: 'unlink' }).plans({ do: 'nothing', crm: null })
    contact({ link, uncertain: true, present: { contact: { mergedInto: '003B' } } }).plans({
      do: 'review',
      conflict: { kind: 'deleted' },
    })
  })

  test('when the linked record was merged into one that is another commerce record’s', () => {
    const present = (values: object, claimedBy?: string) => ({
      contact: { mergedInto: '003B', values: { ...values }, ...(claimedBy === undefined ? {} : { claimedBy }) },
    })
    const asked = { link, uncertain: true }
    contact({ ...asked, present: present({}, 'demo/other') }).plans({
      do: 'review',
      conflict: { kind: 'claimed', candidates: ['003B'] },
    })
    contact({ ...asked, present: present({ CT_Id__c: 'elsewhere/other' }) }).plans({
      do: 'review',
      conflict: { kind: 'foreign', candidates: ['003B'] },
    })
    // Free: the link follows, our key is stamped, and what is commerce's is put right.
    const [made] = contact({ ...asked, present: present({ LastName: 'Other' }) }).made
    expect(made?.plan).toMatchObject({
      do: 'update',
      crm: { id: '003B' },
      link: null,
      fields: { CT_Id__c: 'demo/ada', LastName: 'Lovelace' },
    })
  })

  test('and the answer is carried out: link, create or ignore', () => {
    const candidates = { contact: [{ id: 'A' }, { id: 'B' }] }
    const crm = { side: 'crm', type: 'Contact', id: 'B' } as const
    contact({ candidates, decision: { do: 'link', crm } }).plans({ do: 'update', crm: 'B' })
    contact({ candidates, decision: { do: 'create' } }).plans({ do: 'create' })
    contact({ candidates, decision: { do: 'ignore' } }).plans({ do: 'nothing', crm: null })
  })
})

function without(record: Given['snapshot'], name: string): Given['snapshot'] {
  return Object.fromEntries(Object.entries(record).filter(([key]) => key !== name))
}
