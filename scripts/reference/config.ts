/** The reference of the configuration, from the table of variables and the schema of `sync.config.ts`. */
import { z } from 'zod'
import { variables } from '../../src/config/environment.ts'
import { syncConfigSchema } from '../../src/config/syncConfig.ts'
import { code, table } from './markdown.ts'

const intro = `# Configuration

Secrets and addresses come from the environment, everything else from \`sync.config.ts\`. What is wrong is said all at once, each
with its place and its fix; \`ctsf check\` looks at the credentials and at the org as well.`

const environment = `## Environment

A secret may come as \`NAME_FILE\` instead: the path of a file that holds it. An empty value counts as none.

${table(
  ['variable', 'what it is', 'default'],
  variables.map(variable => [
    `${code(variable.name)}${variable.secret ? ' (secret)' : ''}`,
    variable.doc,
    variable.default === undefined ? '' : code(variable.default),
  ]),
)}`

type Schema = {
  readonly type?: string
  readonly description?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: Schema | boolean
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
  readonly minimum?: number
  readonly maximum?: number
}

function typeOf(schema: Schema): string {
  if (schema.enum) return schema.enum.map(value => code(String(value))).join(', ')
  if (schema.const !== undefined) return code(String(schema.const))
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(' or ')
  if (schema.type === 'array') return 'list'
  if (schema.minimum !== undefined || schema.maximum !== undefined)
    return `${schema.type} from ${schema.minimum} to ${schema.maximum}`
  return schema.type ?? 'object'
}

function rows(schema: Schema, path: string): string[][] {
  if (schema.anyOf) return schema.anyOf.flatMap(each => rows(each, path))
  if (schema.items) return rows(schema.items, `${path}[]`)
  const inner = schema.additionalProperties
  const named = Object.entries(schema.properties ?? {}).flatMap(([name, each]) => {
    const at = path === '' ? name : `${path}.${name}`
    return [[code(at), typeOf(each), each.description ?? ''], ...rows(each, at)]
  })
  return typeof inner === 'object' ? [...named, ...rows(inner, `${path}.<name>`)] : named
}

export function configPage(): string {
  // The schema is made by zod: its form is JSON Schema.
  const schema = z.toJSONSchema(syncConfigSchema, { unrepresentable: 'any', io: 'input' }) as Schema
  const file = `## sync.config.ts

The file in the working directory, or the one that \`CTSF_CONFIG\` names. \`sync.config.example.ts\` shows one.

${table(['key', 'type', 'what it is'], rows(schema, ''))}`
  return [intro, environment, file].join('\n\n')
}
