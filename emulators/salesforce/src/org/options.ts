// What an org can be told to be: the shape of `--org`, read and checked once, with the defaults of an Enterprise org.

import { readFileSync } from 'node:fs'
import { eventProblems } from './event-options.ts'

/** Names of permission sets; who has none named may do all. Those of a client are given to the user that it runs as. */
type Assigned = { permissionSets?: string[] }
export type ClientEntry = Assigned & { clientId: string; clientSecret?: string; username?: string; publicKey?: string }
export type UserEntry = Assigned & { username: string; firstName?: string; lastName: string; email?: string }
/** A permission set beside those of the package: rights by object, `read` or `edit` by `Object.Field`. */
export type PermissionSetEntry = {
  name: string
  objects?: Record<string, ('create' | 'read' | 'edit' | 'delete')[]>
  fields?: Record<string, 'read' | 'edit'>
  abilities?: string[]
}
export type RecordTypeEntry = { object: string; developerName: string; name?: string; person?: boolean }

export type Condition = {
  field: string
  op: 'matches' | 'notMatches' | 'equals' | 'notEquals' | 'blank' | 'notBlank' | 'longerThan'
  value?: string | number | boolean
}

/** A validation rule as a predicate that, when true of the saved record, refuses it: as in Salesforce. */
export type ValidationRule = Condition & { object: string; message: string; active?: boolean }

/** A before-save flow: where all of `when` hold, and one of `whenChanged` has changed, it sets fields. */
export type Flow = {
  object: string
  name?: string
  on?: 'create' | 'update'
  when?: Condition[]
  whenChanged?: string[]
  set: Record<string, string | number | boolean | null | { text: string }>
  active?: boolean
}

/** A duplicate rule with its matching rule: records whose `fields` all equal those of another are duplicates. */
export type DuplicateRule = {
  object: string
  /** Where to look; the same object by default. */
  matchObject?: string
  fields: string[]
  action?: 'alert' | 'block'
  name?: string
  matchingRule?: string
  message?: string
  active?: boolean
}

/** Beside those of the package; types of fields as in metadata: `Text`, `Checkbox`, `Number`. */
export type PlatformEventEntry = { name: string; fields?: Record<string, string> }
/** A channel of the org's own, or `ChangeEvents`; events are named as `ContactChangeEvent` or `Order_Event__e`. */
export type ChannelOption = {
  name: string
  type?: 'data' | 'event'
  members?: { event: string; enrichedFields?: string[]; filter?: string }[]
}
export type ManagedSubscriptionEntry = {
  developerName: string
  topicName: string
  defaultReplay?: 'LATEST' | 'EARLIEST'
  errorRecoveryReplay?: 'LATEST' | 'EARLIEST'
  state?: 'RUN' | 'STOP'
}

export type OrgOptions = {
  name: string
  edition: string
  sandbox: boolean
  apiLimit: number
  apiLimitMode: 'soft' | 'hard'
  /** Calls of twenty seconds and more at a time; 25, or 5 in a Developer Edition, unless told. */
  concurrentCalls: number | null
  /** Query locators that one user may have open. */
  queryCursors: number
  sessionMs: number
  /** How long a Bulk job waits for its turn, and how long one row takes. */
  bulkQueueMs: number
  bulkRecordMs: number
  /** In 24 hours: batches of ingest jobs, query jobs, and records uploaded. */
  bulkBatches: number
  bulkQueries: number
  bulkRecords: number
  /** Whether users may delete for good: the permission "Bulk API Hard Delete". */
  bulkHardDelete: boolean
  stateCountryPicklists: boolean
  personAccounts: boolean
  states: Record<string, Record<string, string>>
  withoutPackage: boolean
  /** The feature "Contacts to Multiple Accounts": AccountContactRelation exists and is kept by the platform. */
  contactsToMultipleAccounts: boolean
  /** ISO codes of an org with more than one currency, its own first; empty where it has one only. */
  currencies: string[]
  /** Order statuses beyond Draft and Activated, by category. */
  orderStatuses: { label: string; category: 'Draft' | 'Activated' }[]
  clients: ClientEntry[]
  users: UserEntry[]
  permissionSets: PermissionSetEntry[]
  recordTypes: RecordTypeEntry[]
  validationRules: ValidationRule[]
  duplicateRules: DuplicateRule[]
  flows: Flow[]
  /** The objects whose changes are published as events. */
  changeDataCapture: string[] | 'all'
  /** Changes of one transaction beyond this number are told by one GAP_OVERFLOW an object. */
  changeEventsMost: number
  platformEvents: PlatformEventEntry[]
  channels: ChannelOption[]
  managedSubscriptions: ManagedSubscriptionEntry[]
}

export const ORG_DEFAULTS: OrgOptions = {
  name: 'Emulated Org',
  edition: 'Enterprise Edition',
  sandbox: false,
  apiLimit: 100_000,
  apiLimitMode: 'soft',
  concurrentCalls: null,
  queryCursors: 10,
  sessionMs: 2 * 60 * 60 * 1000,
  bulkQueueMs: 500,
  bulkRecordMs: 0.2,
  bulkBatches: 15_000,
  bulkQueries: 10_000,
  bulkRecords: 150_000_000,
  bulkHardDelete: false,
  stateCountryPicklists: true,
  personAccounts: false,
  states: {},
  withoutPackage: false,
  contactsToMultipleAccounts: false,
  currencies: [],
  orderStatuses: [],
  clients: [],
  users: [],
  permissionSets: [],
  recordTypes: [],
  validationRules: [],
  duplicateRules: [],
  flows: [],
  changeDataCapture: [],
  changeEventsMost: 100_000,
  platformEvents: [],
  channels: [],
  managedSubscriptions: [],
}

/** Raised for a file or option that cannot be used; the program exits 2 with its message. */
export class SetupError extends Error {}

export function readJsonFile(path: string, what: string): unknown {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw new SetupError(`cannot read the ${what} file ${path}: ${error instanceof Error ? error.message : error}`)
  }
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new SetupError(`the ${what} file ${path} is not JSON: ${error instanceof Error ? error.message : error}`)
  }
}

/** The org of a file path or of a value; unknown names are refused, so that a typo is not silently a default. */
export function orgOptions(given: string | Partial<OrgOptions> | undefined): OrgOptions {
  const value = typeof given === 'string' ? readJsonFile(given, 'org') : (given ?? {})
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new SetupError('the org file must hold one JSON object')
  }
  const problems: string[] = []
  const defaults: Record<string, unknown> = ORG_DEFAULTS
  for (const [name, entry] of Object.entries(value)) {
    const expected = defaults[name]
    if (expected === undefined) problems.push(`"${name}" is unknown (known: ${Object.keys(defaults).join(', ')})`)
    else if (name === 'changeDataCapture' && entry === 'all') continue
    else if (kindOf(entry) !== (expected === null ? 'a number' : kindOf(expected)))
      problems.push(`"${name}" must be ${kindOf(expected)}`)
  }
  const org = { ...ORG_DEFAULTS, ...value } as OrgOptions
  if (org.apiLimitMode !== 'soft' && org.apiLimitMode !== 'hard') problems.push('"apiLimitMode" must be soft or hard')
  for (const rule of Array.isArray(org.validationRules) ? org.validationRules : []) {
    if (!rule.object || !rule.field || !rule.op || !rule.message) {
      problems.push('each of "validationRules" needs object, field, op and message')
    }
  }
  for (const rule of Array.isArray(org.duplicateRules) ? org.duplicateRules : []) {
    if (!rule.object || !Array.isArray(rule.fields) || rule.fields.length === 0) {
      problems.push('each of "duplicateRules" needs object and fields')
    }
    if (rule.action !== undefined && rule.action !== 'alert' && rule.action !== 'block') {
      problems.push('"action" of a duplicate rule must be alert or block')
    }
  }
  for (const flow of Array.isArray(org.flows) ? org.flows : []) {
    if (!flow.object || typeof flow.set !== 'object' || flow.set === null)
      problems.push('each of "flows" needs object and set')
  }
  problems.push(...eventProblems(org))
  if (problems.length > 0) throw new SetupError(`the org file cannot be used: ${problems.join('; ')}`)
  return org
}

function kindOf(value: unknown): string {
  return Array.isArray(value)
    ? 'a list'
    : value === null
      ? 'null'
      : `a${typeof value === 'object' ? 'n' : ''} ${typeof value}`
}
