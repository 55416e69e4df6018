// A query job: checked when it is made, run when its turn comes, its result kept as one CSV file and read in parts.

import { entityOf } from '../entities.ts'
import { refuse } from '../rules/refusal.ts'
import type { World } from '../rules/world.ts'
import { type Path, pathOf } from '../soql/path.ts'
import { compileQuery } from '../soql/query.ts'
import { parse } from '../soql/tree.ts'
import { writeCsv } from './csv.ts'
import type { Job } from './job.ts'

type Column = { name: string; path: Path }

/** The columns of a query that Bulk can run; throws a Refusal for others, and for what SOQL itself refuses. */
export function checkQuery(world: World, soql: string): { object: string; columns: Column[] } {
  const query = parse(soql)
  compileQuery(world, soql)
  const entity = entityOf(world.schema, query.sObject ?? '')
  if (!entity) throw refuse('INVALID_TYPE', `sObject type '${query.sObject}' is not supported.`)
  if (query.offset !== undefined) throw notInBulk('OFFSET clause not supported in Bulk Query')
  if (query.groupBy !== undefined) throw notInBulk('Aggregate Relationships not supported in Bulk Query')
  const columns = (query.fields ?? []).map((item): Column => {
    if (item.type === 'FieldSubquery') throw notInBulk('Aggregate Relationships not supported in Bulk Query')
    if (item.type !== 'Field' && item.type !== 'FieldRelationship') {
      throw notInBulk('Aggregate functions not supported in Bulk Query')
    }
    const text = item.type === 'Field' ? item.field : [...item.relationships, item.field].join('.')
    const path = pathOf(world, entity, text, query.sObjectAlias)
    if (path.field.type === 'address') throw notInBulk('Selecting compound data not supported in Bulk Query')
    const name = [...path.links.map(({ link }) => link.relationshipName ?? ''), path.field.name].join('.')
    return { name, path }
  })
  return { object: entity.name, columns }
}

const notInBulk = (message: string): Error => refuse('API_ERROR', message)

export function runQuery(world: World, job: Job): { content: Buffer; rows: number } {
  const soql = job.query ?? ''
  const { columns } = checkQuery(world, soql)
  const answer = compileQuery(world, soql).run(job.operation === 'queryAll')
  const rows = answer.is === 'rows' ? answer.rows : []
  const cells = rows.map(row =>
    columns.map(({ path }) => {
      const value = path.read(row)
      if (value === null) return ''
      return path.field.type === 'datetime' ? new Date(Number(value)).toISOString() : String(value)
    }),
  )
  return { content: Buffer.from(writeCsv([columns.map(({ name }) => name), ...cells], job)), rows: rows.length }
}
