/** What the people do, step by step: each step depends on the seed, its own number and the present state alone. */
import { createCustomer } from '../customers/create.ts'
import { deleteCustomer } from '../customers/update.ts'
import type { Act, Customer } from '../model/entities.ts'
import { numberedIds } from '../model/ids.ts'
import { random } from '../model/random.ts'
import type { ScenarioName } from '../model/scenarios.ts'
import type { PlayState } from '../store/world.ts'
import { BUYING_STEPS, buyingAs, GUEST_STEPS, guestsAs } from './buying.ts'
import { changeOneField } from './changes.ts'
import { COMPANY_STEPS, foundCompany } from './companies.ts'
import { consent } from './consent.ts'
import { edit } from './edits.ts'
import { everyday } from './everyday.ts'
import { negotiate, QUOTE_STEPS } from './negotiation.ts'
import type { Scene, Step } from './scene.ts'
import { anyone, shop } from './shoppers.ts'
import { fitting } from './stage.ts'
import { person } from './vary.ts'

type Scenario = {
  play(scene: Scene): void
  /** How many steps it has by itself; null when it goes on until it is stopped. */
  steps(state: PlayState, order: readonly string[]): number | null
}

export const PLAYER = { clientId: 'people', isPlatformClient: false } as const

const everyone = (_: PlayState, order: readonly string[]) => order.length

const SCENARIO: Record<ScenarioName, Scenario> = {
  arrivals: {
    steps: state => state.customers,
    play: ({ world, project, cast, state, n, dice, act }) =>
      createCustomer(world, project, fitting(project, person(cast.drafts, state.arrived + n, dice)), act),
  },
  'one-change-each': {
    steps: everyone,
    play(scene) {
      const { world, project, cast, dice, act } = scene
      changeOneField(world, project, inTurn(scene), cast, dice, act)
    },
  },
  shoppers: {
    steps: () => null,
    play: ({ world, project, cast, dice, act, turn }) => shop(world, project, cast, dice, act, turn),
  },
  edits: { steps: everyone, play: edit },
  consent: { steps: everyone, play: scene => consent(scene, inTurn(scene)) },
  /** One person; more when more steps are asked for. */
  erasure: {
    steps: () => 1,
    play({ world, project, dice, act }) {
      const someone = anyone(project, dice)
      if (!someone) throw new Error('there is nobody to be erased')
      deleteCustomer(world, project, someone, true, act)
    },
  },
  company: { steps: state => state.customers * COMPANY_STEPS, play: foundCompany },
  buying: { steps: state => state.customers * BUYING_STEPS, play: buyingAs('bought') },
  guest: { steps: state => state.customers * GUEST_STEPS, play: guestsAs('guest') },
  quotes: { steps: state => state.customers * QUOTE_STEPS, play: negotiate },
  everyday: { steps: () => null, play: everyday },
}

/** The order in which people have their turn, where each has one. */
export const hasTurns = (name: ScenarioName) => SCENARIO[name].steps === everyone

export function total(state: PlayState, order: readonly string[]): number | null {
  const own = SCENARIO[state.scenario].steps(state, order)
  if (state.steps === null) return own
  // Nobody has two turns; a scenario whose length is a mere suggestion is played as long as asked.
  return own !== null && state.scenario !== 'erasure' ? Math.min(state.steps, own) : state.steps
}

export function play({ n, ...step }: Step) {
  const { state } = step
  const turn = state.before + n
  // Ids and choices of a step come from its seed, so the same seed tells the same story.
  const dice = random(state.seed, turn, state.scenario.length)
  const act: Act = { by: PLAYER, newId: numberedIds(`${state.scenario}/${state.seed}/${turn}`), step: n }
  SCENARIO[state.scenario].play({ ...step, n, turn, dice, act })
}

function inTurn({ project, order, n }: Scene): Customer {
  const customer = project.customers.get(order[n] ?? '')
  if (!customer) throw new Error('the customer is gone')
  return customer
}
