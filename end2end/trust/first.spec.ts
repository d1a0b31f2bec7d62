// A start reads what 今日 needs first, and the rest once it was painted. Which tasks those are is noted outside the
// store, where it may be old or wrong: then nothing is lost by it, and nothing stays hidden.

import { type Page, expect, test } from '@playwright/test';

import { saved } from '../fixtures/visit';
import { Luck } from './support/run';
import { readStore } from './support/store';
import { anyItem, begin, end, enter, openItem } from './support/work';

/** The rest is read as late as on a phone that takes seconds to paint. */
const LATE = `
  const wait = window.setTimeout;
  window.setTimeout = (work, ms, ...rest) => wait(work, ms === 99 ? 4000 : ms, ...rest);
`;

const tasks = (page: Page) => page.locator('[data-list=today] [data-task]');

const noted = async (page: Page): Promise<string[]> =>
  page.evaluate(() => JSON.parse(localStorage.getItem('mc-witness') ?? '{}').today ?? []);

async function note(page: Page, today: string[] | null): Promise<void> {
  await page.evaluate((today) => {
    const witness = JSON.parse(localStorage.getItem('mc-witness') ?? '{}');
    localStorage.setItem('mc-witness', JSON.stringify({ ...witness, today }));
  }, today);
}

test('what was noted of 今日 is shown first, and a wrong note hides and loses nothing', async () => {
  const luck = new Luck();
  const desk = await begin(undefined, LATE);
  const { phone, visits } = desk;
  try {
    const [first = '', second = ''] = visits;
    const code = anyItem(desk, first, luck);
    for (const what of [2, 4]) {
      await openItem(desk, first, code);
      await enter(desk, phone.page, first, code, luck, what);
      await saved(phone.page);
    }
    await phone.go('/field');
    await expect(tasks(phone.page).nth(2)).toBeVisible();
    const all = await tasks(phone.page).evaluateAll((shown) => shown.map((one) => (one as HTMLElement).dataset.task ?? ''));
    expect([...(await noted(phone.page))].sort(), 'what the screen shows is what is noted').toEqual([...all].sort());
    const before = await readStore(phone.page);

    const unknown = '01900000-0000-7000-8000-000000000000';
    for (const [what, today, shown] of [
      ['one of them alone', [second], 1],
      ['none', [], 0],
      ['one that is not there', [...all, unknown], all.length],
      ['nothing noted', null, all.length],
    ] as const) {
      await note(phone.page, today && [...today]);
      await phone.go('/field');
      await expect(phone.page.locator('[data-list=today]')).toBeVisible();
      await expect(tasks(phone.page), what).toHaveCount(shown, { timeout: 3000 });
      await expect(tasks(phone.page), `${what}: the rest comes`).toHaveCount(all.length);
      await expect.poll(async () => (await noted(phone.page)).length, what).toBe(all.length);
      const after = await readStore(phone.page);
      expect(after.drafts, what).toEqual(before.drafts);
      expect([...after.files].sort(), what).toEqual([...before.files].sort());
      expect(after.damaged, what).toEqual([]);
    }

    // What is entered before the rest is there is called saved only once it is, and nothing else is gone by it.
    await note(phone.page, [first]);
    await openItem(desk, first, code);
    await enter(desk, phone.page, first, code, luck, 2);
    await expect(phone.page.locator('[data-state=saving]').first()).toBeVisible();
    await saved(phone.page);
    const stored = await readStore(phone.page);
    desk.claims.compare(stored, 'entered before the rest was there');
    desk.claims.expectKept();
    expect(Object.keys(stored.drafts).sort()).toEqual(Object.keys(before.drafts).sort());
    expect(stored.drafts[first]?.evidence).toEqual(before.drafts[first]?.evidence);
    expect(stored.drafts[second]).toEqual(before.drafts[second]);
  } finally {
    await end(desk);
  }
});

// On 30 November 2026 a stopwatch went back to 00:00, and a dialog closed under the finger: the rest came.
test('what is pressed and opened before the rest is there stays pressed and open', async () => {
  const desk = await begin(undefined, LATE);
  const { phone, visits } = desk;
  const { page } = phone;
  try {
    // Billing has nothing to time.
    const visit = visits.find((id) => !desk.items[id]?.some((code) => code.startsWith('BILL'))) ?? '';
    const all = (await noted(page)).length;
    expect(all).toBeGreaterThan(1);
    await phone.go(`/field/visit/${visit}/list`);
    const timed = page.locator('article[data-item]').filter({ has: page.locator('.stopwatch') }).first();
    const code = (await timed.getAttribute('data-item')) ?? '';
    await expect.poll(async () => (await noted(page)).length).toBe(all);

    await note(page, [visit]);
    await openItem(desk, visit, code);
    const watch = page.locator('.stopwatch').first();
    await watch.getByRole('button').click();
    await page.getByRole('button', { name: /^缺 / }).click();
    const dialog = page.getByRole('dialog').filter({ visible: true });
    await expect(dialog).toHaveCount(1);
    await expect(watch).toHaveAttribute('data-state', 'running');
    expect(await noted(page), 'the rest is not there yet').toEqual([visit]);
    await expect.poll(async () => (await noted(page)).length).toBe(all);
    await expect(dialog).toHaveCount(1);
    await expect(watch).toHaveAttribute('data-state', 'running');
    await phone.go('/field');
    await openItem(desk, visit, code);
    await expect(watch).toHaveAttribute('data-state', 'running');
  } finally {
    await end(desk);
  }
});
