// HQ without a line of script: every form is a form.

import { expect, test } from '../fixtures/city';
import { Desk } from '../fixtures/desk';

test('a visit is given back and another accepted without script', async ({ city }) => {
  const desk = await Desk.sit(city.url, 'reviewer2', { javaScriptEnabled: false });
  try {
    const page = desk.page;
    await desk.openVisit('?state=received', 3);
    await page.getByRole('link', { name: /^退回补正/ }).click();
    await page.locator('[data-give] summary').nth(1).click();
    await page.locator('textarea').nth(1).fill('照片太暗,请补拍');
    await page.locator('[data-decision] button[type=submit]').click();
    await expect(page.locator('[data-visit]')).toHaveAttribute('data-state', 'returned');
    await expect(page.locator('[data-visit]')).toContainText('照片太暗,请补拍');

    await desk.openVisit('?state=received', 3);
    await page.getByRole('link', { name: /^通过/ }).click();
    await page.locator('[data-decision] button[type=submit]').click();
    await expect(page.locator('[data-visit]')).toHaveAttribute('data-state', 'accepted');
    await page.locator('.rail').getByRole('button', { name: '退出' }).click();
    await expect(page.locator('input[name=login]')).toBeVisible();
  } finally {
    await desk.leave();
  }
});

test('tasks are given out and called back without script', async ({ city }) => {
  const desk = await Desk.sit(city.url, 'office', { javaScriptEnabled: false });
  try {
    const page = desk.page;
    await desk.go('/hq/tasks/new?kind=online');
    await page.locator('[data-list=venues] input').first().check();
    const venue = (await page.locator('[data-list=venues] label').first().textContent())?.split(' · ')[0] ?? '';
    await page.fill('textarea[name="form[persona]"]', '您是新用户,第一次用网厅办业务。');
    await page.getByRole('button', { name: '派发' }).click();
    await expect(page).toHaveURL(/\/hq\/tasks$/);
    await desk.go('/hq/tasks?state=released');
    const row = page.locator('tbody tr', { hasText: venue }).first();
    await row.locator('summary').click();
    await row.locator('input[name=reason]').fill('计划有变');
    const task = (await row.getAttribute('id')) ?? '';
    await row.getByRole('button', { name: '收回' }).click();
    await expect(page.locator(`tr[id="${task}"]`)).toHaveCount(0);
    await desk.go('/hq/tasks?state=recalled');
    await expect(page.locator('tbody tr', { hasText: venue }).first()).toBeVisible();
  } finally {
    await desk.leave();
  }
});
