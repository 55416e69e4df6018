/** Which of the emulator's scenarios the demo plays after the arrivals, and which it leaves out, with the reason. */

/** In this order: each finds people to happen to, and those who leave do so last. `steps` is the most that one run plays. */
export const played = [
  { name: 'one-change-each', steps: 200 },
  { name: 'edits', steps: 200 },
  { name: 'consent', steps: 200 },
  { name: 'shoppers', steps: 200 },
  { name: 'buying', steps: 240 },
  { name: 'guest', steps: 100 },
  { name: 'company', steps: 90 },
  { name: 'quotes', steps: 90 },
  { name: 'everyday', steps: 400 },
  { name: 'erasure', steps: 5 },
] as const

/** The service does not read what these are about, so that there would be nothing to compare: none any more. */
export const leftOut: Readonly<Record<string, string>> = {}
