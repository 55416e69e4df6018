/** The destinations of Subscriptions as they stand: broken or not on a test's word, and the health that follows from it. */
import type { Subscription } from '../model/entities.ts'
import type { Delivery } from '../model/notice.ts'
import type { Project } from '../store/project.ts'
import type { World } from '../store/world.ts'
import { healthAfter, healthAt, type Patience } from './health.ts'
import type { Published } from './sqs.ts'

export type Destinations = {
  /** What a test says of the destination; `taken` when it says nothing. */
  standing(subscription: Subscription): Published
  stand(subscription: Subscription, state: Published): void
  /** Keeps the health that an attempt to publish leads to; null when the Subscription is gone. */
  published(delivery: Delivery, published: Published): Subscription | null
  /** Keeps the health that time leads to. */
  tick(): void
  forget(): void
}

export function destinations(world: World, patience: () => Patience): Destinations {
  const states = new Map<string, Published>()

  function save(project: Project, before: Subscription, health: Pick<Subscription, 'status' | 'failingSince'> | null) {
    if (!health) return before
    const after = { ...before, ...health }
    // Not a change that anybody made: no version, no notification.
    world.keep(project, 'subscription', after)
    return after
  }

  return {
    standing: subscription => states.get(placeOf(subscription)) ?? 'taken',
    stand(subscription, state) {
      states.set(placeOf(subscription), state)
    },
    published({ projectKey, subscriptionId }, published) {
      const project = world.projects.get(projectKey)
      const before = project?.subscriptions.get(subscriptionId)
      if (!project || !before) return null
      const after = healthAfter(before, published, world.clock.iso())
      const waited = published === 'taken' ? null : healthAt(before, world.clock.ms(), patience())
      return save(project, before, after ?? waited)
    },
    tick() {
      for (const project of world.projects.values()) {
        for (const each of [...project.subscriptions.rows()]) {
          save(project, each, healthAt(each, world.clock.ms(), patience()))
        }
      }
    },
    forget: () => states.clear(),
  }
}

/** A new destination is another one, and knows nothing of what was broken. */
const placeOf = ({ id, destination }: Subscription) => `${id} ${JSON.stringify(destination)}`
