// A supervisor from the admin's form to the phone in the hand, and out again; tasks that nobody at HQ can tie to a person.

import { expect, test } from '../fixtures/city';
import { Desk } from '../fixtures/desk';
import { Phone } from '../fixtures/phone';
import { drained } from '../fixtures/visit';

test('a new supervisor gets in by a one-time link, once, and out when the account ends', async ({ city }) => {
  const desk = await Desk.sit(city.url, 'admin');
  const phone = await Phone.take(city.url);
  const thief = await Phone.take(city.url);
  try {
    const page = desk.page;
    await desk.go('/hq/people');
    await page.locator('summary', { hasText: '新建账号' }).click();
    await page.fill('input[name=name]', '苏晴');
    await page.fill('input[name=login]', 'suqing');
    await page.locator('input[value=visitor]').check();
    await page.getByRole('button', { name: '建立' }).click();
    await expect(page.locator('.once__code')).toBeVisible();
    const link = (await page.locator('[data-link]').textContent()) ?? '';
    expect(link).toContain('/field/link#');
    // Shown once: the page has nothing to show a second time.
    await page.reload();
    await expect(page.locator('[data-link]')).toHaveCount(0);

    // Opening uses nothing up; a press does.
    await phone.page.goto(link);
    await thief.page.goto(link);
    await phone.page.getByRole('button', { name: '在这台手机上登录' }).click();
    await expect(phone.page.locator('[data-list=today]')).toBeVisible();
    await phone.go('/field/me');
    await expect(phone.page.locator('main')).toContainText('苏晴');
    await thief.page.getByRole('button', { name: '在这台手机上登录' }).click();
    await expect(thief.page.getByRole('alert')).toContainText('已用过');
    await thief.page.getByRole('link', { name: '用账号登录' }).click();
    await expect(thief.page.locator('[data-state=sign-in]')).toBeVisible();
    await expect(thief.page.getByRole('link', { name: '先不登录' })).toHaveCount(0);

    // The account ends: the phone is emptied once nothing waits on it.
    await desk.go('/hq/people');
    const row = page.locator('tr[data-login=suqing]');
    await row.locator('summary').click();
    await row.getByRole('button', { name: '停用' }).click();
    await expect(page.locator('tr[data-login=suqing]')).toContainText('已停用');
    await phone.go('/field/sync');
    await expect(phone.page.locator('[data-state=sign-in]')).toBeVisible({ timeout: 30_000 });

    // Opened again, by a new link alone: the old one is used up.
    await row.locator('summary').click();
    await row.getByRole('button', { name: '重新启用' }).click();
    const next = (await page.locator('[data-link]').textContent()) ?? '';
    expect(next).toContain('/field/link#');
    expect(next).not.toBe(link);
    // Pasted whole, as into the app on a home screen that no link opens.
    await phone.page.locator('summary', { hasText: '粘贴一次性链接' }).click();
    await phone.page.fill('input[name=link]', ` ${next} `);
    await phone.page.getByRole('button', { name: '继续', exact: true }).click();
    await phone.page.getByRole('button', { name: '在这台手机上登录' }).click();
    await expect(phone.page.locator('[data-list=today]')).toBeVisible();
    await desk.go('/hq/people');
    await expect(row).not.toContainText('已停用');
    desk.expectNoViolations();
    phone.expectNoViolations();
  } finally {
    await desk.leave();
    await phone.remove();
    await thief.remove();
  }
});

test('many tasks are drawn at once, each reaches one supervisor, and HQ learns of none', async ({ city }) => {
  const desk = await Desk.sit(city.url, 'office');
  const phone = await Phone.take(city.url);
  try {
    const page = desk.page;
    await desk.go('/hq/tasks/new?kind=billing');
    await desk.alive();
    const labels = page.locator('[data-list=venues] label');
    const names: string[] = [];
    for (const n of [0, 1, 4]) {
      await labels.nth(n).locator('input').check();
      names.push((await labels.nth(n).textContent())?.split(' · ')[0] ?? '');
    }
    const handles = await page.locator('select[name="form[handle]"] option').allTextContents();
    expect(handles[0]).toContain('抽签');
    expect(handles.length).toBeGreaterThan(5);
    for (const person of ['陈晓燕', '马志强', '杨帆', '徐慧', '高远']) expect(await page.content()).not.toContain(person);
    await page.fill('input[name="form[questions][0][question]"]', '上月为什么多了 5 元?');
    await page.fill('input[name="form[questions][0][answer]"]', '增值业务费,可当场退订。');
    await page.fill('textarea[name="form[commitments]"]', '计费差错双倍返还\n服务热线 24 小时人工');
    await page.getByRole('button', { name: '派发' }).click();
    await expect(page).toHaveURL(/\/hq\/tasks$/);
    for (const name of names) await expect(page.locator('tbody tr', { hasText: name }).first()).toContainText('已派发');

    // By the phones' own contract: every task has exactly one holder.
    const holders: string[] = [];
    for (const login of ['sup1', 'sup2', 'sup3', 'sup4', 'sup5', 'sup6', 'sup7', 'sup8']) {
      const offered = (await phone.offered(login)).map((one) => one.venue);
      holders.push(...names.filter((name) => offered.includes(name)).map((name) => `${name} ${login}`));
    }
    for (const name of names) expect(holders.filter((one) => one.startsWith(name))).toHaveLength(1);

    // Its scenario and its commitments come with it.
    const login = holders.find((one) => one.startsWith(names[0] ?? ''))?.split(' ').pop() ?? '';
    await phone.go('/field');
    await phone.page.fill('input[name=login]', login);
    await phone.page.fill('input[name=password]', 'mingcha-demo');
    await phone.page.locator('form button[type=submit]').click();
    await phone.page.locator('[data-stage=offered]', { hasText: names[0] }).last().click();
    await expect(phone.page.locator('[data-card=scenario]')).toContainText('上月为什么多了 5 元?');
    await expect(phone.page.locator('[data-card=scenario]')).not.toContainText('增值业务费');
    await expect(phone.page.locator('[data-card=commitments]')).toBeAttached();
    await phone.go('/field/sync');
    await drained(phone.page);

    // Called back, it says so, and why.
    await desk.go('/hq/tasks?state=released');
    const row = page.locator('tbody tr', { hasText: names[0] }).first();
    const id = (await row.getAttribute('id')) ?? '';
    await row.locator('summary').click();
    await row.locator('input[name=reason]').fill('该机构停业装修');
    await row.getByRole('button', { name: '收回' }).click();
    // Back on the list as it was filtered.
    await expect(page.locator(`tr[id="${id}"]`)).toHaveCount(0);
    await expect(page).toHaveURL(/\/hq\/tasks\?state=released$/);
    await phone.go('/field/sync');
    await phone.page.getByRole('button', { name: '立即同步' }).click();
    await phone.go(`/field/visit/${id}`);
    await expect(phone.page.locator('[data-stage=closed]')).toContainText('原因:该机构停业装修');
    desk.expectNoViolations();
    phone.expectNoViolations();
  } finally {
    await desk.leave();
    await phone.remove();
  }
});

test('the draw knows on which days somebody can go, and from where they stay away', async ({ city }) => {
  await city.run(['user', 'add', 'linan', '--name', '李楠', '--role', 'visitor'], 'mingcha-demo\n');
  const admin = await Desk.sit(city.url, 'admin');
  const office = await Desk.sit(city.url, 'office');
  try {
    const page = office.page;
    const suiting = page.locator('[data-suiting]');
    /** How many can be sent to the first hall, on days from which somebody new is not kept. */
    const look = async (): Promise<{ venue: string; can: number }> => {
      await office.go('/hq/tasks/new?kind=hall');
      await office.alive();
      const label = page.locator('[data-list=venues] label').first();
      await label.locator('input').check();
      await expect(suiting).toHaveAttribute('data-for', '1');
      return { venue: (await label.textContent())?.split(' · ')[0] ?? '', can: Number(await suiting.getAttribute('data-suiting')) };
    };
    const before = await look();
    expect(before.can).toBeGreaterThan(0);

    const row = admin.page.locator('tr[data-login=linan]');
    const open = async (): Promise<void> => {
      await admin.go('/hq/people');
      await row.locator('[data-draw]').click();
      await expect(admin.page.locator('main')).toContainText('李楠');
    };
    // Tied to that very hall: everybody else can still be sent there.
    await open();
    const hall = admin.page.locator('.picks__group', { has: admin.page.getByLabel(before.venue, { exact: true }) });
    await hall.locator('summary').click();
    await hall.getByLabel(before.venue, { exact: true }).check();
    await admin.page.getByRole('button', { name: '保存' }).click();
    await expect(row.locator('[data-draw]')).toContainText('每天 · 回避 1');
    expect((await look()).can).toBe(before.can - 1);
    // What was said stands there again; a week without a day is refused by its name, and nothing is changed.
    await open();
    await expect(hall.getByLabel(before.venue, { exact: true })).toBeChecked();
    for (const day of ['周一', '周二', '周三', '周四', '周五', '周六', '周日']) await admin.page.getByLabel(day).uncheck();
    await admin.page.getByRole('button', { name: '保存' }).click();
    await expect(admin.page.getByRole('alert')).toContainText('可以出去的日子');
    await admin.go('/hq/people');
    await expect(row.locator('[data-draw]')).toContainText('每天 · 回避 1');

    // Without the tie, and on one day alone: they go where the week has that day, and not on another day.
    await open();
    await hall.getByLabel(before.venue, { exact: true }).uncheck();
    for (const day of ['周一', '周二', '周三', '周四', '周五', '周日']) await admin.page.getByLabel(day).uncheck();
    await admin.page.getByRole('button', { name: '保存' }).click();
    await expect(row.locator('[data-draw]')).toHaveText('周六');
    expect((await look()).can).toBe(before.can);
    // 7 January 2030 is a Monday. Whoever was chosen by then is asked for again.
    await page.locator('select[name="form[handle]"]').selectOption({ index: 1 });
    const answered = page.waitForResponse((response) => response.request().postData()?.includes('until=2030-01-07') ?? false);
    await page.fill('input[name="form[from]"]', '2030-01-07');
    await page.locator('input[name="form[from]"]').dispatchEvent('change');
    await page.fill('input[name="form[until]"]', '2030-01-07');
    await page.locator('input[name="form[until]"]').dispatchEvent('change');
    await answered;
    await expect(suiting).toHaveAttribute('data-suiting', String(before.can - 1));
    await expect(page.locator('select[name="form[handle]"]')).toHaveValue('');
    await expect(page.locator('[data-again]')).toContainText('代号已换');

    // Out of the draw altogether.
    await open();
    await admin.page.getByLabel('参加抽签').uncheck();
    await admin.page.getByRole('button', { name: '保存' }).click();
    await expect(row.locator('[data-draw]')).toHaveText('不参加');
    const after = await look();
    expect(after.can).toBe(before.can - 1);
    admin.expectNoViolations();
    office.expectNoViolations();
  } finally {
    await admin.leave();
    await office.leave();
  }
});

test('what is said before a page comes alive stays', async ({ city }) => {
  await city.run(['user', 'add', 'wangzao', '--name', '王早', '--role', 'visitor'], 'mingcha-demo\n');
  const admin = await Desk.sit(city.url, 'admin');
  const office = await Desk.sit(city.url, 'office');
  try {
    await admin.go('/hq/people');
    const row = admin.page.locator('tr[data-login=wangzao]');
    const form = await row.locator('[data-draw]').getAttribute('href');
    let release = await admin.holdBack();
    await admin.go(form ?? '');
    // Said by the page of the server, which nothing has taken over yet.
    await admin.page.getByLabel('周日').uncheck();
    await admin.page.locator('.picks__group input').first().check();
    await expect(admin.page.locator('.hq[data-state=alive]')).not.toBeAttached();
    release();
    await admin.alive();
    await expect(admin.page.getByLabel('周日')).not.toBeChecked();
    await expect(admin.page.locator('.picks__group input').first()).toBeChecked();
    await admin.page.getByRole('button', { name: '保存' }).click();
    await expect(row.locator('[data-draw]')).toHaveText('周一 周二 周三 周四 周五 周六 · 回避 1');

    const page = office.page;
    release = await office.holdBack();
    await office.go('/hq/tasks/new?kind=hall');
    await page.locator('[data-list=venues] input').nth(1).check();
    await page.locator('select[name="form[mode]"]').selectOption('open');
    await page.fill('textarea[name="form[persona]"]', '丢了手机的老人');
    await page.fill('input[name="form[questions][0][question]"]', '能补卡吗');
    release();
    await office.alive();
    await expect(page.locator('[data-suiting]')).toHaveAttribute('data-for', '1');
    await expect(page.locator('[data-list=venues] input').nth(1)).toBeChecked();
    await expect(page.locator('select[name="form[mode]"]')).toHaveValue('open');
    await expect(page.locator('textarea[name="form[persona]"]')).toHaveValue('丢了手机的老人');
    await expect(page.locator('input[name="form[questions][0][question]"]')).toHaveValue('能补卡吗');

    // Another kind of venue without loading the page anew: what was ticked belongs to the form that has gone.
    await page.locator('nav.chips a').nth(1).click();
    await expect(page).not.toHaveURL(/kind=hall/);
    await expect(page.locator('[data-list=venues] input:checked')).toHaveCount(0);
    await expect(page.locator('[data-suiting]')).toHaveAttribute('data-for', '0');
    admin.expectNoViolations();
    office.expectNoViolations();
  } finally {
    await admin.leave();
    await office.leave();
  }
});

// A refused form came back empty: every hall was to be ticked again.
test('a refused form of new tasks keeps what was ticked and written, and is sent once it is mended', async ({ city }) => {
  const desk = await Desk.sit(city.url, 'office');
  try {
    const page = desk.page;
    await desk.go('/hq/tasks/new?kind=billing');
    await desk.alive();
    const labels = page.locator('[data-list=venues] label');
    const names: string[] = [];
    for (const n of [0, 2]) {
      await labels.nth(n).locator('input').check();
      names.push((await labels.nth(n).textContent())?.split(' · ')[0] ?? '');
    }
    await page.fill('textarea[name="form[persona]"]', '替父母查账单的人');
    await page.fill('input[name="form[from]"]', '2031-03-05');
    await page.fill('input[name="form[until]"]', '2031-03-04');
    const give = page.getByRole('button', { name: '派发' });
    const kept = async (why: string): Promise<void> => {
      await expect(page.getByRole('alert')).toContainText(why);
      await expect(page.getByRole('alert')).toBeInViewport();
      for (const n of [0, 2]) await expect(labels.nth(n).locator('input')).toBeChecked();
      await expect(page.locator('textarea[name="form[persona]"]')).toHaveValue('替父母查账单的人');
      expect(page.url()).toContain('/hq/tasks/new?kind=billing');
    };
    await give.click();
    await kept('时间不对');

    // No answer comes: nothing is lost either, and it is not taken for done.
    await page.route('**/hq/act/tasks/plan', async (route) => route.abort());
    await page.fill('input[name="form[until]"]', '2031-03-06');
    await give.click();
    await kept('连不上服务器');
    await page.unroute('**/hq/act/tasks/plan');

    // Pressed twice it is sent once; those that end last stand first.
    let sent = 0;
    page.on('request', (request) => {
      if (request.url().endsWith('/hq/act/tasks/plan')) sent += 1;
    });
    await give.dblclick();
    await expect(page).toHaveURL(/\/hq\/tasks$/);
    for (const name of names) await expect(page.locator('tbody tr', { hasText: name }).first()).toContainText('已派发');
    expect(sent).toBe(1);
    desk.expectNoViolations();
  } finally {
    await desk.leave();
  }
});

test('who works at HQ is let in by a password, which a link never takes from them', async ({ city }) => {
  const admin = await Desk.sit(city.url, 'admin');
  try {
    const page = admin.page;
    const create = async (password: string): Promise<void> => {
      await admin.go('/hq/people');
      await page.locator('summary', { hasText: '新建账号' }).click();
      await page.fill('input[name=name]', '方远');
      await page.fill('input[name=login]', 'fangyuan');
      await page.locator('input[value=office]').check();
      await page.fill('#password', password);
      await page.getByRole('button', { name: '建立' }).click();
    };
    await create('');
    await expect(page.getByRole('alert')).toContainText('密码(至少 10 个字)');
    await create('the-first-password');
    const row = page.locator('tr[data-login=fangyuan]');
    await expect(row).toContainText('可登录');

    await row.locator('summary').click();
    await expect(row.getByRole('button', { name: '发新的一次性链接' })).toHaveCount(0);
    await row.locator('input[name=password]').fill('mingcha-demo');
    await row.getByRole('button', { name: '设新密码' }).click();
    // The page that comes after it has all rows closed.
    await expect(row.locator('input[name=password]')).toBeHidden();
    const theirs = await Desk.sit(city.url, 'fangyuan');
    await expect(theirs.page.locator('.rail')).toContainText('方远');
    await theirs.leave();

    // One's own account is somebody else's to close.
    const own = page.locator('tr[data-login=admin]');
    await own.locator('summary').click();
    await expect(own).toContainText('另一位管理员');
    await expect(own.locator('button')).toHaveCount(0);
    admin.expectNoViolations();
  } finally {
    await admin.leave();
  }
});
