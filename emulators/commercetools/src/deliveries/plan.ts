/** Which subscriptions of a project want to hear of a change and of its messages. */
import type { Message, Subscription } from '../model/entities.ts'
import type { ChangeNotice, Delivery, Notice } from '../model/notice.ts'
import type { Project } from '../store/project.ts'
import type { World } from '../store/world.ts'

export function planned(
  world: World,
  project: Project,
  change: ChangeNotice,
  messages: Message[],
  reaches: (subscription: Subscription) => boolean,
): Delivery[] {
  const all: Delivery[] = []
  for (const subscription of project.subscriptions.rows()) {
    if (!reaches(subscription)) continue
    const tell = (notice: Notice) =>
      all.push({
        id: world.nextDeliveryId(),
        projectKey: project.key,
        subscriptionId: subscription.id,
        notice,
        publishedAt: change.modifiedAt,
      })
    const wanted = subscription.changes.some(each => each.resourceTypeId === change.typeId)
    if (wanted && !change.silent) tell(change)
    for (const message of messages) {
      const heard = subscription.messages.some(
        each =>
          each.resourceTypeId === message.resource.typeId &&
          (each.types.length === 0 || each.types.includes(message.type)),
      )
      if (heard) tell({ of: 'message', message })
    }
  }
  return all
}
