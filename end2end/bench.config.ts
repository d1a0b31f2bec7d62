import { defineConfig } from '@playwright/test';

// The phone measured in a real Chromium, each gate with its limit in the same run:
// `cargo xtask bench --only 5,6,7,8,9,11`. Needs a released site and a release build of the server.
export default defineConfig({
  testDir: './bench',
  globalSetup: './fixtures/founding.ts',
  outputDir: './test-results',
  fullyParallel: false,
  workers: 1,
  retries: 0,
  reporter: [['list']],
  timeout: 1_800_000,
  expect: { timeout: 60_000 },
  use: { actionTimeout: 60_000, trace: 'off' },
});
