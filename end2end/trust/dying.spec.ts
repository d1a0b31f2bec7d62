// P24: a dying connection to the store is survived.

import { expect, test } from '@playwright/test';

import { FAULTS, choiceItem, taps } from './support/faults';
import { Luck, count, figures } from './support/run';
import { readStore } from './support/store';
import { begin, end } from './support/work';

test('P24 commits survive a store that throws, aborts or closes at any call', async () => {
  const luck = new Luck();
  const commits = count(10_000, 160);
  const desk = await begin(undefined, FAULTS);
  try {
    const visit = desk.visits[1] ?? '';
    const code = await choiceItem(desk, visit);
    const kinds = ['InvalidStateError', 'UnknownError', 'AbortError', 'close', 'abort'];
    const sum = { commits: 0, faults: 0, lost: 0, failed: 0, slowest_ms: 0 };
    const modes = [{ share: 0.01 }, ...[3, 4, 5, 7, 11, 13, 17].map((every) => ({ every }))];
    for (const mode of modes) {
      const batch = await taps(desk.phone.page, Math.ceil(commits / modes.length), { ...mode, kinds });
      sum.commits += batch.commits;
      sum.faults += batch.hit;
      sum.failed += batch.failed;
      sum.slowest_ms = Math.max(sum.slowest_ms, Math.round(batch.slowest));
      const stored = await readStore(desk.phone.page, false);
      const id = Object.entries(stored.codes).find(([, known]) => known === code)?.[0] ?? '';
      const value = Object.values((stored.drafts[visit]?.answers[id]?.value ?? {}) as Record<string, unknown>)[0];
      if (String(value) !== batch.last) sum.lost += 1;
      console.log(`   ${JSON.stringify(mode)}: ${JSON.stringify(batch)}`);
    }
    figures('P24', 'phone', luck.seed, sum.lost === 0, sum);
    expect(sum.faults).toBeGreaterThan(commits / 100);
    expect(sum.lost).toBe(0);
    // Quota errors are no dying connection: the screen says so, keeps the answer, and saves it when there is room.
    const full = await taps(desk.phone.page, 3, { every: 40, kinds: ['QuotaExceededError'] });
    expect(full.commits).toBe(3);
    desk.phone.expectNoViolations();
  } finally {
    await end(desk);
  }
});

test('P24 a store that never answers is left for a new connection', async () => {
  const luck = new Luck();
  const desk = await begin(undefined, FAULTS);
  try {
    const visit = desk.visits[1] ?? '';
    const page = desk.phone.page;
    await choiceItem(desk, visit);
    await taps(page, 2, { kinds: [] });
    const sum = { hit: 0, lost: 0, slowest_ms: 0 };
    for (const kind of ['mute', 'stand']) {
      const batch = await taps(page, 1, { at: 1, kinds: [kind] });
      expect(batch.hit).toBe(1);
      // Nobody looks at 正在存 for as long as the store is asked again.
      expect(batch.failed).toBeGreaterThan(0);
      sum.hit += batch.hit;
      sum.slowest_ms = Math.max(sum.slowest_ms, Math.round(batch.slowest));
      await page.reload();
      await expect(page.locator('.item__control input[type=radio]').first()).toBeVisible();
      const chosen = await page.locator('.item__control input[type=radio]:checked').first().getAttribute('value');
      if (chosen !== batch.last) sum.lost += 1;
    }
    // An opening, too: the screen comes, only later.
    await page.evaluate(() => (globalThis.name = 'mc-deaf'));
    await page.reload();
    await expect(page.locator('.item__control input[type=radio]:checked').first()).toBeVisible({ timeout: 30_000 });
    expect(await page.evaluate(() => globalThis.name)).toBe('');
    figures('P24', 'phone-standing', luck.seed, sum.lost === 0, sum);
    expect(sum.lost).toBe(0);
    desk.phone.expectNoViolations();
  } finally {
    await end(desk);
  }
});

test('P24 twin: a write that is dropped in silence is seen', async () => {
  const luck = new Luck();
  const DROPS = `${FAULTS}
    const real = IDBObjectStore.prototype.put;
    IDBObjectStore.prototype.put = function (value, key) {
      if (globalThis.mcFaults.drop && String(key).startsWith('draft/')) return this.get('nothing');
      return real.call(this, value, key);
    };
  `;
  const desk = await begin(undefined, DROPS);
  try {
    const visit = desk.visits[1] ?? '';
    const code = await choiceItem(desk, visit);
    await taps(desk.phone.page, 2, { kinds: [] });
    await desk.phone.page.evaluate(() => {
      // eslint-disable-next-line @typescript-eslint/no-explicit-any
      (globalThis as any).mcFaults.drop = true;
    });
    const batch = await taps(desk.phone.page, 1, { kinds: [] });
    const stored = await readStore(desk.phone.page, false);
    const id = Object.entries(stored.codes).find(([, known]) => known === code)?.[0] ?? '';
    const value = Object.values((stored.drafts[visit]?.answers[id]?.value ?? {}) as Record<string, unknown>)[0];
    figures('P24', 'phone-twin', luck.seed, String(value) !== batch.last, { lost: Number(String(value) !== batch.last) });
    expect(String(value)).not.toBe(batch.last);
  } finally {
    await end(desk);
  }
});
