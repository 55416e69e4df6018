/** Consent to marketing by email, in Custom Fields of the customer: given, and withdrawn the next time. */
import { updateCustomer } from '../customers/update.ts'
import type { Act, Customer, Type } from '../model/entities.ts'
import type { JsonObject } from '../model/json.ts'
import { changeResource } from '../resources/change.ts'
import { createType, typeActions } from '../resources/types.ts'
import type { Project } from '../store/project.ts'
import type { World } from '../store/world.ts'
import type { Scene } from './scene.ts'

const FIELDS: JsonObject[] = [
  field('marketingEmailConsent', 'Boolean', 'Consent to marketing by email'),
  field('consentAt', 'DateTime', 'Time of the consent or of its withdrawal'),
  field('consentSource', 'String', 'Where it was given or withdrawn'),
  field('consentLocale', 'String', 'Language in which it was asked for'),
]
const SOURCES = ['checkout', 'account', 'footer', 'support call', 'trade fair']

function field(name: string, type: string, label: string): JsonObject {
  return { name, type: { name: type }, label: { en: label }, required: false }
}

/** A customer can have one type only: where there is one for customers, it gains what it lacks. */
export function setConsentStage(world: World, project: Project, act: Act) {
  const types = [...project.types.byId.from()].filter(each => each.resourceTypeIds.includes('customer'))
  if (types.length === 0) {
    const draft = {
      key: 'customer-consent',
      name: { en: 'Consent' },
      resourceTypeIds: ['customer'],
      fieldDefinitions: FIELDS,
    }
    createType(world, project, draft, act)
  }
  for (const type of types) {
    const lacking = FIELDS.filter(each => !type.fieldDefinitions.some(({ name }) => name === each.name))
    const actions = lacking.map(fieldDefinition => ({ action: 'addFieldDefinition', fieldDefinition }))
    if (actions.length > 0) changeResource<Type>(world, project, 'type', type, actions, typeActions, act)
  }
}

export function consent({ world, project, dice, act }: Scene, customer: Customer) {
  const given = customer.custom?.fields.marketingEmailConsent === true
  const fields = {
    marketingEmailConsent: !given,
    consentAt: world.clock.iso(),
    consentSource: dice.pick(SOURCES),
    consentLocale: customer.locale ?? 'en',
  }
  if (customer.custom) {
    const actions = Object.entries(fields).map(([name, value]) => ({ action: 'setCustomField', name, value }))
    updateCustomer(world, project, customer, actions, act)
    return
  }
  const type = project.types.byId.from().find(each => each.resourceTypeIds.includes('customer'))
  if (!type) throw new Error('there is no type for customers')
  const action = { action: 'setCustomType', type: { typeId: 'type', id: type.id }, fields }
  updateCustomer(world, project, customer, [action], act)
}
