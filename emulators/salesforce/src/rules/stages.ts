// Fields that follow from a status or a stage, and what a status forbids: leads, deals, cases and tasks.

import { childrenBy, isChanged, type ObjectRule, object, rowById, type Saving } from './object-rule.ts'
import { refuse } from './refusal.ts'

const PROBABILITY: Record<string, number> = {
  Prospecting: 10,
  Qualification: 10,
  'Needs Analysis': 20,
  'Value Proposition': 50,
  'Id. Decision Makers': 60,
  'Perception Analysis': 70,
  'Proposal/Price Quote': 75,
  'Negotiation/Review': 90,
  'Closed Won': 100,
  'Closed Lost': 0,
}

/** A converted lead is history: nobody changes it. */
export const leadRule: ObjectRule = {
  before({ row }) {
    if (row?.values.IsConverted === true)
      throw refuse('CANNOT_UPDATE_CONVERTED_LEAD', 'cannot reference converted lead')
  },
}

export const opportunityRule: ObjectRule = {
  before(saving) {
    const { values } = saving
    if (!isChanged(saving, 'StageName')) return
    const stage = String(values.StageName)
    const probability = PROBABILITY[stage]
    if (probability !== undefined && !isChanged(saving, 'Probability')) values.Probability = probability
    values.IsClosed = stage === 'Closed Won' || stage === 'Closed Lost'
    values.IsWon = stage === 'Closed Won'
  },
}

/** One primary contact a deal: the last one that is said to be it. */
export const contactRoleRule: ObjectRule = {
  after(world, actor, row) {
    if (row.values.IsPrimary !== true) return
    for (const other of childrenBy(
      world,
      'OpportunityContactRole',
      'OpportunityId',
      String(row.values.OpportunityId),
    )) {
      if (other.id === row.id || other.values.IsPrimary !== true) continue
      const values = { ...other.values, IsPrimary: false }
      world.store.change(object(world, 'OpportunityContactRole'), other, { modifiedBy: actor.userId, values })
    }
  },
}

function closing(saving: Saving, isClosed: boolean, at: string): void {
  const { values, world } = saving
  values.IsClosed = isClosed
  if (!isClosed) delete values[at]
  else values[at] ??= Math.floor(world.now() / 1000) * 1000
}

export const caseRule: ObjectRule = {
  before(saving) {
    const { values, world } = saving
    if (isChanged(saving, 'Status') || saving.row === null) closing(saving, values.Status === 'Closed', 'ClosedDate')
    const account = rowById(world, 'Contact', values.ContactId)?.values.AccountId
    if (values.AccountId === undefined && account !== undefined) values.AccountId = account
  },
}

/** The account of a task is that of what or whom it is about. */
export const taskRule: ObjectRule = {
  before(saving) {
    const { values, world } = saving
    if (isChanged(saving, 'Status') || saving.row === null) {
      closing(saving, values.Status === 'Completed', 'CompletedDateTime')
    }
    const about = world.store.find(String(values.WhatId ?? ''))
    const account =
      about?.entity.name === 'Account'
        ? about.row.id
        : (about?.row.values.AccountId ?? rowById(world, 'Contact', values.WhoId)?.values.AccountId)
    if (account === undefined) delete values.AccountId
    else values.AccountId = account
  },
  /** The last day on which something was done: of whom it was done with, and of their account. */
  after(world, actor, { values }) {
    const { IsClosed, ActivityDate, WhoId, AccountId } = values
    if (IsClosed !== true || ActivityDate === undefined || ActivityDate === null) return
    for (const [name, id] of [
      ['Contact', WhoId],
      ['Account', AccountId],
    ] as const) {
      const row = rowById(world, name, id)
      if (row === undefined || String(row.values.LastActivityDate ?? '') >= String(ActivityDate)) continue
      const moved = { ...row.values, LastActivityDate: ActivityDate }
      world.store.change(object(world, name), row, { modifiedBy: actor.userId, values: moved, untold: true })
    }
  },
}
