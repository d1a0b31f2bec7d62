import { defineConfig } from '@playwright/test';

// Every journey has a server of its own (fixtures/server.ts) and phones with
// profiles on disk (fixtures/phone.ts); the browser is the system's Chromium.
// No retries: a test that passes at the second try has found something.
export default defineConfig({
  testDir: './tests',
  outputDir: './test-results',
  globalSetup: './fixtures/founding.ts',
  fullyParallel: false,
  // Two keep two cores busy.
  workers: 2,
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  reporter: [['list']],
  timeout: 180_000,
  expect: { timeout: 15_000 },
  use: {
    actionTimeout: 15_000,
    trace: 'off',
  },
});
