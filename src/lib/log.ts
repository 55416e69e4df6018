/** Structured logs on stderr, one JSON line each; what could be a secret is cut out whatever the caller does. */
import { pino } from 'pino'

type Field = null | boolean | number | string | readonly Field[] | { readonly [key: string]: Field }
type Fields = { readonly [key: string]: Field }

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

export const logLevels: readonly LogLevel[] = ['debug', 'info', 'warn', 'error', 'silent']

export type Logger = {
  debug(fields: Fields, message: string): void
  info(fields: Fields, message: string): void
  warn(fields: Fields, message: string): void
  error(fields: Fields, message: string): void
  child(fields: Fields): Logger
}

const secrets = ['authorization', 'password', 'token', 'secret', 'clientSecret', 'privateKey', 'accessToken', 'cookie']

/** `write` is where the lines go: stderr, unless a test listens. */
export function log(level: LogLevel, write?: (line: string) => void): Logger {
  const destination = write ? { write } : pino.destination({ dest: 2, sync: true })
  const root = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: label => ({ level: label }) },
      redact: { paths: [...secrets, ...secrets.map(name => `*.${name}`)], censor: '[cut]' },
    },
    destination,
  )
  return wrap(root)
}

const wrap = (logger: pino.Logger): Logger => ({
  debug: (fields, message) => logger.debug(fields, message),
  info: (fields, message) => logger.info(fields, message),
  warn: (fields, message) => logger.warn(fields, message),
  error: (fields, message) => logger.error(fields, message),
  child: fields => wrap(logger.child(fields)),
})
