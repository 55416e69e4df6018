/** A PostgreSQL server, for any number of worker processes: `pg` through a pool. */
import { CompiledQuery, PostgresDialect } from 'kysely'
import pg from 'pg'
import type { Log } from '../model/ports.ts'
import type { Adapter } from './adapter.ts'
import { codeOf } from './errors.ts'
import { parsers } from './parse.ts'
import { sessionSettings, statementMs } from './session.ts'

/** A pass saves several calls at once beside intake, screens and claims; more connections only queue on the same rows. */
const connections = 10
const connectMs = 5_000

/** Types per client, not the driver's global table: another user of `pg` in this process keeps its own. */
const types = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    (format !== 'binary' && parsers[oid]) || pg.types.getTypeParser(oid, format),
}

export function postgres(databaseUrl: string, instance: string, log: Log): Adapter {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: connections,
    connectionTimeoutMillis: connectMs,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    application_name: `ctsf ${instance}`,
    // The server's own limit is `statement_timeout`; this one is for a server that went away without a word.
    query_timeout: statementMs + 5_000,
    types: types as pg.CustomTypesConfig,
  })
  // Without listeners a connection that breaks would end the process: the pool hears of the idle ones only, so each one
  // that is at work has its own. Its statement rejects by itself.
  const lost = (error: unknown) => log.warn({ code: codeOf(error) }, 'a database connection was lost')
  pool.on('error', lost)
  pool.on('connect', client => client.on('error', lost))
  return {
    name: 'postgres',
    alone: false,
    dialect: new PostgresDialect({
      pool,
      onCreateConnection: async connection => {
        await connection.executeQuery(CompiledQuery.raw(sessionSettings()))
      },
    }),
    // A connection of its own: cleaning a large table takes longer than any statement of ours may.
    clean: async statements => {
      const client = new pg.Client({
        connectionString: databaseUrl,
        connectionTimeoutMillis: connectMs,
        keepAlive: true,
      })
      client.on('error', lost)
      await client.connect()
      try {
        for (const statement of statements) await client.query(statement)
      } finally {
        await client.end()
      }
    },
    close: async () => {
      if (!pool.ended && !pool.ending) await pool.end()
    },
  }
}
