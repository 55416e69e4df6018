// SOQL: what is found, in which order, and what is refused.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Wire, wire } from './org.ts'

let org: Wire & AsyncDisposable
beforeAll(async () => {
  org = await wire()
  await org.control('POST', '/clock', { freeze: true })
  const post = (type: string, records: object[]) =>
    org.call('POST', '/composite/sobjects', { records: records.map(record => ({ attributes: { type }, ...record })) })
  await post('Account', [
    { Name: 'Alpha', CT_Id__c: 'a', Industry: 'Retail', NumberOfEmployees: 5 },
    { Name: 'beta', CT_Id__c: 'b', Industry: 'Retail', NumberOfEmployees: 50 },
    { Name: "O'Neil 100%", CT_Id__c: 'c' },
  ])
  await org.control('POST', '/clock', { advanceMs: 5_000 })
  await post('Contact', [
    { LastName: 'One', CT_Id__c: '1', Email: 'one@example.org', Account: { CT_Id__c: 'a' }, Interests__c: 'A;B' },
    { LastName: 'Two', CT_Id__c: '2', Email: 'two@example.org', Account: { CT_Id__c: 'a' }, Birthdate: '1990-05-06' },
    { LastName: 'Three', CT_Id__c: '3', Email: 'one@example.org', DoNotCall: true, Interests__c: 'A' },
  ])
})
afterAll(() => org[Symbol.asyncDispose]())

const names = async (where: string, object = 'Contact', field = 'LastName'): Promise<unknown[]> =>
  (await org.query(`SELECT ${field} FROM ${object} ${where}`)).map(row => row[field])

describe('WHERE', () => {
  const cases: [where: string, found: string[]][] = [
    ["WHERE Email = 'ONE@Example.org'", ['One', 'Three']],
    ["WHERE CT_Id__c IN ('1','3','none')", ['One', 'Three']],
    ["WHERE CT_Id__c NOT IN ('1','3')", ['Two']],
    ["WHERE Account.CT_Id__c = 'A'", ['One', 'Two']],
    ["WHERE Account.CT_Id__c IN ('a') AND Email LIKE 'TWO%'", ['Two']],
    ['WHERE AccountId = null', ['Three']],
    ['WHERE DoNotCall = true', ['Three']],
    ["WHERE (LastName = 'One' OR LastName = 'Two') AND (NOT Email LIKE 'two%')", ['One']],
    ["WHERE NOT (LastName = 'One' OR LastName = 'Two')", ['Three']],
    ["WHERE LastName != 'One'", ['Two', 'Three']],
    ["WHERE Account.Name != 'Alpha'", ['Three']],
    ['WHERE Birthdate >= 1990-01-01', ['Two']],
    ["WHERE Interests__c INCLUDES ('A;B')", ['One']],
    ["WHERE Interests__c EXCLUDES ('B')", ['Two', 'Three']],
    ["WHERE AccountId IN (SELECT Id FROM Account WHERE Industry = 'Retail')", ['One', 'Two']],
    ["WHERE LastName LIKE 'T__'", ['Two']],
    ["WHERE c.LastName = 'Two'", ['Two']],
  ]
  test.each(cases)('%s', async (where, found) => {
    const alias = where.includes('c.LastName') ? 'c ' : ''
    expect(await names(alias + where)).toEqual(found)
  })

  test('reads escapes and percent signs in LIKE', async () => {
    expect(await names("WHERE Name = 'O\\'Neil 100%'", 'Account', 'Name')).toEqual(["O'Neil 100%"])
    expect(await names("WHERE Name LIKE '%neil%'", 'Account', 'Name')).toEqual(["O'Neil 100%"])
  })

  test('compares times in whole seconds', async () => {
    const [row] = await org.query("SELECT SystemModstamp FROM Contact WHERE CT_Id__c = '1'")
    const stamp = String(row?.SystemModstamp)
    expect(stamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000\+0000$/)
    const second = stamp.slice(0, 19)
    expect(await names(`WHERE SystemModstamp = ${second}Z`)).toHaveLength(3)
    expect(await names(`WHERE SystemModstamp >= ${second}.900Z`)).toHaveLength(3)
    expect(await names(`WHERE SystemModstamp > ${second}Z`)).toHaveLength(0)
    expect(await names('WHERE SystemModstamp >= 2020-01-01T00:00:00+02:00 ORDER BY SystemModstamp, Id')).toHaveLength(3)
    expect(await names('WHERE CreatedDate = TODAY')).toHaveLength(3)
  })
})

describe('order, limit and shape', () => {
  test('sorts without case, empty first unless told otherwise', async () => {
    expect(await names('ORDER BY Name', 'Account', 'Name')).toEqual(['Alpha', 'beta', "O'Neil 100%"])
    expect(await names('ORDER BY NumberOfEmployees', 'Account', 'Name')).toEqual(["O'Neil 100%", 'Alpha', 'beta'])
    expect(await names('ORDER BY NumberOfEmployees DESC NULLS LAST LIMIT 2', 'Account', 'Name')).toEqual([
      'beta',
      'Alpha',
    ])
    expect(await names('ORDER BY Name LIMIT 1 OFFSET 1', 'Account', 'Name')).toEqual(['beta'])
    expect(await names('ORDER BY LastName LIMIT 1')).toEqual(['One'])
  })

  test('walks a table by id', async () => {
    const seen: unknown[] = []
    for (let after = '003000000000000'; ; ) {
      const [row] = await org.query(`SELECT Id, LastName FROM Contact WHERE Id > '${after}' ORDER BY Id LIMIT 1`)
      if (!row) break
      seen.push(row.LastName)
      after = String(row.Id)
    }
    expect(seen).toEqual(['One', 'Two', 'Three'])
  })

  test('shows parents, children and addresses', async () => {
    const [account] = await org.query(
      "SELECT Id, Owner.Name, BillingAddress, (SELECT LastName FROM Contacts ORDER BY LastName DESC) FROM Account WHERE CT_Id__c = 'a'",
    )
    expect(account).toMatchObject({
      attributes: { type: 'Account' },
      Owner: { Name: 'Integration User' },
      BillingAddress: null,
      Contacts: { totalSize: 2, done: true, records: [{ LastName: 'Two' }, { LastName: 'One' }] },
    })
    const [three] = await org.query("SELECT Account.Name FROM Contact WHERE CT_Id__c = '3'")
    expect(three).toMatchObject({ Account: null })
  })

  test('groups and counts', async () => {
    expect(
      await org.query(
        'SELECT Industry, COUNT(Id) n, MAX(NumberOfEmployees) FROM Account GROUP BY Industry ORDER BY Industry',
      ),
    ).toMatchObject([
      { attributes: { type: 'AggregateResult' }, Industry: null, n: 1, expr0: null },
      { Industry: 'Retail', n: 2, expr0: 50 },
    ])
    expect(await org.query('SELECT Email FROM Contact GROUP BY Email HAVING COUNT(Id) > 1')).toMatchObject([
      { Email: 'one@example.org' },
    ])
    const { body } = await org.call('GET', '/query?q=SELECT+COUNT()+FROM+Contact')
    expect(body).toEqual({ totalSize: 3, done: true, records: [] })
  })
})

describe('refusals', () => {
  const cases: [soql: string, code: string][] = [
    ['SELECT Id FORM Account', 'MALFORMED_QUERY'],
    ['SELECT Id FROM Account WHERE', 'MALFORMED_QUERY'],
    ["SELECT Id FROM Account WHERE Name = 'x' AND Name = 'y' OR Name = 'z'", 'MALFORMED_QUERY'],
    ['SELECT Id FROM Nope', 'INVALID_TYPE'],
    ['SELECT Nope FROM Account', 'INVALID_FIELD'],
    ['SELECT Id, Id FROM Account', 'INVALID_FIELD'],
    ['SELECT Id FROM Account WHERE Name = 1', 'INVALID_FIELD'],
    ["SELECT Id FROM Account WHERE CreatedDate > '2020-01-01'", 'INVALID_FIELD'],
    ["SELECT Id FROM Contact WHERE Notes__c = 'x'", 'INVALID_FIELD'],
    ["SELECT Id FROM Contact WHERE AccountId = 'nope'", 'INVALID_QUERY_FILTER_OPERATOR'],
    ['SELECT Id FROM Account LIMIT 1 OFFSET 2001', 'NUMBER_OUTSIDE_VALID_RANGE'],
  ]
  test.each(cases)('%s', async (soql, errorCode) => {
    expect(await org.call('GET', `/query?q=${encodeURIComponent(soql)}`)).toMatchObject({
      status: 400,
      body: [{ errorCode }],
    })
  })
  test('a locator of nobody', async () => {
    expect(await org.call('GET', '/query/0r8gL0000000009-2000')).toMatchObject({
      body: [{ errorCode: 'INVALID_QUERY_LOCATOR' }],
    })
  })
})

test('the columns of a query are told without running it', async () => {
  const columns = async (soql: string) => {
    const { body } = await org.call('GET', `/query?columns=true&q=${encodeURIComponent(soql)}`)
    return body as { columnMetadata: object[] }
  }
  expect(await columns('SELECT Id, Account.Name, Account.Owner.Email FROM Contact')).toMatchObject({
    entityName: 'Contact',
    idSelected: true,
    columnMetadata: [
      { columnName: 'Id', joinColumns: [], textType: true },
      {
        columnName: 'Account',
        foreignKeyName: 'AccountId',
        joinColumns: [{ columnName: 'Name' }, { columnName: 'Owner', joinColumns: [{ columnName: 'Email' }] }],
      },
    ],
  })
  expect(await columns('SELECT Name, (SELECT LastName FROM Contacts) FROM Account')).toMatchObject({
    columnMetadata: [
      { columnName: 'Name' },
      { columnName: 'Contacts', aggregate: true, joinColumns: [{ columnName: 'LastName' }] },
    ],
  })
  expect(await columns('SELECT COUNT(Id), MAX(Name) best FROM Account')).toMatchObject({
    columnMetadata: [{ columnName: 'expr0', displayName: 'COUNT(Id)', aggregate: true }, { columnName: 'best' }],
  })
  expect(await columns('SELECT Nope FROM Account')).toMatchObject([{ errorCode: 'INVALID_FIELD' }])
})
