/** What good means, in figures: the names, and what each must reach. Nobody lowers a target; the code only reads them. */

export type Target = {
  readonly target: number
  readonly better: 'less' | 'more'
  readonly unit: string
}

const ratio = 'ratio'

export const targets = {
  'calls-per-1000-changed': { target: 2, better: 'less', unit: 'calls' },
  'calls-per-1000-unchanged': { target: 0, better: 'less', unit: 'calls' },
  'calls-per-1000-orders': { target: 6, better: 'less', unit: 'calls' },
  'match-calls-per-200-drafts': { target: 1, better: 'less', unit: 'calls' },
  'match-calls-once-linked': { target: 0, better: 'less', unit: 'calls' },
  'throughput-vs-bare-at-2ms-per-record': { target: 0.95, better: 'more', unit: ratio },
  'throughput-vs-bare-at-10ms-per-record': { target: 0.95, better: 'more', unit: ratio },
  'throughput-vs-bare-full-speed': { target: 0.5, better: 'more', unit: ratio },
  'idle-latency-p50-vs-two-round-trips': { target: 1.3, better: 'less', unit: ratio },
  'idle-latency-p99-vs-two-round-trips': { target: 2, better: 'less', unit: ratio },
  'intake-vs-empty-handler': { target: 0.2, better: 'more', unit: ratio },
  'cost-per-record-1m-vs-10k-links': { target: 1.25, better: 'less', unit: ratio },
  'memory-1m-vs-10k-backlog': { target: 1.2, better: 'less', unit: ratio },
  'two-workers-vs-one': { target: 1.8, better: 'more', unit: ratio },
  'salesforce-emulator-vs-parsing-only': { target: 6, better: 'less', unit: ratio },
  'salesforce-emulator-1m-vs-10k-rows': { target: 1.4, better: 'less', unit: ratio },
  'salesforce-emulator-memory-at-1m': { target: 4, better: 'less', unit: 'GiB' },
} as const satisfies Readonly<Record<string, Target>>

export type Name = keyof typeof targets

export const names = Object.keys(targets) as readonly Name[]
