/** What every connection is told before its first statement, in one statement. */

/** Far above any statement here; what takes longer hangs, and the caller is told that the database does not answer. */
export const statementMs = 30_000

/**
 * Plans that do not depend on statistics: those of a queue are always stale, and a claim that sorts or hashes a million
 * rows because the table was empty at the last ANALYZE is the classic way for it to die. Everything here is looked up by
 * key, so nested loops over indexes are right; the planner keeps the other ways for statements that have no index.
 * Its prices are then so high that it would also compile each statement (a third of a second): so no `jit` either.
 */
const off = ['jit', 'enable_seqscan', 'enable_bitmapscan', 'enable_hashjoin', 'enable_mergejoin']

export function sessionSettings(): string {
  const settings = [['timezone', 'UTC'], ['statement_timeout', `${statementMs}`], ...off.map(name => [name, 'off'])]
  return `select ${settings.map(([name, value]) => `set_config('${name}', '${value}', false)`).join(', ')}`
}
