/** Channels: where goods come from, where they are sold, and the foreign systems that orders are exported to. */
import type { Act } from '../model/entities.ts'
import { invalidField } from '../model/errors.ts'
import { type JsonObject, list, object, optional, optionalObject, text } from '../model/json.ts'
import { given, withValue } from '../model/rows.ts'
import type { Channel } from '../model/trade.ts'
import type { Project } from '../store/project.ts'
import type { World } from '../store/world.ts'
import { basketAddress } from '../trade/address.ts'
import { fresh, type SmallActions } from './change.ts'
import { customFrom, customOf, withField } from './custom.ts'
import { freeKey } from './keys.ts'

const ROLES = ['InventorySupply', 'ProductDistribution', 'OrderExport', 'OrderImport', 'Primary']

export function createChannel(world: World, project: Project, draft: JsonObject, act: Act): Channel {
  const row: Channel = {
    ...fresh(world, act),
    key: freeKey(project.channels, '', text(draft, 'key')),
    roles: optional(draft, 'roles') === undefined ? ['InventorySupply'] : roles(draft),
    ...given('name', optionalObject(draft, 'name')),
    ...given('description', optionalObject(draft, 'description')),
    ...given('address', basketAddress(project, draft.address)),
    ...given('custom', customOf(project, draft.custom, 'channel')),
    ...given('geoLocation', optionalObject(draft, 'geoLocation')),
  }
  world.commit({ project, typeId: 'channel', act, after: row })
  return row
}

export const channelActions: SmallActions<Channel> = {
  changeKey(row, action, project) {
    const key = freeKey(project.channels, row.id, text(action, 'key'))
    return key === row.key ? null : { ...row, key }
  },
  setRoles: (row, action) => ({ ...row, roles: roles(action) }),
  addRoles: (row, action) => ({ ...row, roles: [...new Set([...row.roles, ...roles(action)])] }),
  removeRoles(row, action) {
    const gone = roles(action)
    return { ...row, roles: row.roles.filter(each => !gone.includes(each)) }
  },
  changeName: (row, action) => ({ ...row, name: object(action.name, 'name') }),
  changeDescription: (row, action) => ({ ...row, description: object(action.description, 'description') }),
  setAddress: (row, action, project) => withValue(row, 'address', basketAddress(project, action.address)),
  setGeoLocation: (row, action) => withValue(row, 'geoLocation', optionalObject(action, 'geoLocation')),
  setCustomType(row, action, project) {
    const type = optional(action, 'type')
    const custom = type && customFrom(project, type, optional(action, 'fields'), 'channel')
    return withValue(row, 'custom', custom || undefined)
  },
  setCustomField(row, action, project) {
    const change = withField(project, row.custom, text(action, 'name'), optional(action, 'value'))
    return change && { ...row, custom: change.custom }
  },
}

function roles(body: JsonObject): string[] {
  return list(body, 'roles').map(each => {
    if (typeof each !== 'string' || !ROLES.includes(each)) throw invalidField('roles', each, ROLES)
    return each
  })
}
