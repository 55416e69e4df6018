import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

/** Tests that start processes, or that measure what a process holds, have one of their own for each file. */
const alone = ['test/**/*.test.ts', 'src/app.test.ts', 'src/cli/cli.test.ts']

export default defineConfig({
  test: {
    pool: 'forks',
    // The flows wait more than they compute: with as many workers as cores the machine idles.
    maxWorkers: Math.max(3, availableParallelism()),
    projects: [
      {
        extends: true,
        test: {
          name: 'alone',
          include: alone,
          globalSetup: ['test/template.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'together',
          include: ['src/**/*.test.ts', 'emulators/*/test/**/*.test.ts'],
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
