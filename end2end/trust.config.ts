import { defineConfig } from '@playwright/test';

// What is promised about the phone, proved in a real Chromium: `cargo xtask trust
// --only phone` in full, a short version with the journeys. Seeds are printed; the
// same MINGCHA_SEED makes the same choices again.
export default defineConfig({
  testDir: './trust',
  globalSetup: './fixtures/founding.ts',
  outputDir: './test-results',
  fullyParallel: false,
  workers: 1,
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  reporter: [['list']],
  timeout: 6 * 3_600_000,
  expect: { timeout: 30_000 },
  use: { actionTimeout: 30_000, trace: 'off' },
});
