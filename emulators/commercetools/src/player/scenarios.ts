/** What the people do, step by step: each step depends on the seed, its own number and the present state alone. */
import { createCustomer } from '../customers/create.ts'
import type { Act } from '../model/entities.ts'
import { random } from '../model/random.ts'
import type { Project } from '../store/project.ts'
import type { PlayState, World } from '../store/world.ts'
import { changeOneField } from './changes.ts'
import type { Cast } from './people.ts'
import { shop } from './shoppers.ts'
import { fitting } from './stage.ts'
import { person } from './vary.ts'

export type Step = { world: World; project: Project; cast: Cast; state: PlayState; n: number; order: readonly string[] }

export const PLAYER = { clientId: 'people', isPlatformClient: false } as const

/** Ids of a step come from its seed, so the same seed tells the same story. */
function stepAct(state: PlayState, n: number): { act: Act; dice: ReturnType<typeof random> } {
  const dice = random(state.seed, state.before + n, state.scenario.length)
  return { dice, act: { by: PLAYER, newId: dice.uuid, step: n } }
}

export function play({ world, project, cast, state, n, order }: Step) {
  const { act, dice } = stepAct(state, n)
  if (state.scenario === 'arrivals') {
    createCustomer(world, project, fitting(project, person(cast.drafts, state.arrived + n, dice)), act)
  } else if (state.scenario === 'one-change-each') {
    const customer = project.customers.get(order[n] ?? '')
    if (customer) changeOneField(world, project, customer, cast, dice, act)
  } else shop(world, project, cast, dice, act, state.before + n)
}
