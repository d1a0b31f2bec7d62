// HQ's own duties: lists that are taken away as they stand, work that came too late, a choice that has its price.

import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Page } from '@playwright/test';

import { expect, test } from '../fixtures/city';
import { Desk } from '../fixtures/desk';
import { Phone } from '../fixtures/phone';
import { acceptAndArrive, addMissing, answerAll, handIn, leave, saved, signIn } from '../fixtures/visit';

/** The file behind a link, and its rows without the heading; no cell of it has a line break or a quote. */
async function download(page: Page, link: string): Promise<{ text: string; rows: string[][] }> {
  const begun = page.waitForEvent('download');
  await page.getByRole('link', { name: link, exact: true }).click();
  const text = readFileSync(await (await begun).path(), 'utf8');
  const rows = text.trim().split('\r\n').slice(1).map((line) => line.split(','));
  return { text, rows };
}

test('a list is downloaded as it is filtered', async ({ city }) => {
  const desk = await Desk.sit(city.url, 'reviewer');
  try {
    const page = desk.page;
    await desk.go('/hq/visits?state=accepted&topic=hall');
    const ids = await page.locator('a[data-row]').evaluateAll((all) => all.map((one) => one.getAttribute('href')?.split('/').pop() ?? ''));
    expect(ids.length).toBeGreaterThan(5);
    const { text, rows } = await download(page, 'CSV');
    expect(text.startsWith('\ufeff')).toBe(true);
    expect(rows.slice(0, ids.length).map(([id]) => id)).toEqual(ids);
    for (const row of rows) {
      expect(row.join()).toContain('已通过');
      for (const cell of row) expect(cell).not.toMatch(/^[=+@-]/);
    }
    const all = await (await page.request.get(`${city.url}/hq/export/visits.csv`)).text();
    expect(all.trim().split('\r\n').length).toBeGreaterThan(rows.length + 1);

    await desk.go('/hq/findings?state=proposed&severity=critical&topic=hall');
    const found = await page.locator('tr[data-finding]').count();
    expect(found).toBeGreaterThan(0);
    const findings = await download(page, 'CSV');
    expect(findings.text.trim().split('\r\n').length).toBeGreaterThanOrEqual(found + 1);
    expect(findings.text).not.toContain('一般');
    // Down to one hall of a county, which the county leaves behind when it is changed.
    await desk.go('/hq/findings');
    await page.locator('select[name=county]').selectOption({ index: 1 });
    const unit = page.locator('select[name=unit]');
    await expect(unit).toBeVisible();
    const halls = await unit.locator('option').allTextContents();
    const counts: number[] = [];
    for (const n of halls.keys()) {
      const chosen = (await unit.locator('option').nth(n).getAttribute('value')) ?? '';
      await unit.selectOption(chosen);
      // The address before this one named a hall too.
      await expect(page).toHaveURL((url) => url.searchParams.has('county') && (url.searchParams.get('unit') ?? '') === chosen);
      await expect(unit).toHaveValue(chosen);
      const csv = await page.request.get(page.url().replace('/hq/findings', '/hq/export/findings.csv'));
      counts.push((await csv.text()).trim().split('\r\n').length - 1);
    }
    expect(counts.length).toBeGreaterThan(2);
    expect(counts.slice(1).reduce((sum, one) => sum + one, 0)).toBe(counts[0]);
    await page.locator('select[name=county]').selectOption({ index: 2 });
    await expect(page).toHaveURL((url) => !url.searchParams.has('unit'));
    // Nobody else gets at them.
    const stranger = await Desk.sit(city.url, 'admin');
    const refused = await stranger.page.request.get(`${city.url}/hq/export/visits.csv`);
    expect(refused.status()).toBe(403);
    await stranger.leave();
    desk.expectNoViolations();
  } finally {
    await desk.leave();
  }
});

test('work on a task that was called back is kept and adopted, and who chose its supervisor may not judge it', async ({ city }) => {
  test.setTimeout(300_000);
  const folder = mkdtempSync(join(tmpdir(), 'mc-screens-'));
  const admin = await Desk.sit(city.url, 'admin');
  const phone = await Phone.take(city.url);
  let both: Desk | undefined;
  let other: Desk | undefined;
  try {
    // Somebody who may plan and review: no administrator at HQ can make them alone.
    await admin.go('/hq/people');
    await admin.page.locator('summary', { hasText: '新建账号' }).click();
    await expect(admin.page.locator('input[value=office]')).toBeVisible();
    await expect(admin.page.locator('input[value=reviewer]')).toHaveCount(0);
    const roles = ['--role', 'office', '--role', 'reviewer'];
    await city.run(['user', 'add', 'zhouquan', '--name', '周全', ...roles], 'mingcha-demo\n');
    await admin.go('/hq/people');
    const there = admin.page.locator('tr[data-login=zhouquan]');
    await there.locator('summary').click();
    await expect(there.getByRole('button', { name: '停用' })).toBeVisible();
    await expect(there).toContainText('mingcha user passwd');
    await expect(there.getByRole('button', { name: '发新的一次性链接' })).toHaveCount(0);

    both = await Desk.sit(city.url, 'zhouquan');
    const page = both.page;
    const given = async (): Promise<string[]> => {
      await both?.go('/hq/tasks?state=released');
      await expect(page.locator('main h1')).toBeVisible();
      return page.locator('tbody tr[id]').evaluateAll((rows) => rows.map((row) => row.id));
    };
    const before = await given();
    await both.go('/hq/tasks/new?kind=online');
    await both.alive();
    const label = page.locator('[data-list=venues] label').first();
    await label.locator('input').check();
    const venue = (await label.textContent())?.split(' · ')[0] ?? '';
    // The handles follow what was chosen.
    await expect(page.locator('[data-suiting]')).toHaveAttribute('data-for', '1');
    await page.locator('select[name="form[handle]"]').selectOption({ index: 1 });
    await page.getByRole('button', { name: '派发' }).click();
    await expect(page).toHaveURL(/\/hq\/tasks$/);

    const id = (await given()).find((one) => !before.includes(one)) ?? '';

    // Whoever holds it accepts it while there is a network, and makes the visit without one.
    const logins = ['sup1', 'sup2', 'sup3', 'sup4', 'sup5', 'sup6', 'sup7', 'sup8'];
    const holders: string[] = [];
    for (const login of logins) if ((await phone.offered(login)).some((one) => one.id === id)) holders.push(login);
    expect(holders).toHaveLength(1);
    await signIn(phone, holders[0] ?? '');
    await phone.go(`/field/visit/${id}`);
    await phone.page.getByRole('button', { name: '接受任务' }).click();
    await expect(phone.page.locator('[data-stage=ready]')).toBeVisible();
    await saved(phone.page);
    await phone.go('/field/sync');
    await expect(phone.page.locator('[data-waiting="0"]')).toBeAttached();
    await phone.cut('**/api/**');
    await acceptAndArrive(phone, id);

    await both.go('/hq/tasks?state=accepted');
    const row = page.locator(`tr[id="${id}"]`);
    await row.locator('summary').click();
    await row.locator('input[name=reason]').fill('活动改期');
    await row.getByRole('button', { name: '收回' }).click();
    await expect(row).toHaveCount(0);

    await answerAll(phone, id);
    await leave(phone, id);
    await addMissing(phone, id, folder);
    await handIn(phone, id);
    // The line carries what was written, and no photo yet.
    await phone.mend();
    await phone.cut('**/api/v1/evidence**');
    await phone.go('/field/sync');
    await phone.page.getByRole('button', { name: '立即同步' }).click();
    await expect(phone.page.locator('[data-list=trouble]')).toContainText('待审核人处理', { timeout: 60_000 });

    // What the server keeps back stands beside what HQ has done, and goes once it was seen.
    await phone.go(`/field/visit/${id}`);
    const task = phone.page.locator('[data-stage=closed]');
    await expect(task).toContainText('待处理', { timeout: 60_000 });
    await expect(task).toContainText('任务已收回');
    await task.getByRole('button', { name: '知道了' }).click();
    await expect(task).not.toContainText('待处理');
    await expect(task).toContainText('任务已收回');
    // What was filled in can be read, and not be changed.
    await task.locator('ul.jump a').first().click();
    await expect(phone.page.locator('article[data-item][data-state=answered]')).toBeVisible();
    await expect(phone.page.locator('article .item__control')).toHaveAttribute('disabled', '');
    await phone.go('/field/sync');
    await expect(phone.page.locator('[data-list=trouble]')).toHaveCount(0);

    // HQ takes the arrival and what was handed in.
    other = await Desk.sit(city.url, 'reviewer2');
    for (const what of ['到场', '提交的走访']) {
      await other.go('/hq/held');
      const held = other.page.locator('tr[data-held]', { hasText: venue }).filter({ hasText: what });
      await expect(held.first()).toContainText('任务已被收回');
      const op = (await held.first().getAttribute('data-held')) ?? '';
      await held.first().getByRole('button', { name: '采纳' }).click();
      await expect(other.page.locator(`tr[data-held="${op}"]`)).toHaveCount(0);
    }
    await other.go(`/hq/visits?state=received&q=${encodeURIComponent(venue)}`);
    const path = (await other.page.locator('a[data-row]').first().getAttribute('href')) ?? '';

    // Without its photos nobody may accept it. They come while it is open, and the page says so without taking a word away.
    await both.go(path);
    await both.alive();
    await expect(page.locator('[data-decide]')).toBeVisible();
    await expect(page.locator('[data-decide] a[data-key=a]')).toHaveCount(0);
    await phone.mend();
    await phone.page.getByRole('button', { name: '立即同步' }).click();
    await expect(phone.page.locator('[data-waiting="0"]')).toBeAttached({ timeout: 60_000 });
    const come = page.locator('[data-come]');
    const accept = page.locator('[data-decide] a[data-key=a]');
    await expect(come).toBeVisible({ timeout: 60_000 });
    // They come one by one: each time that it asks, the page may learn of some more.
    await expect(async () => {
      if (await come.isVisible()) await come.getByRole('button').click();
      await expect(accept).toBeVisible({ timeout: 1_000 });
    }).toPass({ timeout: 60_000 });
    await page.getByRole('link', { name: /^通过/ }).click();
    await expect(page.locator('.made-failed')).toContainText('不能审核这次走访', { timeout: 30_000 });
    await both.go(path);
    await expect(page.locator('[data-visit]')).toHaveAttribute('data-state', 'received');
    await other.go(path);
    await other.alive();
    await other.page.getByRole('link', { name: /^通过/ }).click();
    await expect(other.page.locator('[data-visit]')).toHaveAttribute('data-state', 'accepted', { timeout: 30_000 });
    both.expectNoViolations();
    other.expectNoViolations();
    phone.expectNoViolations();
  } finally {
    await admin.leave();
    await both?.leave();
    await other?.leave();
    await phone.remove();
  }
});
