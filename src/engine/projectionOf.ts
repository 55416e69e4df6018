/** A mapping made ready for an org: made once, kept with what the org's describe said. */
import { type Projection, project } from '../core/project.ts'
import type { Mapping, Schema } from '../model/mapping.ts'
import { RemoteFailure } from '../model/outcome.ts'
import type { Engine } from './engine.ts'

/** The mapping made ready for this org, once per describe. Rejects as `denied` when the org lacks our key field. */
export function projectionOf(engine: Engine, mapping: Mapping, schema: Schema): Projection {
  const known = engine.projections.get(schema) ?? new Map<Mapping, Projection>()
  engine.projections.set(schema, known)
  let projection = known.get(mapping)
  if (projection === undefined) {
    projection = project(mapping, schema, (field, value) => engine.digester.digest(field, value))
    known.set(mapping, projection)
    const fields = projection.missing.map(one => `${one.object}.${one.field}`)
    if (fields.length > 0)
      engine.log.warn(
        { mapping: mapping.name, fields },
        'the org lacks fields of the mapping, or we may not write them: see ctsf check',
      )
  }
  const key = projection.missing.find(one => one.field === mapping.keyField)
  if (key !== undefined)
    throw new RemoteFailure({
      is: 'denied',
      code: 'NO_KEY_FIELD',
      message: `${key.object}.${key.field} is missing or not writable: deploy the package in salesforce/ and assign its permission set`,
      fields: [key.field],
      retryAt: null,
    })
  return projection
}
