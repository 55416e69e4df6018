/** Names of what the player can play. */
export const SCENARIOS = [
  'arrivals',
  'one-change-each',
  'shoppers',
  'edits',
  'consent',
  'erasure',
  'company',
  'buying',
  'guest',
  'quotes',
  'everyday',
] as const

export type ScenarioName = (typeof SCENARIOS)[number]
