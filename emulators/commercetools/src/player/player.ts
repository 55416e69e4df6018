/** Plays a scenario at a steady rate, and goes on where it was after a restart: each step is kept with its act. */
import { numberedIds } from '../model/ids.ts'
import type { ScenarioName } from '../model/scenarios.ts'
import type { PlayState, World } from '../store/world.ts'
import { setRoles } from './companies.ts'
import { setConsentStage } from './consent.ts'
import { cast } from './people.ts'
import { hasTurns, PLAYER, play, total as stepsOf } from './scenarios.ts'
import { setShop } from './shop.ts'
import { setStage } from './stage.ts'

type Progress = Partial<Pick<PlayState, 'scenario' | 'seed' | 'rate' | 'projectKey'>> & {
  running: boolean
  done: number
  /** Steps in all; null when the scenario has no end. */
  total: number | null
  /** Who has arrived in all, whoever left since. */
  arrived: number
  /** What was ever begun, here and by earlier processes. */
  played: readonly ScenarioName[]
  skipped: number
  perSecond: number
  lastError: string | null
}

export type Player = {
  /** False when one is playing. */
  start(scenario: Omit<PlayState, 'done' | 'running' | 'before' | 'arrived' | 'played'>): boolean
  /** Goes on with what an earlier process was playing. */
  resume(): void
  /** Ends the scenario. */
  stop(): void
  /** Stops for now; the state still says that it runs. */
  pause(): void
  progress(): Progress
  /** How many people the data files hold. */
  known(): number
}

const BUYS: ScenarioName[] = ['buying', 'guest', 'quotes', 'everyday']
const CONSENTS: ScenarioName[] = ['consent', 'everyday']
const TICK_MS = 10
/** Time one tick may take, so that requests are answered in between. */
const SLICE_MS = 15

export function player(world: World): Player {
  let timer: NodeJS.Timeout | null = null
  let since = 0
  let doneBefore = 0
  let skipped = 0
  let lastError: string | null = null
  let order: string[] = []
  let total: number | null = null

  function run(state: PlayState) {
    const project = world.project(state.projectKey)
    order = hasTurns(state.scenario)
      ? project.customers.byId
          .from()
          .map(each => each.id)
          .toArray()
      : []
    total = stepsOf(state, order)
    since = performance.now()
    doneBefore = state.done
    // A stage that was left half set is set on with other ids.
    const { stores, groups, types, associateRoles, taxCategories, productTypes, products } = project
    const set = [stores, groups, types, associateRoles, taxCategories, productTypes, products]
    const there = set.reduce((sum, rows) => sum + rows.size(), 0)
    const act = { by: PLAYER, newId: numberedIds(`stage/${state.seed}/${state.before}/${there}`) }
    if (state.scenario !== 'one-change-each') setStage(world, project, cast(), act)
    if (CONSENTS.includes(state.scenario)) setConsentStage(world, project, act)
    if (state.scenario === 'company') setRoles(world, project, act)
    if (BUYS.includes(state.scenario)) setShop(world, project, cast(), act)
    timer = setInterval(() => tick(state), TICK_MS)
    tick(state)
  }

  function tick(state: PlayState) {
    const started = performance.now()
    const due = doneBefore + Math.floor(((started - since) / 1000) * state.rate) + 1
    const project = world.projects.get(state.projectKey)
    if (!project) return stop()
    while (state.done < due && (total === null || state.done < total)) {
      const n = state.done
      try {
        play({ world, project, cast: cast(), state, n, order })
      } catch (error) {
        skipped += 1
        lastError = error instanceof Error ? error.message : String(error)
      }
      state.done = n + 1
      if (performance.now() - started > SLICE_MS) break
    }
    if (total !== null && state.done >= total) finish(state)
  }

  function finish(state: PlayState) {
    if (timer !== null) clearInterval(timer)
    timer = null
    world.savePlay({ ...state, running: false })
  }

  function stop() {
    if (timer !== null) clearInterval(timer)
    timer = null
    if (world.play) world.savePlay({ ...world.play, running: false })
  }

  return {
    start(scenario) {
      if (timer !== null) return false
      skipped = 0
      lastError = null
      const last = world.play
      const before = last ? last.before + last.done : 0
      const played = [...new Set([...playedBy(last), scenario.scenario])]
      const state: PlayState = { ...scenario, done: 0, running: true, before, arrived: arrivedBy(last), played }
      world.savePlay(state)
      run(state)
      return true
    },
    resume() {
      if (world.play?.running) run(world.play)
    },
    stop,
    pause() {
      if (timer !== null) clearInterval(timer)
      timer = null
    },
    progress() {
      const state = world.play
      const seconds = (performance.now() - since) / 1000
      const perSecond = state?.running && seconds > 0 ? Math.round((state.done - doneBefore) / seconds) : 0
      const played = state && {
        scenario: state.scenario,
        seed: state.seed,
        rate: state.rate,
        projectKey: state.projectKey,
      }
      return {
        ...played,
        done: state?.done ?? 0,
        running: state?.running ?? false,
        total: state ? total : null,
        arrived: arrivedBy(state),
        played: playedBy(state),
        skipped,
        perSecond,
        lastError,
      }
    },
    known: () => cast().drafts.length,
  }
}

const arrivedBy = (state: PlayState | null) =>
  state ? state.arrived + (state.scenario === 'arrivals' ? state.done : 0) : 0

/** A state of an earlier version tells the last scenario alone. */
const playedBy = (state: PlayState | null): readonly ScenarioName[] => (state ? (state.played ?? [state.scenario]) : [])
