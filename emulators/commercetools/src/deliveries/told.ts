/** The latest attempts to deliver, for the inspector. */
import type { Job } from './lane.ts'

export type Told = {
  id: string
  projectKey: string
  resourceId: string
  what: string
  at: string
  status: number | null
  tries: number
}

export type ToldLog = { entries(): readonly Told[]; add(job: Job, status: number | null): void; clear(): void }

const KEPT = 5_000

export function toldLog(): ToldLog {
  let all: Told[] = []
  return {
    entries: () => all,
    add({ delivery, tries }, status) {
      const { notice, id, projectKey } = delivery
      const resourceId = notice.of === 'message' ? notice.message.resource.id : notice.id
      const what = notice.of === 'message' ? notice.message.type : `${notice.kind} v${notice.version}`
      all.push({ id, projectKey, resourceId, what, at: new Date().toISOString(), status, tries })
      if (all.length > KEPT * 2) all = all.slice(-KEPT)
    },
    clear() {
      all = []
    },
  }
}
