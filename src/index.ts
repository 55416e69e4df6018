/** The public API: what `sync.config.ts` and programs that embed the service import. */
export { type App, app, type Role } from './app.ts'
export { type Config, ConfigError, configure, defineConfig, type SyncConfig } from './config.ts'
export type { Codec, Coded, FieldOwnership, FieldRule, Mapping, Value } from './model/mapping.ts'
