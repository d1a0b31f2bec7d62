// Browsers in which the app does not start by half: it says why, and what to do.

import { expect, test } from '../fixtures/city';
import { Phone } from '../fixtures/phone';
import { signIn } from '../fixtures/visit';

const WECHAT =
  'Mozilla/5.0 (Linux; Android 14; V2309A) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/126.0.6478.188 Mobile Safari/537.36 MicroMessenger/8.0.50.2701 NetType/WIFI Language/zh_CN';
const IPHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1';

test('WeChat leads to the system browser, and copies the link', async ({ city }) => {
  const phone = await Phone.take(city.url, { userAgent: WECHAT });
  try {
    await phone.go('/field/visits');
    await expect(phone.page.locator('[data-state=rescue-wechat]')).toBeVisible();
    await expect(phone.page.locator('input')).toHaveCount(0);
    await phone.page.getByRole('button', { name: '复制链接' }).click();
    await expect(phone.page.getByRole('status')).toHaveText('已复制');
    expect(await phone.page.evaluate(() => navigator.clipboard.readText())).toBe(`${city.url}/field/visits`);
    phone.expectNoViolations();
  } finally {
    await phone.remove();
  }
});

test('plain http to another machine says why nothing is kept', async ({ city }) => {
  const phone = await Phone.take(city.url, { flags: ['--host-resolver-rules=MAP hall.test 127.0.0.1'] });
  try {
    await phone.page.goto(`http://hall.test:${city.port}/field`);
    await expect(phone.page.locator('[data-state=rescue-insecure]')).toContainText('https');
    await expect(phone.page.locator('input')).toHaveCount(0);
  } finally {
    await phone.remove();
  }
});

// The link was used up in the tab, and the app on the home screen, whose store is another one, could not sign in.
test('a tab of iOS uses no one-time link up: it is carried to the app on the home screen', async ({ city }) => {
  const phone = await Phone.take(city.url, { userAgent: IPHONE });
  try {
    await phone.go('/field/link#0123456789');
    await expect(phone.page.locator('[data-state=ios-tab]')).toContainText('添加到主屏幕');
    await expect(phone.page.getByRole('button', { name: '在这台手机上登录' })).toHaveCount(0);
    await phone.page.getByRole('button', { name: '复制链接' }).click();
    await expect(phone.page.locator('[data-state=copied]')).toHaveText('已复制');
    expect(await phone.page.evaluate(() => navigator.clipboard.readText())).toBe(`${city.url}/field/link#0123456789`);
    phone.expectNoViolations();
  } finally {
    await phone.remove();
  }
});

test('a tab of iOS reads and explains, and begins no visit', async ({ city }) => {
  const phone = await Phone.take(city.url, { userAgent: IPHONE });
  try {
    await signIn(phone, 'sup4').catch(() => undefined);
    await expect(phone.page.locator('[data-state=ios-tab]')).toContainText('添加到主屏幕');
    phone.expectNoViolations();
  } finally {
    await phone.remove();
  }
});

const WASM = '**/assets/field-*.wasm';

for (const [locale, words] of [
  ['zh-CN', '第一次打开,正在取应用,大约 0.3 MB…'],
  ['en-GB', 'Opened for the first time: fetching the app, about 0.3 MB…'],
] as const) {
  test(`a first visit says what is being fetched, a second one has it (${locale})`, async ({ city }) => {
    const phone = await Phone.take(city.url, { locale });
    try {
      const page = phone.page;
      const said = page.locator('.boot__first:visible');
      let release = (): void => {};
      const seen = new Promise<void>((resolve) => {
        release = resolve;
      });
      await page.route(WASM, async (route) => {
        await seen;
        await route.continue();
      });
      await phone.go('/field');
      await expect(said).toHaveText([words]);
      await expect(page.locator('#skeleton .skeleton')).toBeVisible();
      release();
      await expect(page.locator('[data-state=sign-in]')).toBeVisible();
      // What the app consists of shared the line with nothing that the first picture needs.
      const early = await page.evaluate(() => {
        const [{ loadEventStart }] = performance.getEntriesByType('navigation') as [PerformanceNavigationTiming];
        const parts = performance.getEntriesByType('resource').filter(({ name }) => /\/field-\w+\.(js|wasm)$/.test(name));
        return { parts: parts.length, before: parts.filter(({ startTime }) => startTime < loadEventStart).length };
      });
      expect(early).toEqual({ parts: 2, before: 0 });

      // From now on the worker answers; the app is held in the page, for no request leaves it.
      await page.evaluate(async () => void (await navigator.serviceWorker.ready));
      await page.addInitScript(() => {
        const real = self.fetch;
        const held = new Promise<void>((resolve) => addEventListener('release', () => resolve()));
        self.fetch = async (...request) => {
          await held;
          return real(...request);
        };
      });
      await page.reload();
      await expect(page.locator('#skeleton .skeleton')).toBeVisible();
      await expect(said).toHaveCount(0);
      await page.evaluate(() => dispatchEvent(new Event('release')));
      await expect(page.locator('[data-state=sign-in]')).toBeVisible();
      phone.expectNoViolations();
    } finally {
      await phone.remove();
    }
  });
}

/** It was light until the app had mounted, at each start: a flash in a dark hall. */
test('where nobody chose a theme, the page before the app is as dark as the system', async ({ city }) => {
  const phone = await Phone.take(city.url);
  try {
    const page = phone.page;
    await page.emulateMedia({ colorScheme: 'dark' });
    // It never comes.
    await page.route(WASM, () => {});
    await phone.go('/field');
    await expect(page.locator('.boot__first:visible')).toBeVisible();
    expect(await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme)).toBe('dark');
    await page.evaluate(() => localStorage.setItem('mc.theme', '"light"'));
    await phone.go('/field');
    await expect(page.locator('.boot__first:visible')).toBeVisible();
    expect(await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme)).toBe('light');
    phone.expectNoViolations();
  } finally {
    await phone.remove();
  }
});

test('a first visit that does not get the app says so', async ({ city }) => {
  const phone = await Phone.take(city.url);
  try {
    await phone.cut(WASM);
    await phone.go('/field');
    await expect(phone.page.locator('[data-state=rescue-failed]')).toContainText('没能打开');
    await expect(phone.page.locator('.boot__first')).toHaveCount(0);
    await phone.mend();
    await phone.page.getByRole('button', { name: '重试' }).click();
    await expect(phone.page.locator('[data-state=sign-in]')).toBeVisible();
    phone.expectNoViolations();
  } finally {
    await phone.remove();
  }
});
