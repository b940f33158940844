import { defineConfig } from 'vitest/config';

// Suites: `unit`, `service` (against real databases and brokers) and `e2e` (the built command) need neither network nor the shared corpus, `corpus` runs over Microsoft's real
// documents and real hives and is skipped, with a reason, where they are not, `architecture` guards imports.
export default defineConfig({
  test: {
    pool: 'threads',
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts'],
          exclude: ['src/{store,service,http}/**'],
          // Some take seconds of computing, and more where the machine is busy.
          testTimeout: 20_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'service',
          include: ['src/{store,service,http}/**/*.test.ts', 'test/service/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: 'test/e2e/build-command.ts',
          testTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'corpus',
          include: ['test/corpus/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      { extends: true, test: { name: 'architecture', include: ['test/architecture.test.ts'] } },
    ],
  },
});
