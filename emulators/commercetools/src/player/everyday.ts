/** A shop that is open, without end: people come and go as with `shoppers`, and among them some buy, as customers or as guests. */
import { buyingAs, guestsAs } from './buying.ts'
import { consent } from './consent.ts'
import type { Scene } from './scene.ts'
import { anyone, shop } from './shoppers.ts'

const buy = buyingAs('order')
const visit = guestsAs('visit')

/** Of eight steps, which are whose. */
const HOURS = ['shop', 'buy', 'shop', 'visit', 'shop', 'buy', 'shop', 'consent'] as const

/** A plot sees only its own steps, without gaps, and names that no other plot has: there are fewer of them than turns. */
function among(scene: Scene, hour: 'buy' | 'visit'): Scene {
  const { n, state } = scene
  const place = n % HOURS.length
  const before = HOURS.slice(0, place).filter(each => each === hour).length
  const perRound = HOURS.filter(each => each === hour).length
  const own = Math.floor(n / HOURS.length) * perRound + before
  return { ...scene, n: own, turn: state.before + own }
}

const ACTS: Record<(typeof HOURS)[number], (scene: Scene) => void> = {
  shop: ({ world, project, cast, dice, act, turn }) => {
    shop(world, project, cast, dice, act, turn)
  },
  buy: scene => buy(among(scene, 'buy')),
  visit: scene => visit(among(scene, 'visit')),
  consent(scene) {
    const someone = anyone(scene.project, scene.dice)
    if (someone) consent(scene, someone)
  },
}

export function everyday(scene: Scene): void {
  ACTS[HOURS[scene.n % HOURS.length] ?? 'shop'](scene)
}
