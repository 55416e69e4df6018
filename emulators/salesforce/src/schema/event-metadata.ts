// What an SFDX project says of events: platform events, channels with their members, and managed subscriptions.
// Source: PlatformEventChannel, PlatformEventChannelMember and ManagedEventSubscription in the Metadata API's guide.

import { basename } from 'node:path'
import { element, list, readXml, text } from './xml.ts'

export type ChannelEntry = { name: string; type: 'data' | 'event' }
/** `event` is the event's name, such as `ContactChangeEvent` or `Order_Event__e`. */
export type MemberEntry = { channel: string; event: string; enrichedFields: string[]; filter: string | null }
export type Preset = 'LATEST' | 'EARLIEST'
export type ManagedEntry = {
  developerName: string
  label: string
  topicName: string
  /** Where it begins when nothing was committed, and when what was committed is gone. */
  defaultReplay: Preset
  errorRecoveryReplay: Preset
  state: 'RUN' | 'STOP'
}
export type EventMetadata = {
  /** Names of platform events; their fields are among the custom fields. */
  platformEvents: string[]
  channels: ChannelEntry[]
  members: MemberEntry[]
  managed: ManagedEntry[]
}

export const NO_EVENTS = (): EventMetadata => ({ platformEvents: [], channels: [], members: [], managed: [] })

const EVENT = '__e.object-meta.xml'
const CHANNEL = '.platformEventChannel-meta.xml'
const MEMBER = '.platformEventChannelMember-meta.xml'
const MANAGED = '.managedEventSubscription-meta.xml'

/** Adds what a file says to `found`, when it is one of these. */
export function readEventFile(file: string, found: EventMetadata): void {
  if (file.endsWith(EVENT)) {
    readXml(file, 'CustomObject')
    found.platformEvents.push(basename(file, '.object-meta.xml'))
  } else if (file.endsWith(CHANNEL)) {
    const type = text(readXml(file, 'PlatformEventChannel').channelType) === 'event' ? 'event' : 'data'
    found.channels.push({ name: basename(file, CHANNEL), type })
  } else if (file.endsWith(MEMBER)) {
    const xml = readXml(file, 'PlatformEventChannelMember')
    found.members.push({
      channel: text(xml.eventChannel) ?? '',
      event: text(xml.selectedEntity) ?? '',
      enrichedFields: list(xml.enrichedFields).flatMap(field => text(element(field).name) ?? []),
      filter: text(xml.filterExpression) ?? null,
    })
  } else if (file.endsWith(MANAGED)) {
    const xml = readXml(file, 'ManagedEventSubscription')
    const developerName = basename(file, MANAGED)
    found.managed.push({
      developerName,
      label: text(xml.label) ?? developerName,
      topicName: text(xml.topicName) ?? '',
      defaultReplay: preset(text(xml.defaultReplay)),
      errorRecoveryReplay: preset(text(xml.errorRecoveryReplay)),
      state: text(xml.state) === 'STOP' ? 'STOP' : 'RUN',
    })
  }
}

const preset = (given: string | undefined): Preset => (given === 'EARLIEST' ? 'EARLIEST' : 'LATEST')
