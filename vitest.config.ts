import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'emulators/*/test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    globalSetup: ['test/template.ts'],
    pool: 'forks',
    // The flows wait more than they compute: with as many workers as cores the machine idles.
    maxWorkers: Math.max(3, availableParallelism()),
  },
})
