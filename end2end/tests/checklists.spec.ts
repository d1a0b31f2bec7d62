// The other four checklists, each from the first tap to its score, without a server in between.

import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, test } from '../fixtures/city';
import { Desk } from '../fixtures/desk';
import { Phone } from '../fixtures/phone';
import { acceptAndArrive, addMissing, answer, answerAll, drained, handIn, leave, offlineReady, saved, signIn } from '../fixtures/visit';

const LISTS = [
  { name: '网络感知', code: 'NET', later: true },
  { name: '客服热线', code: 'HOT', later: true },
  { name: '网上营业厅', code: 'WEB', later: false },
  { name: '计费准确', code: 'BILL', later: true },
];

test('four checklists are answered offline and end in a score', async ({ city }) => {
  test.setTimeout(600_000);
  const folder = mkdtempSync(join(tmpdir(), 'mc-screens-'));
  const phone = await Phone.take(city.url);
  try {
    await signIn(phone, 'sup1');
    await offlineReady(phone);
    const tasks = await phone.page.locator('[data-task]').evaluateAll((all) => all.map((one) => (one as HTMLElement).dataset.task ?? ''));
    await city.down();

    const done: { id: string; later: boolean }[] = [];
    for (const id of tasks) {
      await phone.go(`/field/visit/${id}`);
      const first = await phone.page.locator('.jump__row .jump__end').first().textContent();
      const list = LISTS.find((one) => first?.startsWith(one.code));
      if (!list) continue;
      await test.step(list.name, async () => {
        await acceptAndArrive(phone, id);
        await answerAll(phone, id);
        await leave(phone, id);
        await addMissing(phone, id, folder);
        await handIn(phone, id);
        // The score is worked out here, by the same function as at HQ; with an item to come it is provisional.
        const score = phone.page.locator('.score').first();
        await expect(score).toBeVisible();
        await expect(phone.page.locator('[data-stage]').first()).toHaveAttribute('data-stage', list.later ? 'later' : 'handed-in');
        await expect(phone.page.locator('main')).toContainText(list.later ? '初评' : '终评');
        done.push({ id, later: list.later });
      });
    }
    expect(done).toHaveLength(LISTS.length);

    await city.up();
    await phone.go('/field/sync');
    await drained(phone.page);
    for (const { id, later } of done) {
      await phone.go(`/field/visit/${id}`);
      await expect(phone.page.locator('[data-truth=received]').first()).toBeVisible();
      await expect(phone.page.locator('[data-receipt]')).toBeVisible();
      if (later) {
        // What is answered later stays on 今日 with its due date.
        await phone.go('/field');
        await expect(phone.page.locator(`[data-task="${id}"][data-stage=later]`)).toContainText('后补题');
      }
    }
    await saved(phone.page);

    const desk = await Desk.sit(city.url, 'reviewer');
    /** How many visits at HQ were handed in twice. */
    const twice = async (): Promise<number> => {
      const csv = await (await desk.page.request.get(`${city.url}/hq/export/visits.csv`)).text();
      return csv.split('\r\n').filter((line) => line.split(',')[11] === '2').length;
    };
    const before = await twice();

    // Answered days later, without a server again: it goes in once more, and the score is final.
    await city.down();
    const later = done.filter((one) => one.later).map((one) => one.id);
    for (const id of later) {
      await phone.go(`/field/visit/${id}/missing`);
      // Not again with nothing new in it, and it says what is awaited.
      await expect(phone.page.locator('[data-missing="0"]')).toHaveText('后补题还没有答');
      await expect(phone.page.locator('[data-submit=no] button')).toBeDisabled();
      await phone.go(`/field/visit/${id}`);
      const ends = phone.page.locator('.jump__row .jump__end');
      await expect(ends.first()).toBeVisible();
      for (const code of await ends.allTextContents()) {
        await phone.go(`/field/visit/${id}/item/${code}`);
        await expect(phone.page.locator(`article[data-item="${code}"]`)).toBeVisible();
        if ((await phone.page.locator('.item__marks', { hasText: '后补题' }).count()) > 0) await answer(phone.page, code);
      }
      await addMissing(phone, id, folder);
      await phone.go(`/field/visit/${id}/missing`);
      await phone.page.locator('[data-submit=yes] button').click();
      await expect(phone.page.locator('[data-stage=handed-in]')).toBeVisible();
      await expect(phone.page.locator('main')).toContainText('终评');
    }
    await city.up();
    await phone.go('/field/sync');
    await drained(phone.page);
    for (const id of later) {
      await phone.go(`/field/visit/${id}`);
      await expect(phone.page.locator('[data-stage=received]')).toBeVisible();
    }
    // At HQ each is one visit, handed in twice.
    expect(await twice()).toBe(before + later.length);
    await desk.leave();
    phone.expectNoViolations();
  } finally {
    await phone.remove();
    await city.up();
  }
});
