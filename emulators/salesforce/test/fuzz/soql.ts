// SOQL, half of it right: columns, conditions and orders that a Contact has, and what nobody would write.

import fc from 'fast-check'
import { broken, names, objects, texts } from './values.ts'

const literal = fc.oneof(
  texts.map(text => `'${text.replace(/['\\]/g, '\\$&')}'`),
  fc.constantFrom(
    'null',
    'true',
    '7',
    '-1.5',
    '2026-01-31',
    '2026-13-01',
    '2026-01-31T10:00:00Z',
    'TODAY',
    'LAST_N_DAYS:3',
  ),
  fc.constantFrom('NEXT_MONTH', 'LAST_N_YEARS:2', 'USD5', ':bound', 'NULL', "''", "('a', 'b')", '()', '(7)', '1e5'),
)
const column = fc.oneof(
  { weight: 4, arbitrary: names },
  fc
    .tuple(fc.constantFrom('Account', 'Owner', 'Parent', 'Contact__r', 'Nope', 'CreatedBy.Manager'), names)
    .map(parts => parts.join('.')),
  fc
    .tuple(
      fc.constantFrom('COUNT', 'MAX', 'SUM', 'AVG', 'COUNT_DISTINCT', 'CALENDAR_YEAR', 'toLabel', 'FIELDS', 'FORMAT'),
      names,
    )
    .map(([name, of]) => `${name}(${of})`),
  fc.constantFrom('COUNT()', 'FIELDS(ALL)', 'FIELDS(STANDARD)', 'TYPEOF What WHEN Account THEN Name END'),
)
/** Conditions, columns and orders that Contact has, so that queries reach the rows. */
const fit = {
  column: fc.constantFrom<string[]>(
    'Id',
    'LastName',
    'Email',
    'Score__c',
    'Account.Name',
    'Account.Parent.Name',
    'Owner.Email',
    'Seen_At__c',
    'MailingAddress',
  ),
  where: fc.constantFrom(
    ...[
      "LastName LIKE '%a_%'",
      "Email = 'a@b.de'",
      'Score__c > 1',
      'Vip__c = true',
      'Birthdate < 2000-01-01',
      'Account.Name != null',
    ],
    ...[
      "Tier__c IN ('Gold', '')",
      "Interests__c INCLUDES ('A;B', 'B')",
      'CreatedDate = TODAY',
      'SystemModstamp >= 2020-01-01T00:00:00Z',
    ],
    ...[
      "Id > '003gL0000000001'",
      "CT_Id__c NOT IN ('a')",
      'AccountId IN (SELECT Id FROM Account)',
      'LastModifiedDate = LAST_N_DAYS:3',
    ],
  ),
  order: fc.constantFrom('LastName', 'Score__c DESC NULLS LAST', 'Account.Name, Id', 'SystemModstamp, Id', 'Id DESC'),
}
const columns = fc.uniqueArray(fit.column, { minLength: 1, maxLength: 5 })
const fitting = fc.oneof(
  fc
    .record({
      columns,
      wheres: fc.array(fit.where, { maxLength: 3 }),
      word: fc.constantFrom(' AND ', ' OR '),
      no: fc.boolean(),
      order: fc.option(fit.order),
      limit: fc.nat(9),
    })
    .map(({ columns: list, wheres, word, no, order, limit }) => {
      const where = wheres.length === 0 ? '' : ` WHERE ${no ? 'NOT ' : ''}(${wheres.join(word)})`
      return `SELECT ${list.join(', ')} FROM Contact${where}${order === null ? '' : ` ORDER BY ${order}`} LIMIT ${limit}`
    }),
  fc
    .tuple(
      fc.constantFrom('Tier__c', 'AccountId', 'Vip__c'),
      fc.constantFrom('COUNT(Id)', 'MAX(Score__c)', 'AVG(Score__c) a', 'MIN(CreatedDate)'),
      fit.where,
    )
    .map(([by, of, where]) => `SELECT ${by}, ${of} FROM Contact WHERE ${where} GROUP BY ${by} HAVING COUNT(Id) > 0`),
  columns.map(
    list =>
      `SELECT Id, (SELECT ${list
        .filter(name => !name.includes('.'))
        .concat('Title')
        .join(', ')} FROM Contacts LIMIT 2) FROM Account`,
  ),
)
const comparison = fc
  .tuple(column, fc.constantFrom('=', '!=', '<', '>=', 'LIKE', 'IN', 'NOT IN', 'INCLUDES', 'EXCLUDES'), literal)
  .map(
    ([name, operator, right]) =>
      `${name} ${operator} ${/IN|CLUDES/.test(operator) && !right.startsWith('(') ? `(${right})` : right}`,
  )
const { query } = fc.letrec<{ query: string; where: string }>(tie => ({
  where: fc.oneof(
    { depthSize: 'small' },
    comparison,
    fc
      .tuple(tie('where'), fc.constantFrom('AND', 'OR'), tie('where'))
      .map(([left, word, right]) => `(${left} ${word} ${right})`),
    tie('where').map(inner => `NOT ${inner}`),
    fc.tuple(names, tie('query')).map(([name, inner]) => `${name} IN (${inner})`),
  ),
  query: fc
    .record({
      columns: fc.array(
        fc.oneof(
          { depthSize: 'small' },
          column,
          tie('query').map(inner => `(${inner})`),
        ),
        { minLength: 1, maxLength: 4 },
      ),
      from: fc.oneof(objects, fc.constantFrom('Contacts', 'Carts__r', 'Account a', 'Contact.Account')),
      where: fc.option(tie('where')),
      group: fc.option(names),
      having: fc.option(comparison),
      order: fc.option(fc.tuple(column, fc.constantFrom('', ' DESC', ' NULLS LAST'))),
      limit: fc.option(fc.constantFrom('1', '0', '-1', '2001', 'x')),
      offset: fc.option(fc.constantFrom('1', '2001', 'x')),
    })
    .map(({ columns, from, where, group, having, order, limit, offset }) =>
      [
        `SELECT ${columns.join(', ')} FROM ${from}`,
        where === null ? '' : ` WHERE ${where}`,
        group === null ? '' : ` GROUP BY ${group}${having === null ? '' : ` HAVING ${having}`}`,
        order === null ? '' : ` ORDER BY ${order.join('')}`,
        limit === null ? '' : ` LIMIT ${limit}`,
        offset === null ? '' : ` OFFSET ${offset}`,
      ].join(''),
    ),
}))
export const statements = fc.oneof(
  { weight: 4, arbitrary: fitting },
  { weight: 3, arbitrary: broken(fitting) },
  { weight: 6, arbitrary: broken(query) },
  fc.string({ unit: 'binary' }),
)
