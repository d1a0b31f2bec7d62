// Two people in one browser, one person on two phones, and an app that claims nothing too early.

import { expect, test } from '../fixtures/city';
import { Desk } from '../fixtures/desk';
import { Phone } from '../fixtures/phone';
import { acceptAndArrive, drained, leave, offlineReady, saved, signIn } from '../fixtures/visit';

test('a supervisor and a reviewer in one browser do not meet', async ({ city }) => {
  const phone = await Phone.take(city.url);
  try {
    await signIn(phone, 'sup5');
    await offlineReady(phone);
    const hq = await phone.another();
    await hq.goto(`${city.url}/hq`);
    await hq.fill('input[name=login]', 'reviewer');
    await hq.fill('input[name=password]', 'mingcha-demo');
    await hq.locator('.gate button.button--wide').click();
    await expect(hq.locator('.rail')).toContainText('林静');

    // The phone's work goes on in its own name, and HQ's sign-out takes nothing of it away.
    await phone.go('/field/me');
    await expect(phone.page.locator('main')).toContainText('高远');
    await phone.go('/field/sync');
    await phone.page.getByRole('button', { name: '立即同步' }).click();
    await drained(phone.page);
    await hq.getByRole('button', { name: '退出' }).click();
    await expect(hq.locator('input[name=login]')).toBeVisible();
    await phone.go('/field');
    await expect(phone.page.locator('[data-list=today]')).toBeVisible();
    await phone.go('/field/sync');
    await phone.page.getByRole('button', { name: '立即同步' }).click();
    await drained(phone.page);

    // A supervisor's login does not get into HQ.
    await hq.fill('input[name=login]', 'sup5');
    await hq.fill('input[name=password]', 'mingcha-demo');
    await hq.locator('.gate button.button--wide').click();
    await expect(hq.locator('.rail')).toHaveCount(0);
    phone.expectNoViolations();
  } finally {
    await phone.remove();
  }
});

test('a second phone of the same person reads, and takes over only when it is told to', async ({ city }) => {
  const first = await Phone.take(city.url);
  const second = await Phone.take(city.url);
  try {
    await signIn(first, 'sup3');
    const id = (await first.page.locator('[data-task]', { hasText: '黄土岗镇营业厅' }).getAttribute('data-task')) ?? '';
    await acceptAndArrive(first, id);
    // The arrival is sent once it can no longer be undone: a minute, or with the leaving.
    await leave(first, id);
    await first.go('/field/sync');
    await drained(first.page);

    await signIn(second, 'sup3');
    await second.go(`/field/visit/${id}`);
    await expect(second.page.locator('[data-stage=elsewhere]')).toContainText('另一台手机进行中');
    await second.go(`/field/visit/${id}/item/HALL-01`);
    await expect(second.page.locator('.item__control')).toHaveAttribute('disabled');

    await second.go(`/field/visit/${id}`);
    await second.page.getByRole('button', { name: '接手' }).click();
    await expect(second.page.locator('[data-stage=elsewhere]')).toHaveCount(0);
    await second.go('/field/sync');
    await drained(second.page);
    await first.go('/field/sync');
    await first.page.getByRole('button', { name: '立即同步' }).click();
    await first.go(`/field/visit/${id}`);
    await expect(first.page.locator('[data-stage=elsewhere]')).toBeVisible({ timeout: 30_000 });
    first.expectNoViolations();
    second.expectNoViolations();
  } finally {
    await first.remove();
    await second.remove();
  }
});

test('offline use is not claimed before tasks and app are there', async ({ city }) => {
  const phone = await Phone.take(city.url);
  try {
    // The network dies between the sign-in and the first tasks.
    await phone.cut('**/api/v1/sync/pull**');
    await phone.go('/field');
    await phone.page.fill('input[name=login]', 'sup6');
    await phone.page.fill('input[name=password]', 'mingcha-demo');
    await phone.page.locator('form button[type=submit]').click();
    await expect(phone.page.locator('[data-offline-ready]')).toBeVisible();
    await city.down();
    await expect(phone.page.locator('[data-sync=waiting]').first()).toBeAttached({ timeout: 30_000 });
    await expect(phone.page.locator('[data-offline-ready]')).toHaveAttribute('data-offline-ready', 'no');
    await expect(phone.page.getByText('可离线')).toHaveCount(0);
    await expect(phone.page.getByText('任务还没取到')).toBeVisible();

    // With the network it becomes true, and only then it is said.
    await phone.mend();
    await city.up();
    await phone.go('/field');
    await offlineReady(phone);
    phone.expectNoViolations();
  } finally {
    await city.up();
    await phone.remove();
  }
});

test('a visit that is called back in its middle is handed in as it is, and its phone is not emptied before', async ({ city }) => {
  const phone = await Phone.take(city.url);
  const office = await Desk.sit(city.url, 'office');
  const reviewer = await Desk.sit(city.url, 'reviewer2');
  try {
    const { page } = phone;
    await signIn(phone, 'sup2');
    const offered = page.locator('[data-task][data-stage=offered]');
    await expect(offered.first()).toBeVisible();
    const id = (await offered.first().getAttribute('data-task')) ?? '';
    await acceptAndArrive(phone, id);
    await phone.go(`/field/visit/${id}`);
    await page.locator('.jump__row').first().click();
    await page.locator('.item__control input[type=radio]').first().check({ force: true });
    await saved(page);
    // The task is the server's as accepted before it is called back.
    await phone.go('/field/sync');
    await page.getByRole('button', { name: '立即同步' }).click();
    await expect(page.locator('[data-sync=idle]').first()).toBeAttached();

    await office.go('/hq/tasks?state=accepted');
    const row = office.page.locator(`tr[id="${id}"]`);
    await row.locator('summary').click();
    await row.locator('input[name=reason]').fill('该厅停业');
    await row.getByRole('button', { name: '收回' }).click();
    await expect(row).toHaveCount(0);

    await phone.go('/field/sync');
    await page.getByRole('button', { name: '立即同步' }).click();
    await phone.go(`/field/visit/${id}`);
    await expect(page.locator('[data-stage=closed]')).toContainText('原因:该厅停业', { timeout: 30_000 });
    await phone.go('/field/me');
    await expect(page.locator('[data-sign-out]')).toHaveAttribute('data-sign-out', 'blocked');
    await phone.go(`/field/visit/${id}`);
    await page.getByRole('link', { name: '把已填的交上去' }).click();
    await page.getByRole('button', { name: '提交' }).click();
    // Who leaves while it is being kept has not handed in.
    await expect(page).toHaveURL(new RegExp(`/field/visit/${id}$`));
    await phone.go('/field/sync');
    await page.getByRole('button', { name: '立即同步' }).click();
    await expect(page.locator('[data-list=trouble]')).toContainText('待审核人处理', { timeout: 60_000 });
    await reviewer.go('/hq/held');
    await expect(reviewer.page.locator('tr[data-held]', { hasText: '提交的走访' }).first()).toContainText('任务已被收回');
    await phone.go('/field/me');
    await expect(page.locator('[data-sign-out]')).toHaveAttribute('data-sign-out', 'free');
    phone.expectNoViolations();
    office.expectNoViolations();
    reviewer.expectNoViolations();
  } finally {
    await phone.remove();
    await office.leave();
    await reviewer.leave();
  }
});

test('what was handed in from another phone stands on a new one as received, and can be read', async ({ city }) => {
  const phone = await Phone.take(city.url);
  try {
    await signIn(phone, 'sup4');
    await phone.go('/field/visits');
    await phone.page.getByRole('link', { name: '服务器已收' }).first().click();
    await expect(phone.page.locator('[data-stage=received]')).toBeVisible();
    const id = phone.page.url().split('/').pop() ?? '';
    await expect(phone.page.locator('[data-answered]')).not.toHaveAttribute('data-answered', '0');
    await phone.go('/field');
    await expect(phone.page.locator('[data-list=today]')).toBeVisible();
    // In some cities another visit of theirs is under way elsewhere, and is said to be.
    await expect(phone.page.locator(`[data-task="${id}"]`, { hasText: '另一台手机进行中' })).toHaveCount(0);
    phone.expectNoViolations();
  } finally {
    await phone.remove();
  }
});
