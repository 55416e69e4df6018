/** A day of small edits: people change their accounts, staff mend the data of business units. */
import type { BusinessUnit } from '../model/b2b.ts'
import type { JsonObject } from '../model/json.ts'
import type { Random } from '../model/random.ts'
import type { Project } from '../store/project.ts'
import { updateUnit } from '../units/update.ts'
import { changeOneField } from './changes.ts'
import type { Scene } from './scene.ts'
import { anyone } from './shoppers.ts'
import { redialled } from './vary.ts'

export function edit({ world, project, cast, dice, act }: Scene) {
  const unit = dice.chance(0.25) ? anyUnit(project, dice) : undefined
  if (unit) {
    updateUnit(world, project, unit, [unitEdit(unit, dice)], act)
    return
  }
  const someone = anyone(project, dice)
  if (someone) changeOneField(world, project, someone, cast, dice, act)
}

export function anyUnit(project: Project, dice: Random): BusinessUnit | undefined {
  const place = dice.uuid()
  const found = project.businessUnits.byId.from(row => row.id < place).next()
  return found.done ? project.businessUnits.byId.from().next().value : found.value
}

function unitEdit(unit: BusinessUnit, dice: Random): JsonObject {
  const [address] = unit.addresses
  if (address?.phone && dice.chance(0.4)) {
    const { id, custom: _, ...rest } = address
    return {
      action: 'changeAddress',
      addressId: id,
      address: { ...rest, phone: redialled(address.phone, dice) } as JsonObject,
    }
  }
  const number = 2 + dice.int(998)
  if (dice.chance(0.5))
    return { action: 'setContactEmail', contactEmail: `office.${number}@${unit.key.toLowerCase()}.example` }
  return { action: 'changeName', name: `${unit.name.replace(/ \(\d+\)$/, '')} (${number})` }
}
