// Gate 7: the phone answers to taps while 500 photos wait and go up, four times slower.

import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type Page, expect, test } from '@playwright/test';

import { makePhotos } from '../fixtures/jpeg';
import { Phone } from '../fixtures/phone';
import { Server } from '../fixtures/server';
import { acceptAndArrive, addPhotos, handIn, offlineReady, saved, signIn, taskAt } from '../fixtures/visit';
import { fillIn } from '../trust/support/filled';
import { readStore } from '../trust/support/store';
import { Line } from './support/line';
import { atMost, median, quantile, row, runs } from './support/row';
import { slowed } from './support/slow';

/** Notes every interaction and every long task of the page. */
const SPY = `
  globalThis.mcEvents = new Map();
  globalThis.mcTasks = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      if (!entry.interactionId) continue;
      globalThis.mcEvents.set(entry.interactionId, Math.max(entry.duration, globalThis.mcEvents.get(entry.interactionId) || 0));
    }
  }).observe({ type: 'event', durationThreshold: 16, buffered: false });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) globalThis.mcTasks.push(entry.duration);
  }).observe({ type: 'longtask' });
`;

interface Felt {
  p95: number;
  worst: number;
  tasks: number;
  longest: number;
  taps: number;
}

/** Taps choices in turn, as a person would: a finger, then a look. What took less than 16 ms counts as 8. */
async function tap(page: Page, selector: string, taps: number): Promise<Felt> {
  await page.evaluate(() => {
    // eslint-disable-next-line @typescript-eslint/no-explicit-any
    const spy = globalThis as any;
    spy.mcEvents.clear();
    spy.mcTasks.length = 0;
  });
  const boxes = await Promise.all([0, 1].map(async (n) => page.locator(selector).nth(n).boundingBox()));
  for (let n = 0; n < taps; n += 1) {
    const box = boxes[n % 2];
    if (!box) throw new Error('nothing to tap');
    await page.touchscreen.tap(box.x + box.width / 2, box.y + box.height / 2);
    await page.waitForTimeout(150);
  }
  await page.waitForTimeout(1000);
  const felt = await page.evaluate(() => {
    // eslint-disable-next-line @typescript-eslint/no-explicit-any
    const spy = globalThis as any;
    return { events: [...spy.mcEvents.values()] as number[], tasks: [...spy.mcTasks] as number[] };
  });
  const all = [...felt.events, ...Array(Math.max(0, taps - felt.events.length)).fill(8)];
  return { p95: quantile(all, 0.95), worst: Math.max(...all), tasks: felt.tasks.length, longest: Math.max(0, ...felt.tasks), taps };
}

test('gate 7: taps are answered within 50 ms while 500 photos go up, at a quarter of the speed', async () => {
  const queued = runs(500, 12);
  const taps = runs(120, 10);
  const server = await Server.start();
  const line = await Line.before(server.port, { bandwidth: 750_000 / 8, delay: 150, cuts: 0, seed: 1 });
  const phone = await Phone.take(line.url);
  try {
    await signIn(phone, 'sup1');
    await offlineReady(phone);
    const hall = await taskAt(phone.page, '东门营业厅');
    const other = (await phone.page.locator(`[data-task][data-stage=offered]:not([data-task="${hall}"])`).first().getAttribute('data-task')) ?? '';
    const { items } = await readStore(phone.page);
    await server.down('SIGKILL');
    const photos = await makePhotos(mkdtempSync(join(tmpdir(), 'mc-photos-')), queued, 400, 300);
    const used = await fillIn(phone, hall, items[hall] ?? [], photos.slice(0, 10));
    const code = items[hall]?.[0] ?? '';
    await phone.go(`/field/visit/${hall}/item/${code}`);
    for (let at = 10; at < photos.length; at += 50) await addPhotos(phone.page, code, photos.slice(at, at + 50));
    await acceptAndArrive(phone, other);
    await handIn(phone, hall);
    await phone.page.addInitScript(SPY);
    let item = '';
    const choices = '.item__control label:has(input[type=radio])';
    for (const one of items[other] ?? []) {
      await phone.go(`/field/visit/${other}/item/${one}`);
      await expect(phone.page.locator(`article[data-item="${one}"]`)).toBeVisible();
      if ((await phone.page.locator(choices).count()) >= 2) {
        item = one;
        break;
      }
    }
    expect(item).not.toBe('');
    await saved(phone.page);
    // As it is when nothing else happens, and at full speed.
    const still = await tap(phone.page, choices, taps);
    await server.up();
    const before = await line.traffic();
    await phone.page.evaluate(() => dispatchEvent(new Event('online')));
    await expect.poll(async () => (await line.traffic()).up - before.up, { timeout: 120_000 }).toBeGreaterThan(20_000);
    const slower = slowed(phone.profile);
    const felt = await tap(phone.page, choices, taps);
    const ran = slower.end();
    const during = (await line.traffic()).up - before.up;
    // The floor: an empty page of the same browser with two things to tap, as slow.
    const empty = await phone.another();
    await empty.addInitScript(SPY);
    await empty.goto(`${phone.origin}/field/manifest.webmanifest`);
    await empty.evaluate(() => {
      document.body.innerHTML = '<form><label><input type="radio" name="a">one</label><br><label><input type="radio" name="a">two</label></form>';
    });
    const floorSlow = slowed(phone.profile);
    const floor = await tap(empty, 'label', Math.min(taps, 60));
    floorSlow.end();
    await phone.go('/field/sync');
    const left = Number(await phone.page.locator('[data-waiting]').getAttribute('data-waiting'));
    row(
      7,
      'taps on a form while photos go up over 750 kbit/s, the renderers at a quarter of the time',
      'interaction to next paint, p95, at most 50 ms; no task of the main thread over 50 ms',
      [atMost(50, 'interaction to next paint, p95, ms', felt.p95), atMost(0, 'tasks of the main thread over 50 ms', felt.tasks)],
      [
        ['worst, ms', felt.worst],
        ['longest task, ms', felt.longest],
        ['floor: an empty page as slow, p95, ms', floor.p95],
        ['the same form at full speed with nothing going on, p95, ms', still.p95],
        ['share of time in which the renderers ran', ran],
        ['photos queued', used + Math.max(0, photos.length - 10)],
        ['bytes that went up meanwhile', during],
        ['waiting at the end, as the screen says', left],
        ['taps', felt.taps],
      ],
    );
    expect(median([felt.p95])).toBeGreaterThan(0);
  } finally {
    await phone.remove();
    line.end();
    await server.remove();
  }
});
