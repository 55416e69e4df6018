/** Zones: the places that shipping methods have rates for. */
import { checkCountry } from '../customers/fields.ts'
import type { Zone } from '../model/conditions.ts'
import type { Act } from '../model/entities.ts'
import { type JsonObject, object, objects, optionalText, sameJson, text } from '../model/json.ts'
import { given, withValue } from '../model/rows.ts'
import { fresh, type SmallActions } from '../resources/change.ts'
import { freeKey } from '../resources/keys.ts'
import type { Project } from '../store/project.ts'
import type { World } from '../store/world.ts'

export function createZone(world: World, project: Project, draft: JsonObject, act: Act): Zone {
  const row: Zone = {
    ...fresh(world, act),
    ...given('key', freeKey(project.zones, '', optionalText(draft, 'key'))),
    name: text(draft, 'name'),
    ...given('description', optionalText(draft, 'description')),
    locations: objects(draft, 'locations').map(location),
  }
  world.commit({ project, typeId: 'zone', act, after: row })
  return row
}

export const zoneActions: SmallActions<Zone> = {
  changeName: (row, action) => ({ ...row, name: text(action, 'name') }),
  setKey: (row, action, project) => withValue(row, 'key', freeKey(project.zones, row.id, optionalText(action, 'key'))),
  setDescription: (row, action) => withValue(row, 'description', optionalText(action, 'description')),
  addLocation(row, action) {
    const added = location(object(action.location, 'location'))
    return row.locations.some(each => sameJson(each, added)) ? null : { ...row, locations: [...row.locations, added] }
  },
  removeLocation(row, action) {
    const gone = location(object(action.location, 'location'))
    const locations = row.locations.filter(each => !sameJson(each, gone))
    return locations.length === row.locations.length ? null : { ...row, locations }
  },
}

const location = (draft: JsonObject): Zone['locations'][number] => ({
  country: checkCountry(text(draft, 'country')),
  ...given('state', optionalText(draft, 'state')),
})
