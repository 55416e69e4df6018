/** The reference of the HTTP interface, from the OpenAPI document that the server makes of itself. */
import { describeApi } from '../../src/app.ts'
import { code, table } from './markdown.ts'

const intro = `# HTTP

On \`HOST\`:\`PORT\` (127.0.0.1:8080). Errors are \`{ "error": { "code", "message", "fix" } }\`. \`X-Correlation-ID\` (or \`traceparent\`) is
taken from a request, or made, and is in every answer. Lists are \`{ items, next }\`: give \`next\` back as \`cursor\`. The API wants
\`Authorization: Bearer\` with one of \`CTSF_API_TOKENS\`, unless none is set and \`HOST\` is loopback; browsers may give the token as
the password of basic authentication. \`GET /api/openapi.json\` is this page for programs. \`GET /\` is a page for people.`

type Parameter = {
  readonly name: string
  readonly in: string
  readonly required?: boolean
  readonly schema?: { readonly enum?: readonly string[]; readonly default?: unknown; readonly type?: string }
}
type Operation = {
  readonly summary?: string
  readonly description?: string
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: unknown }>> }
}

const parameterOf = ({ name, in: place, required, schema }: Parameter): readonly string[] => [
  code(name),
  `${place}${required ? ', required' : ''}`,
  [schema?.enum?.join(', '), schema?.default === undefined ? undefined : `default ${String(schema.default)}`]
    .filter(part => part !== undefined)
    .join('; '),
]

function section(path: string, method: string, { summary, description, parameters, requestBody }: Operation): string {
  const body = requestBody?.content['application/json']?.schema
  return [
    `## ${method.toUpperCase()} ${path}`,
    `${summary ?? ''}.${description ? ` ${description}` : ''}`.replace('?.', '?'),
    ...(parameters ? [table(['parameter', 'where', ''], parameters.map(parameterOf))] : []),
    ...(body ? [`Body:\n\n\`\`\`json\n${JSON.stringify(body, null, 2)}\n\`\`\``] : []),
  ].join('\n\n')
}

export async function apiPage(): Promise<string> {
  const { paths } = (await describeApi()) as { paths: Record<string, Record<string, Operation>> }
  const sections = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => section(path, method, operation)),
  )
  return [intro, ...sections].join('\n\n')
}
