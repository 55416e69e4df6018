/** What maps to what and who owns each field, as it runs: the same data the generated docs are made from. */
import type { FastifyInstance } from 'fastify'
import type { FieldRule, Mapping, MappingPart } from '../../model/mapping.ts'
import type { Served } from '../served.ts'

const ruleOf = ({ codec, ...rule }: FieldRule) => ({
  ...rule,
  codec: codec ? { name: codec.name, doc: codec.doc } : null,
})

const partOf = (part: MappingPart) => ({ ...part, fields: part.fields.map(ruleOf) })

const shown = (mapping: Mapping) => ({
  ...mapping,
  parts: mapping.parts.map(partOf),
  ...(mapping.sharing && { sharing: { ...mapping.sharing, part: partOf(mapping.sharing.part) } }),
})

export function mappings(app: FastifyInstance, { engine }: Served): void {
  app.get('/mappings', { schema: { summary: 'The mappings that run', tags: ['mappings'] } }, async () => ({
    items: engine.mappings.map(shown),
    next: null,
  }))
}
