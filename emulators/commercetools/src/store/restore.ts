/** Reads a journal back into a world, and writes the world as the shortest journal that leads to it. */
import { HOLDS, type Message, type Resource } from '../model/entities.ts'
import type { Delivery } from '../model/notice.ts'
import { project, TYPE_IDS, type TypeId, tableOf } from './project.ts'
import { keepMessages, type Line, type World, without } from './world.ts'

/** Returns the deliveries that nobody acknowledged, oldest first. */
export function restore(world: World, lines: Iterable<unknown>): Delivery[] {
  const pending = new Map<string, Delivery>()
  let latest = 0
  for (const raw of lines) {
    // The journal is our own: its lines were typed when they were written.
    const line = raw as Line
    switch (line.k) {
      case 'meta':
        world.tokenKey = line.tokenKey
        world.lastId = Math.max(world.lastId, line.lastId)
        break
      case 'clock':
        world.clock.restore(line.state, line.at)
        break
      case 'project': {
        const known = world.projects.get(line.key) ?? project(line.key, line.settings.createdAt)
        known.settings = line.settings
        known.clients = line.clients
        world.projects.set(line.key, known)
        break
      }
      case 'row':
        tableOf(world.project(line.p), line.t).put(line.e)
        latest = Math.max(latest, Date.parse(line.e.lastModifiedAt))
        break
      case 'message':
        keepMessages(world.project(line.p), [line.m], createdIn(world, line.p, line.m), 0)
        break
      case 'commit': {
        const home = world.project(line.p)
        if (line.e) tableOf(home, line.t).put(line.e)
        else if (line.x) tableOf(home, line.t).remove(line.x)
        latest = Math.max(latest, Date.parse(line.n.modifiedAt))
        if (line.n.dataErasure)
          for (const { id } of home.messages.find('resource.id', line.n.id)) home.messages.remove(id)
        keepMessages(home, line.m, line.e, latest)
        for (const [id, subscriptionId, place] of line.d) {
          const message = line.m[place]
          const notice = place < 0 || !message ? line.n : { of: 'message' as const, message }
          pending.set(id, { id, projectKey: line.p, subscriptionId, notice, publishedAt: line.n.modifiedAt })
          world.lastId = Math.max(world.lastId, Number(id))
        }
        if (line.s !== undefined && world.play) world.play.done = line.s + 1
        break
      }
      case 'pending':
        pending.set(line.d.id, line.d)
        world.lastId = Math.max(world.lastId, Number(line.d.id))
        break
      case 'acked':
        for (const id of line.ids) pending.delete(id)
        break
      case 'play':
        world.play = line.state
        break
      default:
        throw new Error(`The state holds a line of an unknown kind: ${JSON.stringify(line).slice(0, 100)}`)
    }
  }
  world.clock.restore(world.clock.state(), latest)
  return [...pending.values()]
}

export function* snapshot(world: World, pending: Iterable<Delivery>): IterableIterator<Line> {
  yield { k: 'meta', tokenKey: world.tokenKey, lastId: world.lastId }
  yield { k: 'clock', state: world.clock.state(), at: world.clock.ms() }
  for (const { key, settings, clients } of world.projects.values()) yield { k: 'project', key, settings, clients }
  for (const home of world.projects.values()) {
    for (const t of TYPE_IDS) for (const e of tableOf(home, t).rows()) yield { k: 'row', p: home.key, t, e }
    for (const m of home.messages.byTime.from()) yield { k: 'message', p: home.key, m: slimmed(world, home.key, m) }
  }
  for (const d of pending) yield { k: 'pending', d }
  if (world.play) yield { k: 'play', state: world.play }
}

/** A created row that has not changed since is kept once, in its table. */
function slimmed(world: World, key: string, message: Message): Message {
  const name = HOLDS[message.type]
  if (name === undefined || message[name] === undefined) return message
  return message[name] === rowOf(world, key, message) ? without(message, name) : message
}

function createdIn(world: World, key: string, message: Message): Resource | undefined {
  const name = HOLDS[message.type]
  return name === undefined || message[name] !== undefined ? undefined : rowOf(world, key, message)
}

function rowOf(world: World, key: string, { resource }: Message): Resource | undefined {
  return tableOf(world.project(key), resource.typeId as TypeId).get(resource.id)
}
