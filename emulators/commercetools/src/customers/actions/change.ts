/** What an update action is: a customer before, a customer after, and the messages that tell of it. */
import type { Act, Customer, MessageBody } from '../../model/entities.ts'
import type { JsonObject } from '../../model/json.ts'
import type { Project } from '../../store/project.ts'

/** Null: the action changed nothing, so neither version nor message follows. */
type Change = { customer: Customer; messages?: MessageBody[] } | null

export type Action = (customer: Customer, action: JsonObject, context: { project: Project; act: Act }) => Change

export type Actions = Record<string, Action>
