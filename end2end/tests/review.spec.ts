// The reviewer's desk: two at one visit, decisions that can be taken back, keys, photos, findings.

import { expect, test } from '../fixtures/city';
import { Desk } from '../fixtures/desk';

test('two reviewers see each other, and the second is told who was first', async ({ city }) => {
  const first = await Desk.sit(city.url, 'reviewer');
  const second = await Desk.sit(city.url, 'reviewer2');
  try {
    const visit = await first.openVisit('?state=received', 0);
    await second.go(visit);
    for (const [desk, name] of [[first, '赵启文'], [second, '林静']] as const) {
      await desk.alive();
      await expect(desk.page.locator('.watch')).toContainText(name, { timeout: 30_000 });
    }

    // Taken back within its ten seconds nothing has happened.
    await first.page.getByRole('link', { name: /^通过/ }).click();
    await expect(first.page.locator('[data-pending="1"]')).toContainText('通过');
    await first.page.locator('.made__line').getByRole('button', { name: '撤回' }).click();
    await expect(first.page.locator('[data-pending="0"]')).toBeAttached();
    await expect(first.page.locator('[data-visit]')).toHaveAttribute('data-state', 'received');

    // Both press; the decision follows the first to another page and takes effect there.
    await first.page.getByRole('link', { name: /^通过/ }).click();
    // It stands there for a second: looked for more often than once in one.
    await expect.poll(async () => first.page.locator('.made__line').textContent(), { intervals: [100] }).toContain('5 秒');
    await second.page.getByRole('link', { name: /^通过/ }).click();
    await first.page.getByRole('link', { name: '问题', exact: true }).click();
    await expect(first.page.locator('[data-pending="1"]')).toBeAttached();
    await expect(second.page.locator('.made-failed')).toContainText('林静', { timeout: 30_000 });
    await expect(second.page.locator('[data-visit]')).toHaveAttribute('data-state', 'accepted');
    await expect(second.page.locator('[data-decide]')).toHaveCount(0);
    await first.go(visit);
    await expect(first.page.locator('[data-visit]')).toHaveAttribute('data-state', 'accepted');
    first.expectNoViolations();
    second.expectNoViolations();
  } finally {
    await first.leave();
    await second.leave();
  }
});

// The form left as soon as its op had been tried, and from then on whenever it was opened.
test('a return that does not arrive keeps its reasons, says which visit it is about, and is sent again', async ({ city }) => {
  const desk = await Desk.sit(city.url, 'reviewer');
  try {
    const page = desk.page;
    const visit = await desk.openVisit('?state=received', 2);
    const name = (await page.locator('main h1').textContent()) ?? '';
    await desk.go(`${visit}/return`);
    await desk.alive();
    const reason = page.locator('[data-give] textarea').nth(1);
    const write = async (): Promise<void> => {
      await page.locator('[data-give] summary').nth(1).click();
      await reason.fill('照片太暗,请补拍');
    };
    await write();
    await page.route('**/hq/act/visit/return', async (route) => route.abort());
    await page.getByRole('button', { name: '退回', exact: true }).click();
    await expect(page.locator('[data-pending="1"]')).toBeAttached();
    const failed = page.locator('.made-failed');
    await expect(failed).toContainText('连不上服务器', { timeout: 30_000 });
    await expect(failed).toContainText(name);
    await expect(page).toHaveURL(/\/return$/);
    await expect(reason).toHaveValue('照片太暗,请补拍');
    // What was tried before does not close a form that is opened later.
    await failed.getByRole('link').click();
    await expect(page.locator('[data-visit]')).toHaveAttribute('data-state', 'received');
    await failed.getByRole('button', { name: '知道了' }).click();
    await expect(failed.getByRole('alert')).toHaveCount(0);
    await page.keyboard.press('r');
    await write();

    // On its way it takes effect: nothing offers to take it back.
    let release = (): void => {};
    const released = new Promise<void>((resolve) => (release = resolve));
    await page.unroute('**/hq/act/visit/return');
    await page.route('**/hq/act/visit/return', async (route) => {
      await released;
      await route.continue();
    });
    await page.getByRole('button', { name: '退回', exact: true }).click();
    const line = page.locator('.made__line');
    await expect(line).toContainText('正在送出', { timeout: 30_000 });
    await expect(line.getByRole('button')).toHaveCount(0);
    release();
    await expect(page.locator('[data-visit]')).toHaveAttribute('data-state', 'returned', { timeout: 30_000 });
    desk.expectNoViolations();
  } finally {
    await desk.leave();
  }
});

test('whoever writes a return is seen, and told that somebody was first, with every word kept', async ({ city }) => {
  const first = await Desk.sit(city.url, 'reviewer');
  const second = await Desk.sit(city.url, 'reviewer2');
  try {
    const visit = await first.openVisit('?state=received&topic=hall', 1);
    await first.go(`${visit}/return`);
    await first.alive();
    await first.page.locator('[data-give] summary').nth(1).click();
    const reason = first.page.locator('[data-give] textarea').nth(1);
    await reason.fill('写到一半');
    await second.go(visit);
    await second.alive();
    await expect(second.page.locator('.watch')).toContainText('林静', { timeout: 30_000 });
    await expect(first.page.locator('.watch')).toContainText('赵启文', { timeout: 30_000 });
    await second.page.getByRole('link', { name: /^作废/ }).click();
    await second.page.fill('textarea[name=reason]', '重复提交');
    await second.page.getByRole('button', { name: '作废', exact: true }).click();
    await expect(first.page.locator('[data-changed]')).toBeVisible({ timeout: 60_000 });
    await expect(reason).toHaveValue('写到一半');
    await first.page.locator('[data-changed]').getByRole('link').click();
    await expect(first.page.locator('[data-visit]')).toHaveAttribute('data-state', 'voided');
    first.expectNoViolations();
    second.expectNoViolations();
  } finally {
    await first.leave();
    await second.leave();
  }
});

test('keys move, search, decide and explain, sleep in fields, and can be switched off', async ({ city }) => {
  const desk = await Desk.sit(city.url, 'reviewer');
  try {
    const page = desk.page;
    await desk.go('/hq/visits?state=received');
    await desk.alive();
    await page.keyboard.press('j');
    await expect(page.locator('a[data-row]').nth(0)).toBeFocused();
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('k');
    await expect(page.locator('a[data-row]').nth(1)).toBeFocused();
    await page.keyboard.press('?');
    await expect(page.getByRole('dialog')).toContainText('撤回');
    await page.keyboard.press('Escape');
    await expect(page.getByRole('dialog')).toBeHidden();
    await page.keyboard.press('/');
    await expect(page.locator('input[name=q]')).toBeFocused();
    await page.keyboard.type('jar?');
    await expect(page.locator('input[name=q]')).toHaveValue('jar?');
    await expect(page.getByRole('dialog')).toBeHidden();

    await desk.openVisit('?state=received', 1);
    await desk.alive();
    await page.keyboard.press('a');
    await expect(page.locator('[data-pending="1"]')).toBeAttached();
    await page.locator('.made__line').getByRole('button', { name: '撤回' }).click();
    await page.keyboard.press('r');
    await expect(page).toHaveURL(/\/return$/);

    await switchKeysOff(desk);
    await desk.go('/hq/visits?state=received');
    await desk.alive();
    await page.keyboard.press('j');
    await page.keyboard.press('?');
    await expect(page.locator('a[data-row]:focus')).toHaveCount(0);
    await expect(page.getByRole('dialog')).toBeHidden();
    desk.expectNoViolations();
  } finally {
    await desk.leave();
  }
});

test('a part of a list that is empty by now leads back to the newest, filtered as it was', async ({ city }) => {
  const desk = await Desk.sit(city.url, 'reviewer');
  try {
    const page = desk.page;
    for (const list of ['/hq/visits?state=received', '/hq/findings?state=proposed']) {
      await desk.go(`${list}&older=0.00000000-0000-0000-0000-000000000000`);
      await expect(page.locator('[data-state=empty]')).toBeVisible();
      await page.getByRole('link', { name: '回到最新' }).click();
      await expect(page).toHaveURL((url) => url.pathname + url.search === list);
      await expect(page.locator('tbody tr').first()).toBeVisible();
    }
    desk.expectNoViolations();
  } finally {
    await desk.leave();
  }
});

// The router goes on providing what the first address said.
test('what a form came to is said on its page, and not on those one goes to afterwards', async ({ city }) => {
  const desk = await Desk.sit(city.url, 'reviewer');
  try {
    const page = desk.page;
    const failed = Buffer.from(JSON.stringify({ is: 'throttled' })).toString('base64url');
    await desk.go(`/hq/held?__path=/hq/act/held/adopt&__err=${failed}`);
    await desk.alive();
    await expect(page.getByRole('alert')).toContainText('尝试太多次');
    await page.locator('.rail').getByRole('link', { name: '走访' }).click();
    await expect(page).toHaveURL(/\/hq\/visits$/);
    await expect(page.locator('a[data-row]').first()).toBeVisible();
    await expect(page.getByRole('alert')).toHaveCount(0);
    desk.expectNoViolations();
  } finally {
    await desk.leave();
  }
});

test('photos open large, turn, zoom and follow one another by key', async ({ city }) => {
  const desk = await Desk.sit(city.url, 'reviewer');
  try {
    const page = desk.page;
    await desk.openVisit('?state=received&topic=hall', 2);
    await desk.alive();
    await page.locator('[data-list=evidence] button').first().click();
    const viewer = page.locator('[data-viewer]');
    await expect(viewer).toBeVisible();
    const first = await viewer.locator('img').getAttribute('src');
    // What the browser does with a key stays the browser's.
    await page.keyboard.press('Control+z');
    await page.keyboard.press('Alt+r');
    await expect(viewer.locator('[data-turn="0"][data-zoom="1"]')).toBeAttached();
    await page.keyboard.press('r');
    await expect(viewer.locator('[data-turn="1"]')).toBeAttached();
    await page.keyboard.press('z');
    await expect(viewer.locator('[data-zoom="2"]')).toBeAttached();
    await page.keyboard.press('n');
    await expect(viewer.locator('img')).not.toHaveAttribute('src', first ?? '');
    await expect(viewer.locator('[data-turn="0"][data-zoom="1"]')).toBeAttached();
    await page.keyboard.press('p');
    await expect(viewer.locator('img')).toHaveAttribute('src', first ?? '');
    // Opened again it is as it was taken.
    await page.keyboard.press('z');
    await expect(viewer.locator('[data-zoom="2"]')).toBeAttached();
    await page.keyboard.press('Escape');
    await expect(viewer).toBeHidden();
    await page.locator('[data-list=evidence] button').first().click();
    await expect(viewer.locator('[data-zoom="1"]')).toBeAttached();

    // Where single keys are off only arrows move on.
    await switchKeysOff(desk);
    await desk.openVisit('?state=received&topic=hall', 2);
    await desk.alive();
    await page.locator('[data-list=evidence] button').first().click();
    await expect(viewer.locator('img')).toHaveAttribute('src', first ?? '');
    await page.keyboard.press('n');
    await page.keyboard.press('z');
    await expect(viewer.locator('[data-turn="0"][data-zoom="1"]')).toBeAttached();
    await expect(viewer.locator('img')).toHaveAttribute('src', first ?? '');
    await page.keyboard.press('ArrowRight');
    await expect(viewer.locator('img')).not.toHaveAttribute('src', first ?? '');
    desk.expectNoViolations();
  } finally {
    await desk.leave();
  }
});

test('a visit whose evidence is not all here is read and given back, not accepted', async ({ city }) => {
  const desk = await Desk.sit(city.url, 'reviewer');
  try {
    await desk.openVisit('?state=received&incomplete=1', 0);
    await expect(desk.page.locator('[data-decide]')).toContainText('收齐后才能通过');
    await expect(desk.page.locator('[data-decide] a[data-key=a]')).toHaveCount(0);
    await expect(desk.page.locator('[data-decide] a[data-key=r]')).toBeVisible();
    desk.expectNoViolations();
  } finally {
    await desk.leave();
  }
});

test('findings are filtered in the address and decided where they stand', async ({ city }) => {
  const desk = await Desk.sit(city.url, 'reviewer');
  try {
    const page = desk.page;
    await desk.go('/hq/findings?state=proposed&severity=critical&topic=hall');
    const rows = page.locator('tr[data-finding]');
    await expect(rows.first()).toBeVisible();
    for (const row of await rows.all()) {
      await expect(row).toContainText('严重');
      await expect(row.locator('a[data-row]')).toContainText('HALL-');
    }
    const one = await rows.first().getAttribute('data-finding');
    await desk.alive();
    await rows.first().locator('summary').click();
    await rows.first().getByRole('button', { name: '确认' }).click();
    await expect(page.locator(`tr[data-finding="${one}"]`)).toHaveCount(0);
    await desk.go('/hq/findings?state=confirmed');
    await expect(page.locator(`tr[data-finding="${one}"]`)).toHaveAttribute('data-state', '已确认');
    desk.expectNoViolations();
  } finally {
    await desk.leave();
  }
});

/** Switches single keys off for whoever sits there. */
async function switchKeysOff(desk: Desk): Promise<void> {
  await desk.go('/hq/settings');
  const off = desk.page.locator('button[name=keys][value=off]');
  await off.click();
  await expect(off).toHaveAttribute('aria-pressed', 'true');
}
