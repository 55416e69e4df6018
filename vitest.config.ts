import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import LongestFirst from './test/sequencer.ts'

/** What it asserts is counted while customers arrive at a given rate, which nothing beside it may slow down. */
const counted = ['test/flows/calls.test.ts']
/** Tests that start processes, or that share a server within their file, have a process of their own for each file. */
const alone = ['test/{flows,faults,contention,contract,law}/**/*.test.ts', 'src/app.test.ts', 'src/cli/cli.test.ts']

export default defineConfig({
  test: {
    pool: 'forks',
    // The flows wait more than they compute: with as many workers as cores the machine idles.
    maxWorkers: Math.max(3, availableParallelism()),
    sequence: { sequencer: LongestFirst },
    setupFiles: ['test/seed.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'alone',
          include: alone,
          exclude: counted,
          globalSetup: ['test/template.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'counted',
          include: counted,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // After all others, in silence.
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'together',
          include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'emulators/*/test/**/*.test.ts'],
          exclude: alone,
          // To load the modules anew for each file would take half of the time.
          isolate: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
})
