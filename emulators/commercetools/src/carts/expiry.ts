/** Carts that nobody has changed for their days are gone, by the emulator's clock, when somebody next looks. */
import type { Cart } from '../model/trade.ts'
import type { Project } from '../store/project.ts'
import { type Sorted, sorted } from '../store/sorted.ts'
import { requestAct, type World } from '../store/world.ts'

const DAY_MS = 86_400_000
const BY = { clientId: 'platform', isPlatformClient: false } as const

type Due = { at: number; id: string }

/** When each cart is due at the earliest; a cart that was changed since is put back. */
const queues = new WeakMap<Project, Sorted<Due>>()

const dueAt = (cart: Cart) => Date.parse(cart.lastModifiedAt) + cart.deleteDaysAfterLastModification * DAY_MS

/** To be called for a cart that is new, or due sooner than before. */
export function watch(project: Project, cart: Cart) {
  queues.get(project)?.insert({ at: dueAt(cart), id: cart.id })
}

/** Told to nobody: of carts, Subscriptions hear of the creation alone. */
export function expireCarts(world: World, project: Project) {
  const queue = queueOf(project)
  const now = world.clock.ms()
  for (;;) {
    const first = queue.from().next()
    if (first.done || first.value.at > now) return
    queue.remove(first.value)
    const cart = project.carts.get(first.value.id)
    if (!cart) continue
    if (dueAt(cart) > now) queue.insert({ at: dueAt(cart), id: cart.id })
    else world.commit({ project, typeId: 'cart', act: requestAct(BY), before: cart, silent: true })
  }
}

/** Filled from the table when it is first asked for, as after a restart. */
function queueOf(project: Project): Sorted<Due> {
  const known = queues.get(project)
  if (known) return known
  const made = sorted<Due>((a, b) => a.at - b.at || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))
  for (const cart of project.carts.rows()) made.insert({ at: dueAt(cart), id: cart.id })
  queues.set(project, made)
  return made
}
