// The end of a session: by time, by an administrator, by oneself. What was filled in outlives each of them.

import { expect, test } from '../fixtures/city';
import { Desk } from '../fixtures/desk';
import { Phone } from '../fixtures/phone';
import { beginFirst, drained, leave, note, offlineReady, saved, signIn } from '../fixtures/visit';

test('signing out is refused while something is unsent, and empties the phone once nothing is', async ({ city: server }) => {
  const phone = await Phone.take(server.url);
  try {
    const page = phone.page;
    await signIn(phone, 'sup7');
    await offlineReady(phone);
    await server.down();
    await page.locator('[data-stage=offered]').first().click();
    await page.getByRole('button', { name: '接受任务' }).click();
    await expect(page.locator('[data-stage=ready]')).toBeVisible();
    await saved(page);
    await phone.go('/field/me');
    await expect(page.locator('[data-sign-out=blocked]')).toContainText('还有 1 项没传完');
    const out = page.getByRole('button', { name: '退出并清除本机内容' });
    await expect(out).toBeDisabled();

    await server.up();
    await phone.go('/field/sync');
    await page.getByRole('button', { name: '立即同步' }).click();
    await drained(page);
    await phone.go('/field/me');
    await expect(page.locator('[data-sign-out=free]')).toBeVisible();
    await out.click();
    await expect(page.locator('[data-state=sign-in]')).toContainText('登录一次');
    await phone.close();
    await phone.open();
    await phone.go('/field/visits');
    await expect(phone.page.locator('[data-state=sign-in]')).toContainText('登录一次');
    phone.expectNoViolations();
  } finally {
    await phone.remove();
    await server.up();
  }
});

test('a supervisor whose way in is made anew is asked for it, and goes on with what the phone holds', async ({ city: server }) => {
  const desk = await Desk.sit(server.url, 'admin');
  const phone = await Phone.take(server.url);
  try {
    const page = phone.page;
    const id = await beginFirst(phone, 'sup3');

    await desk.go('/hq/people');
    const row = desk.page.locator('tr[data-login=sup3]');
    await row.locator('summary').click();
    await row.getByRole('button', { name: '发新的一次性链接' }).click();
    const link = (await desk.page.locator('[data-link]').textContent()) ?? '';
    await desk.go('/hq/people');
    await expect(row).toContainText('一次性链接');

    // The old session has ended, the old password opens nothing, and the phone still takes notes.
    await phone.go(`/field/visit/${id}/item/HALL-01`);
    await note(page, '没有网络也没有登录时写下的');
    await leave(phone, id);
    await phone.go('/field/sync');
    await page.getByRole('button', { name: '立即同步' }).click();
    await expect(page.locator('[data-sync=signed-out]').first()).toBeAttached();
    await page.getByRole('link', { name: /请重新登录/ }).first().click();
    await page.fill('input[name=login]', 'sup3');
    await page.fill('input[name=password]', 'mingcha-demo');
    await page.locator('form button[type=submit]').click();
    await expect(page.getByRole('alert')).toBeVisible();

    // Who cannot get in now goes on with what the phone holds.
    await page.getByRole('link', { name: '先不登录,继续填写' }).click();
    await expect(page.locator('[data-list=today] [data-task]').first()).toBeVisible();
    await page.goto(link);
    await page.getByRole('button', { name: '在这台手机上登录' }).click();
    await expect(page.locator('[data-list=today]')).toBeVisible();
    await phone.go('/field/sync');
    await drained(page);
    await phone.go(`/field/visit/${id}/item/HALL-01`);
    await expect(page.locator('textarea[name=note]')).toHaveValue('没有网络也没有登录时写下的');
    desk.expectNoViolations();
    phone.expectNoViolations();
  } finally {
    await desk.leave();
    await phone.remove();
  }
});

test('a session that ran out asks to sign in again, and nothing is lost', async ({ city: server }) => {
  const phone = await Phone.take(server.url);
  try {
    const page = phone.page;
    const id = await beginFirst(phone, 'sup2');
    await phone.go(`/field/visit/${id}/item/HALL-09`);
    await note(page, '过期之前写下的');

    // A month in a drawer. The work goes on without a session.
    await server.ahead(40);
    await phone.go('/field/sync');
    await page.getByRole('button', { name: '立即同步' }).click();
    await expect(page.locator('[data-sync=signed-out]').first()).toBeAttached();
    await phone.go(`/field/visit/${id}/item/HALL-10`);
    await note(page, '过期之后写下的');
    await leave(phone, id);

    await phone.go('/field/sync');
    await page.getByRole('link', { name: /请重新登录/ }).first().click();
    await expect(page.locator('[data-state=sign-in]')).toContainText('本机的内容都在');
    await page.fill('input[name=login]', 'sup2');
    await page.fill('input[name=password]', 'mingcha-demo');
    await page.locator('form button[type=submit]').click();
    await expect(page.locator('[data-list=today]')).toBeVisible();
    await phone.go('/field/sync');
    await drained(page);
    for (const [code, text] of [['HALL-09', '过期之前写下的'], ['HALL-10', '过期之后写下的']]) {
      await phone.go(`/field/visit/${id}/item/${code}`);
      await expect(page.locator('textarea[name=note]')).toHaveValue(text ?? '');
    }
    phone.expectNoViolations();
  } finally {
    await phone.remove();
  }
});

// A wish to sync that came while a pass was under way was forgotten: a network that came back then was used a minute later.
test('a network that comes back while the phone is asking is asked once more at once', async ({ city: server }) => {
  const phone = await Phone.take(server.url);
  try {
    const page = phone.page;
    await signIn(phone, 'sup6');
    await phone.go('/field/sync');
    await drained(page);
    let asked = 0;
    let answer = (): void => {};
    const held = new Promise<void>((resolve) => (answer = resolve));
    await page.route('**/api/v1/sync/pull**', async (route) => {
      asked += 1;
      if (asked === 1) await held;
      await route.continue();
    });
    await page.getByRole('button', { name: '立即同步' }).click();
    await expect.poll(() => asked).toBe(1);
    await page.evaluate(() => dispatchEvent(new Event('online')));
    answer();
    await expect.poll(() => asked, { timeout: 20_000 }).toBe(2);
    await drained(page);
    phone.expectNoViolations();
  } finally {
    await phone.remove();
  }
});
