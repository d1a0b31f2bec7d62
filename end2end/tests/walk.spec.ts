// What a supervisor does between two items: reads the way, takes a slip back, times a queue, scrolls.

import { expect, test } from '../fixtures/city';
import { Desk } from '../fixtures/desk';
import { Phone } from '../fixtures/phone';
import { acceptAndArrive, beginFirst, drained, leave, saved, signIn } from '../fixtures/visit';

test('the address is copied, and an arrival or a leaving by mistake is taken back', async ({ city }) => {
  const phone = await Phone.take(city.url);
  const desk = await Desk.sit(city.url, 'reviewer');
  try {
    const page = phone.page;
    await page.clock.install();
    await signIn(phone, 'sup5');
    const id = (await page.locator('[data-stage=offered]').first().getAttribute('data-task')) ?? '';
    await phone.go(`/field/visit/${id}`);
    const venue = (await page.locator('h1').textContent()) ?? '';
    const address = (await page.locator('[data-address]').textContent()) ?? '';
    expect(address.length).toBeGreaterThan(4);
    await page.getByRole('button', { name: '复制地址' }).click();
    await expect(page.locator('[data-state=copied]')).toHaveText('已复制');
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(address);

    await acceptAndArrive(phone, id);
    await page.getByRole('button', { name: '撤销到场' }).click();
    await expect(page.locator('[data-stage=ready]')).toBeVisible();
    await saved(page);
    await phone.go('/field/sync');
    await page.getByRole('button', { name: '立即同步' }).click();
    await drained(page);
    const underWay = `/hq/visits?state=under_way&q=${encodeURIComponent(venue)}`;
    await desk.go(underWay);
    await expect(desk.page.locator('main h1')).toBeVisible();
    await expect(desk.page.locator('a[data-row]')).toHaveCount(0);

    // The second time it is meant: after a minute there is no way back, and HQ learns that a visit is under way.
    await acceptAndArrive(phone, id);
    await expect(page.getByRole('button', { name: '撤销到场' })).toBeVisible();
    await page.clock.fastForward('01:01');
    await expect(page.getByRole('button', { name: '撤销到场' })).toHaveCount(0);
    await phone.go('/field/sync');
    await page.getByRole('button', { name: '立即同步' }).click();
    await drained(page);
    await desk.go(underWay);
    await expect(desk.page.locator('a[data-row]')).toHaveCount(1);

    // Nor is a leaving by mistake the end of the visit: the way back stands where it leads to, and later where the visit
    // is, though HQ has heard of it.
    const undo = page.getByRole('button', { name: '撤销离场' });
    await leave(phone, id);
    await undo.click();
    await expect(page.locator('[data-stage=on-site]')).toBeVisible();
    await expect(undo).toHaveCount(0);
    await saved(page);
    await leave(phone, id);
    await phone.go('/field/sync');
    await page.getByRole('button', { name: '立即同步' }).click();
    await drained(page);
    await page.clock.fastForward('10:00');
    await phone.go(`/field/visit/${id}`);
    await expect(page.locator('[data-stage=debrief]')).toBeVisible();
    await undo.click();
    await expect(page.locator('[data-stage=on-site]')).toBeVisible();
    await saved(page);
    await page.reload();
    await expect(page.locator('[data-stage=on-site]')).toBeVisible();

    // The one that is meant counts, and nothing of it all is held.
    await leave(phone, id);
    await phone.go('/field/sync');
    await page.getByRole('button', { name: '立即同步' }).click();
    await drained(page);
    await expect(page.locator('[data-list=trouble]')).toHaveCount(0);
    await desk.openVisit(underWay.replace('/hq/visits', ''), 0);
    await expect(desk.page.locator('.review-head')).toContainText(/停留 1\d 分钟/);
    desk.expectNoViolations();
    phone.expectNoViolations();
  } finally {
    await desk.leave();
    await phone.remove();
  }
});

test('all items on one page: a watch runs on through a reload and a kill, an answer is the same on both screens', async ({ city }) => {
  const phone = await Phone.take(city.url);
  try {
    const id = await beginFirst(phone, 'sup6');
    await phone.page.getByRole('link', { name: '一页看全部' }).click();
    await expect(phone.page).toHaveURL(/\/list$/);
    const items = phone.page.locator('article[data-item]');
    expect(await items.count()).toBeGreaterThan(10);

    const timed = items.filter({ has: phone.page.locator('.stopwatch') }).first();
    const code = (await timed.getAttribute('data-item')) ?? '';
    const before = Date.now();
    await timed.getByRole('button', { name: '开始计时' }).click();
    await expect(timed.locator('.stopwatch')).toHaveAttribute('data-state', 'running');
    await saved(phone.page);
    const begun = Date.now();
    await phone.page.reload();
    await expect(timed.locator('.stopwatch')).toHaveAttribute('data-state', 'running');
    await phone.kill();
    await phone.open();

    // Killed and opened again on the screen of the item itself, it has not stood still.
    const page = phone.page;
    await phone.go(`/field/visit/${id}/item/${code}`);
    const watch = page.locator('.stopwatch');
    await expect(watch).toHaveAttribute('data-state', 'running');
    await expect(watch).toContainText('锁屏也在走');
    const seen = Date.now();
    await watch.getByRole('button', { name: '停' }).click();
    await expect(watch).toHaveAttribute('data-state', 'stopped');
    const after = Date.now();
    const [minutes, seconds] = ((await watch.locator('.stopwatch__figure').textContent()) ?? '').split(':').map(Number);
    const shown = (minutes ?? 0) * 60 + (seconds ?? 0);
    expect(shown).toBeGreaterThanOrEqual(Math.floor((seen - begun) / 1000));
    expect(shown).toBeLessThanOrEqual(Math.ceil((after - before) / 1000));
    await expect(page.locator(`article[data-item="${code}"]`)).toHaveAttribute('data-state', 'answered');
    await saved(page);

    // And back on the one page: the same answer there, and what is answered there is answered here.
    await phone.go(`/field/visit/${id}/list`);
    const list = page.locator('article[data-item]');
    await expect(page.locator(`article[data-item="${code}"]`)).toHaveAttribute('data-state', 'answered');
    const choice = list.filter({ has: page.locator('input[type=radio]') }).first();
    const chosen = (await choice.getAttribute('data-item')) ?? '';
    await choice.locator('input[type=radio]').first().check({ force: true });
    await choice.locator('textarea[name=note]').fill('门口有引导');
    await page.keyboard.press('Tab');
    await expect(choice).toHaveAttribute('data-state', 'answered');
    await saved(page);
    await phone.go(`/field/visit/${id}/item/${chosen}`);
    await expect(page.locator('article input[type=radio]').first()).toBeChecked();
    await expect(page.locator('textarea[name=note]')).toHaveValue('门口有引导');
    phone.expectNoViolations();
  } finally {
    await phone.remove();
  }
});
